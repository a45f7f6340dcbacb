"""Displayed code carries the mark with which the theme keeps it out of the search index; prose does not."""

import re
from typing import Any

import markdown_exec
from markdown import Markdown

from scripts.site import execute
from scripts.site.search import SearchExtension
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
