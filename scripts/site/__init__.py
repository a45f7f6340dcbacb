"""How source becomes pages.

- Around a build: ``build`` makes figures, ``execute`` runs the blocks of pages, MkDocs calls ``hooks``.
- Markdown extensions: ``values`` (numbers in sentences), ``chapter`` (minutes, numbers of figures, colors),
  ``exercises``, ``glossary``, ``search`` (what stays out of the index) and ``katex`` (formulas).
- For a built site: ``policy`` (what a page may load), ``runtime`` (Python in the page) and ``offline``.
- By hand: ``update_fonts`` and ``update_katex``. ``numpy.inv`` is NumPy's inventory, for links to its pages.
"""
