"""Where the data files of the package come from: one script for each, run once, by hand."""
