"""Pages on a phone, on a wide screen, on paper, without JavaScript, and what is copied from them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.site.audit import NARROW, WIDE, serve
from tests.site.builds import ADDRESS
from tests.site.test_browser import PAGES

PAPER = ViewportSize(width=688, height=1000)  # A4 without its margins, in CSS pixels
SHEETS = {"": 4, "learn/cell/": 15, "learn/gradients/": 14}

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
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


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, chromium: Browser, site: Path) -> Iterator[Page]:
    """Open one page after the other."""
    page = open_page(chromium, site, request.param)
    page.wait_for_function("document.querySelector('.md-search')?.ariaLabel")  # site.js has run
    yield page
    page.context.close()


def test_a_page_reads_on_a_phone_on_a_wide_screen_and_on_paper(page: Page) -> None:
    assert page.evaluate(FAULTS, 11) == []
    page.set_viewport_size(WIDE)
    page.wait_for_timeout(100)
    assert page.evaluate(FAULTS, 12) == []
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert (
        page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"] + 1
    )  # KaTeX ends formulas with a space of no width
    assert page.locator("button:visible, .headerlink:visible").count() == 0


@pytest.mark.parametrize("path", SHEETS)
def test_a_printed_page_takes_few_sheets(path: str, chromium: Browser, site: Path) -> None:
    page = open_page(chromium, site, path)
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= SHEETS[path]


def test_formulas_are_copied_as_tex_once(chromium: Browser, site: Path) -> None:
    page = open_page(chromium, site, "learn/cell/")
    assert (
        page.evaluate(COPY, "#forget-gate ~ div.math")
        == r"{f_t} = \sigma\left(W_f\,[x_t; h_{t-1}] + b_f\right)"
    )
    assert page.evaluate(COPY, "article p:has(.katex)").count("$x_t$") == 1


def test_without_javascript_the_scheme_is_the_systems(chromium: Browser, site: Path) -> None:
    page = open_page(chromium, site, "", java_script_enabled=False)
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(21, 24, 27)"
