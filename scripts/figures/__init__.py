"""The figures of the site: one script for one figure of the same name.

Each defines ``build()``, which writes the figure to ``docs/_generated``. None imports another; what they
share is in `scripts.plotting`. What a record or the example holds is computed there; the figures draw it.
"""
