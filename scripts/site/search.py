"""Keeps code, figures and tables of numbers out of the search index: a Markdown extension marks them.

The theme's search parses a page tag by tag, and passes over a marked element only up to the end of the first
element in it that has the same name. Three tags of four are in formulas, figures and code. So
`without_excluded` takes what is marked out of a page before the search reads it.
"""

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

BLOCK = re.compile(r'<(?:svg|(?:div|table) class="[^"]*\bhighlight\b[^"]*")(?=[ >])(?! data-search-exclude)')
TABLE = re.compile(r"<table>(.*?</table>)", re.DOTALL)
EXCLUDED = re.compile(r"<(\w+)[^>]* data-search-exclude[ >]")
CELL = re.compile(r"<td[^>]*>(?:<[^>]*>)*([^<]*)")


class Exclude(Postprocessor):
    """Marks for the theme's search what it is to pass over."""

    def run(self, text: str) -> str:
        """Return the page with its blocks of code, figures and tables of numbers marked."""
        return TABLE.sub(self.mark_numbers, BLOCK.sub(r"\g<0> data-search-exclude", text))

    @staticmethod
    def mark_numbers(table: re.Match[str]) -> str:
        """Return a table, marked if more than half of its cells begin with a number."""
        cells = CELL.findall(table.group())
        numbers = sum(bool(re.match(r"\W*\d", cell)) for cell in cells)
        return f"<table data-search-exclude>{table.group(1)}" if 2 * numbers > len(cells) else table.group()


class SearchExtension(Extension):
    """Registers `Exclude` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Mark blocks when all HTML is back in place."""
        md.postprocessors.register(Exclude(md), "search", 6)


def without_excluded(page: str) -> str:
    """Return a page without the elements that are marked."""
    kept, end = [], 0
    for element in EXCLUDED.finditer(page):
        if element.start() < end:
            continue  # in one that is left out
        kept.append(page[end : element.start()])
        depth = 0
        for tag in re.compile(rf"<(/?){element[1]}\b[^>]*>").finditer(page, element.start()):
            depth += -1 if tag[1] else 1
            end = tag.end()
            if depth == 0:
                break
    return "".join([*kept, page[end:]])
