"""What figures share: the style of a plot, and the curves of the experiments."""
