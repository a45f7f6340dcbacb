"""What tests of the pages share: where the pages are, their text and their tables."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def all_pages() -> list[str]:
    """Return the path of every page, relative to docs/, such as ``learn/memory.md``."""
    pages = (path.relative_to(DOCS) for path in sorted(DOCS.rglob("*.md")))
    return [page.as_posix() for page in pages if not page.parts[0].startswith("_")]


def text_of(page: str) -> str:
    """Return the Markdown source of a page."""
    return (DOCS / page).read_text(encoding="utf-8")


def tables_of(page: str) -> list[tuple[str, list[list[str]]]]:
    """Return every table of a page as the heading above it and its rows of cells, the header row first."""
    tables: list[tuple[str, list[list[str]]]] = []
    heading, inside = "", False
    for line in text_of(page).splitlines():
        if line.startswith("#"):
            heading = re.sub(r"\{.*\}", "", line.lstrip("#")).strip()
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            tables.append((heading, []))
        inside = True
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if set("".join(cells)) - set("-: "):
            tables[-1][1].append(cells)
    return tables
