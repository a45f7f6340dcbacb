"""The scripts that build the site's numbers: figures, experiments, benchmarks. Not part of the package."""
