"""A Markdown extension for numbers in sentences: a block of the page computes them, a sentence names them.

A hidden block of the page, run by `scripts.site.execute`, gives values, already formatted as text::

    values(kept=f"{f:.0%}", horizon=f"{1 / (1 - f):.0f}")

A sentence, a heading or a table of the same page takes them: ``The gate keeps {{ kept }} a step.`` Nothing else
can stand between the braces, and code is left as it is. A name that no block gives, that two blocks give or that
nothing takes raises, so the build fails.
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor

PLACEHOLDER = r"\{\{ *(\w+) *\}\}"
CODE = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL)


class InsertValues(InlineProcessor):
    """Holds the values of a page, and puts them into its text once all its blocks have run."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(PLACEHOLDER, md)
        self.page = "this page"
        self.values: dict[str, str] = {}
        self.taken: set[str] = set()

    def give(self, **values: str) -> None:
        """Add values; each name must be new on the page, and each value text."""
        for name, value in values.items():
            if name in self.values:
                raise ValueError(f"{self.page}: the value {name} is given twice")
            if not isinstance(value, str):
                raise TypeError(f"{self.page}: the value {name} must be formatted as text, got {value!r}")
            self.values[name] = value

    def handleMatch(  # type: ignore[override]  # the stubs know an older form
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        """Return the value, and where its name stood."""
        name = m.group(1)
        if name not in self.values:
            raise ValueError(f"{self.page}: no block gives the value {name}")
        self.taken.add(name)
        return self.values[name], m.start(0), m.end(0)


class CheckValues(Postprocessor):
    """Raises if a value was not taken, or if a name is left where none is replaced, as in a formula."""

    def run(self, text: str) -> str:
        """Return the page as it is."""
        insert: Any = self.md.inlinePatterns["values"]
        unused = insert.values.keys() - insert.taken
        if unused:
            raise ValueError(f"{insert.page}: no sentence takes the values {', '.join(sorted(unused))}")
        left = re.search(PLACEHOLDER, CODE.sub("", text))
        if left:
            raise ValueError(f"{insert.page}: a value cannot stand at {left.group()}")
        return text


class ValuesExtension(Extension):
    """Registers both with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Insert values after code spans are set aside; check when all other HTML is back in place."""
        md.inlinePatterns.register(InsertValues(md), "values", 185)
        md.postprocessors.register(CheckValues(md), "values", 4)


def makeExtension(**options: Any) -> ValuesExtension:
    """Return the extension, as Markdown asks for it."""
    return ValuesExtension(**options)
