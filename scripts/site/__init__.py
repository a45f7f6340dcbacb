"""How source becomes pages: the build of the figures, what MkDocs calls, formulas."""
