"""A Markdown extension for numbers in sentences: a block of the page computes them, a sentence names them.

A hidden block of the page, run by `scripts.site.execute`, gives values, already formatted as text::

    values(kept=f"{f:.0%}", horizon=f"{1 / (1 - f):.0f}")

A sentence, a heading or a table of the same page takes them: ``The gate keeps {{ kept }} a step.`` Code is
left as it is. Whatever else stands between double braces, a name that two blocks give, and a name that no
sentence takes raise, so the build fails.
"""

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor

PLACEHOLDER = r"\{\{ *([^{}]*?) *\}\}"
CODE = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL)


class InsertValues(InlineProcessor):
    """Holds the values of a page, and puts them into its text once all its blocks have run."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(PLACEHOLDER, md)
        self.page = "this page"
        self.given: list[tuple[str, str]] = []
        self.taken: set[str] = set()

    def handleMatch(  # type: ignore[override]  # the stubs know an older form
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        """Return the value, and where its name stood."""
        name, values = m.group(1), dict(self.given)
        if name not in values:
            raise ValueError(f"{self.page}: no block gives the value {name}")
        self.taken.add(name)
        return values[name], m.start(0), m.end(0)


class CheckValues(Postprocessor):
    """Raises if a value was given twice or not taken, or if braces are left, in a formula for example."""

    def run(self, text: str) -> str:
        """Return the page as it is."""
        insert: Any = self.md.inlinePatterns["values"]
        names = [name for name, _ in insert.given]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{insert.page}: the value {name} is given twice")
            if name not in insert.taken:
                raise ValueError(f"{insert.page}: no sentence takes the value {name}")
        left = re.search(PLACEHOLDER, CODE.sub("", text))
        if left:
            raise ValueError(f"{insert.page}: a value cannot stand at {left.group()}")
        return text


class ValuesExtension(Extension):
    """Registers `InsertValues` and `CheckValues` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Insert values after code spans are set aside; check when all other HTML is back in place."""
        md.inlinePatterns.register(InsertValues(md), "values", 185)
        md.postprocessors.register(CheckValues(md), "values", 4)
