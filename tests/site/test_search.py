"""Code, figures and tables of numbers carry the mark that keeps them out of the search index."""

import re
from typing import Any

import markdown_exec
from markdown import Markdown

from scripts.site import execute
from scripts.site.search import SearchExtension, without_excluded
from scripts.site.values import ValuesExtension

PAGE = """Prose with `inline` code.

```python exec="on" source="above" result="text"
print("printed")
```

```python title="a title"
quoted = 1
```
"""


def test_code_is_marked_once_and_prose_is_not() -> None:
    fence: dict[str, Any] = {"name": "python", "class": "python"}
    fence |= {"validator": markdown_exec.validator, "format": execute.formatter}
    md = Markdown(
        extensions=["pymdownx.highlight", "pymdownx.superfences", ValuesExtension(), SearchExtension()],
        extension_configs={"pymdownx.superfences": {"custom_fences": [fence]}},
    )
    html = md.convert(PAGE)
    blocks = re.findall(r'<div class="[^"]*highlight"[^>]*>', html)
    assert len(blocks) == 3, "the source, what it printed, and the quotation"
    assert all(block.count(" data-search-exclude") == 1 for block in blocks)
    assert html.count("data-search-exclude") == 3


def test_figures_and_tables_of_numbers_are_marked_and_tables_of_words_are_not() -> None:
    md = Markdown(extensions=["tables", SearchExtension()])
    table = "| a | b |\n|---|---|\n| {} | {} |"
    html = md.convert(
        "\n\n".join(["<svg><text>0.1</text></svg>", table.format("x", "**2.5** s"), table.format(1, "−3")])
    )
    assert html.count("data-search-exclude") == 2
    assert "<svg data-search-exclude>" in html
    assert "<table data-search-exclude>" in html.split("2.5")[1]


def test_what_is_marked_is_taken_out_whole() -> None:
    """The theme's own way ends at the first end of an element of the same name."""
    html = (
        'a <b class="x" data-search-exclude>1 <b>2</b> <bb>3</bb> <img> <b data-search-exclude>4</b> 5</b> z'
        "<table data-search-exclude><tr></tr></table><b>y</b>"
    )
    assert without_excluded(html) == "a  z<b>y</b>"
