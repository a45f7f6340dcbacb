"""The figures of the site: one script, one figure, the same name; each defines ``build()``.

`style` holds what they share and is no figure itself.
"""
