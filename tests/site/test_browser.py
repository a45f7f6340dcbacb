"""Every page in headless Chromium: no error, no other host, accessible, light to load, whole on any medium.

Where there is no Chromium these tests are skipped, which continuous integration turns into a failure.
"""

import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Literal

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page

from scripts.site.update_katex import ASSETS
from tests.docs.pages import all_pages
from tests.site.audit import FORMULA_IS_SET, NARROW, PAPER, audit_page, open_to_go_on, serve
from tests.site.builds import ADDRESS

LIMIT = 150_000  # bytes, compressed, for the first load of any page
ZERO_WIDTH_SPACE = 0x200B  # KaTeX writes it for the height of a line, and needs no glyph

PAGES = [re.sub(r"(index)?\.md$", "/", page).replace("//", "/").lstrip("/") for page in all_pages()]
"""The addresses of all pages, relative to the site's."""


@cache
def cut_fonts() -> set[str]:
    """Return what formulas can be set with: the characters of each font, as `Audit.characters` has them."""
    stylesheet = (ASSETS / "katex.min.css").read_text(encoding="utf-8")
    face = r"@font-face\{[^}]*font-family:([^;]*);font-style:([^;]*);font-weight:([^;]*);src:url\(([^)]*)\)"
    return {
        f"{family},{style},{weight},{character}"
        for family, style, weight, file in re.findall(face, stylesheet)
        for character in map(chr, [ZERO_WIDTH_SPACE, *TTFont(ASSETS / file).getBestCmap()])
    }


@pytest.fixture(scope="module")
def window(chromium: Browser, site: Path) -> Iterator[Page]:
    """Open a window in which one page after the other is looked at."""
    context = chromium.new_context()
    context.route("**/*", partial(serve, site))
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_page_is_light_and_accessible_and_holds_its_budgets_on_phone_screen_and_paper(
    path: str, window: Page, site: Path
) -> None:
    audit = audit_page(window, site, path)
    assert audit.errors == []
    assert audit.refused == [], "not found, or on another host"
    assert sum(audit.sizes.values()) <= LIMIT, audit.sizes
    assert audit.shift < 0.01, "the page moved while it loaded"
    assert set(audit.characters) - cut_fonts() == set(), "add them to GLYPHS in scripts/site/update_katex.py"
    assert audit.light == []
    assert audit.dark == []
    assert audit.narrow == []
    assert audit.narrow_width <= NARROW["width"], "the page scrolls sideways on a phone"
    assert audit.wide == []
    assert audit.over == [], "every chapter, present and to come, holds its budgets"
    assert audit.paper == [], "what is printed cannot be pressed"
    assert audit.paper_width <= PAPER["width"] + 1, "KaTeX ends formulas with a space of no width"
    assert audit.paper_color == "rgb(255, 255, 255)"


def go_to_the_cell(page: Page, start: str) -> None:
    """Follow a link to the cell, and see that the page was not loaded anew."""
    open_to_go_on(page, start)
    page.evaluate("window.sameDocument = true")
    page.locator("a[href*='learn/cell/']:visible").first.click()
    page.wait_for_selector("article .katex")
    assert page.evaluate("window.sameDocument"), "the navigation was not instant"


def test_mathematics_is_set_after_an_instant_navigation(page: Page) -> None:
    """Coming from a page without mathematics, its stylesheet must come along."""
    go_to_the_cell(page, "reference/bibliography/")
    page.wait_for_function(FORMULA_IS_SET)
    box = page.locator("article .katex-mathml").first.bounding_box()
    assert box is not None
    assert box["width"] <= 1


def test_figures_survive_an_instant_navigation(page: Page) -> None:
    go_to_the_cell(page, "")
    assert page.locator("article figure svg path").count() > 0


def test_an_unknown_address_gets_the_404_page(tab: Page) -> None:
    tab.goto(ADDRESS + "learn/no-such-chapter/")
    assert "does not exist" in tab.locator("article").inner_text()
    home = tab.locator("article a").get_attribute("href")
    tab.goto(str(home))
    assert tab.locator("article h1").inner_text() != "This page does not exist"


def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.goto(ADDRESS + "learn/cell/", wait_until="networkidle")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to content"
    outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash !== ''")


def test_the_scheme_can_be_chosen_and_is_kept(page: Page) -> None:
    page.goto(ADDRESS, wait_until="networkidle")
    for scheme in ("default", "slate"):  # from the system's to light, from light to dark
        page.locator("label.md-header__button[for^=__palette]:visible").click()
        page.wait_for_selector(f"body[data-md-color-scheme={scheme}]")
    page.reload(wait_until="networkidle")
    page.wait_for_selector("body[data-md-color-scheme=slate]")


def test_search_finds_a_chapter(page: Page) -> None:
    """The index waits until the search is opened; then it must come."""
    page.goto(ADDRESS, wait_until="networkidle")
    page.keyboard.press("f")  # the theme's key for the search
    page.keyboard.type("forget gate", delay=20)
    page.wait_for_selector(".md-search-result__item a[href*='learn/cell']")


def test_pages_read_the_same_without_javascript(chromium: Browser, site: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in PAGES:
        page.goto((site / path / "index.html").as_uri())
        assert page.locator("article h1").is_visible(), path
        for formula in page.locator("article .katex-html:not(details *)").all()[:3]:
            assert formula.is_visible(), path
    context.close()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lstm_on_one_page_is_one_page(page: Page, paper: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(ADDRESS + "reference/summary/", wait_until="networkidle")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, prefer_css_page_size=False))
    assert len(sheets) == 1
    page.emulate_media(media="print")
    assert page.locator("article p").first.evaluate("e => getComputedStyle(e).color") == "rgb(17, 17, 17)"
