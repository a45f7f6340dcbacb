"""Pages on paper and without JavaScript, and what is copied from them. `test_browser` looks at every page."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.site.audit import NARROW, serve
from tests.site.builds import ADDRESS

SHEETS = {"": 4, "learn/cell/": 15, "learn/gradients/": 14}

COPY = """selector => {
    getSelection().selectAllChildren(document.querySelector(selector))
    const clipboardData = new DataTransfer()
    document.body.dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true }))
    return clipboardData.getData("text/plain")
}"""


def open_page(chromium: Browser, site: Path, path: str, **options: Any) -> Page:
    """Open a page of the built site in a window of its own."""
    context = chromium.new_context(color_scheme="dark", viewport=NARROW, **options)
    context.route("**/*", partial(serve, site))
    page = context.new_page()
    page.goto(ADDRESS + path, wait_until="networkidle")
    return page


@pytest.mark.parametrize("path", SHEETS)
def test_a_printed_page_takes_few_sheets(path: str, chromium: Browser, site: Path) -> None:
    page = open_page(chromium, site, path)
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= SHEETS[path]


def test_formulas_are_copied_as_tex_once(chromium: Browser, site: Path) -> None:
    page = open_page(chromium, site, "learn/cell/")
    page.wait_for_function("() => document.querySelector('.md-search')?.ariaLabel")  # site.js has run
    assert (
        page.evaluate(COPY, "#forget-gate ~ div.math")
        == r"{f_t} = \sigma\left(W_f\,[x_t; h_{t-1}] + b_f\right)"
    )
    assert page.evaluate(COPY, "article p:has(.katex)").count("$x_t$") == 1


def test_without_javascript_the_scheme_is_the_systems(chromium: Browser, site: Path) -> None:
    page = open_page(chromium, site, "", java_script_enabled=False)
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(21, 24, 27)"
