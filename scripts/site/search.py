"""A Markdown extension that keeps displayed code out of the search index; prose and headings stay in it."""

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

BLOCK = re.compile(r'<(?:div|table) class="[^"]*\bhighlight\b[^"]*"(?! data-search-exclude)')


class ExcludeCode(Postprocessor):
    """Marks every block of code for the theme's search."""

    def run(self, text: str) -> str:
        """Return the page with its blocks marked."""
        return BLOCK.sub(r"\g<0> data-search-exclude", text)


class SearchExtension(Extension):
    """Registers `ExcludeCode` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Mark blocks when all HTML is back in place."""
        md.postprocessors.register(ExcludeCode(md), "search", 6)
