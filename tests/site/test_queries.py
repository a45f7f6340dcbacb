"""Plain queries, typed into the search box of the built site, find the right page among the first three.

The queries are in queries.txt. A query is added with the page that answers it, not before.
"""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.site.builds import ADDRESS

QUERIES = Path(__file__).with_name("queries.txt")
"""A query a line, and the pages of which one must be found."""

OBSERVE = """() => { window.rendered = new Promise(resolve => new MutationObserver((_, observer) => {
    observer.disconnect()
    resolve()
}).observe(document.querySelector(".md-search-result__list"), { childList: true })) }"""
RESULTS = """async () => {
    await Promise.race([window.rendered, new Promise(resolve => setTimeout(resolve, 5000))])
    const items = document.querySelectorAll(".md-search-result__list > li")
    return [...items].map(item => item.querySelector("a").href)
}"""


def find(page: Page, query: str) -> list[str]:
    """Type a query into the open search and return the pages that it finds, the best first."""
    page.fill(".md-search__input", query[:-1])
    page.evaluate(OBSERVE)
    page.keyboard.type(query[-1])  # the theme searches when a key is released
    paths = [urlsplit(address).path.strip("/") or "home" for address in page.evaluate(RESULTS)]
    return list(dict.fromkeys(paths))


def test_queries_find_their_page(page: Page) -> None:
    page.goto(ADDRESS + "reference/bibliography/", wait_until="networkidle")
    page.keyboard.press("f")  # the theme's key for the search
    missed = []
    for line in QUERIES.read_text(encoding="utf-8").splitlines():
        query, wanted = line.split(" = ")
        found = find(page, query)
        if not set(wanted.split(" | ")) & set(found[:3]):
            missed.append(f"{query} -> {wanted}: {found[:5]}")
    assert missed == []


def test_no_figure_no_table_of_numbers_no_formula_and_no_code_is_indexed(site: Path) -> None:
    """In the index no eight numbers follow one another, and no letter has an index."""
    index = json.loads((site / "search/search_index.json").read_text())
    for entry in index["docs"]:
        text = re.sub("<[^>]+>", " ", entry["text"])
        assert not re.search(r"(\W?\d\S*\s+){8}", text), entry["location"]
        assert "\u200b" not in text, "which KaTeX writes under an index"
        assert "<pre>" not in entry["text"]
