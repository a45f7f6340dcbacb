"""The figures of the site: one script, one figure, the same name; each defines ``build()``.

`scripts.plotting` holds what they share.
"""
