"""What two or more figures share.

`style` has the look of every figure and saves it. `tiles` draws heat maps; `strips` draws the values of a
step of the example; `curves` draws the records of experiments. `inside` reads and `bit_training` trains the
networks that several figures show.
"""
