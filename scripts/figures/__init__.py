"""The figures of the site: one script for one figure of the same name; each defines ``build()``.

None imports another; what they share is in `scripts.plotting`. What a record or the example holds is computed
there, and the figures draw it.
"""
