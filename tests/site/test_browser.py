"""Every page in headless Chromium: no error, no other host, accessible in both schemes, light to load.

The browser asks for the site at its own address and gets the built files; any other address gets nothing.
Where there is no Chromium these tests are skipped, which continuous integration turns into a failure.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright

from tests.docs.pages import all_pages
from tests.site.builds import ADDRESS, Builds

LIMIT = 200_000  # bytes, compressed, for the first load of any page
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGES = [re.sub(r"(index)?\.md$", "", page).rstrip("/") for page in all_pages()]
PAGES = [page and f"{page}/" for page in PAGES]
TEXTS = {".html", ".css", ".js", ".json", ".svg", ".xml", ""}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser once."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, builds: Builds) -> Iterator[BrowserContext]:
    """Open a window with an empty cache, for which the built site is the whole internet."""
    site = builds.wait(builds.first)

    def serve(route: Route) -> None:
        path = site / urlsplit(route.request.url).path.lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        if not route.request.url.startswith(ADDRESS):
            route.abort()
        elif path.is_file():
            route.fulfill(path=path)
        else:
            route.fulfill(path=site / "404.html", status=404)

    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.route("**/*", serve)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open an empty page; whatever it reports as an error fails the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def compressed_size(response: Response) -> int:
    """Return how many bytes a server that compresses text would send."""
    body = response.body()
    is_text = Path(urlsplit(response.url).path).suffix in TEXTS
    return len(gzip.compress(body)) if is_text else len(body)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_light_and_accessible_and_asks_no_other_host(path: str, page: Page) -> None:
    responses: list[Response] = []
    refused: list[str] = []
    page.on("response", lambda response: responses.append(response))
    page.on("requestfailed", lambda request: refused.append(request.url))
    page.goto(ADDRESS + path, wait_until="networkidle")
    assert refused == []
    assert [response.url for response in responses if response.status != 200] == []
    sizes = {response.url.removeprefix(ADDRESS): compressed_size(response) for response in responses}
    assert sum(sizes.values()) <= LIMIT, sizes
    assert_no_violation(page)
    page.emulate_media(color_scheme="dark")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    assert_no_violation(page, only="color-contrast")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, (
        "the page scrolls sideways on a phone"
    )


def assert_no_violation(page: Page, only: str | None = None) -> None:
    """Let axe look at the page; outside colours, light and dark are the same to it."""
    results = Axe().run(page, options={"runOnly": [only]} if only else None)
    found = [
        (violation["id"], node["target"], node.get("failureSummary"))
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == []


def test_mathematics_is_set_after_an_instant_navigation(page: Page) -> None:
    """Coming from a page without mathematics, its stylesheet must come along."""
    page.goto(ADDRESS + "reference/bibliography/", wait_until="networkidle")
    page.evaluate("window.sameDocument = true")
    page.locator("nav.md-nav--primary a[href*='learn/cell']").click()
    page.wait_for_selector("article .katex")
    page.wait_for_function("document.fonts.check('16px KaTeX_Math')")
    assert page.evaluate("window.sameDocument"), "the navigation was not instant"
    font = page.locator("article .katex .mathnormal").first.evaluate("e => getComputedStyle(e).fontFamily")
    assert "KaTeX_Math" in font
    box = page.locator("article .katex-mathml").first.bounding_box()
    assert box is not None
    assert box["width"] <= 1


def test_figures_survive_an_instant_navigation(page: Page) -> None:
    page.goto(ADDRESS, wait_until="networkidle")
    page.evaluate("window.sameDocument = true")
    page.locator("nav.md-nav--primary a[href*='learn/cell']").click()
    page.wait_for_selector("article figure svg")
    assert page.evaluate("window.sameDocument"), "the navigation was not instant"
    assert page.locator("article figure svg path").first.count() == 1


def test_an_unknown_address_gets_the_404_page(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(ADDRESS + "learn/no-such-chapter/")
    assert "does not exist" in page.locator("article").inner_text()
    home = page.locator("article a").get_attribute("href")
    page.goto(str(home))
    assert page.locator("article h1").inner_text() != "This page does not exist"


def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.goto(ADDRESS + "learn/cell/", wait_until="networkidle")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to content"
    outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash !== ''")


def test_the_scheme_can_be_chosen_and_is_kept(page: Page) -> None:
    page.goto(ADDRESS, wait_until="networkidle")
    scheme = page.locator("body")
    assert scheme.get_attribute("data-md-color-scheme") == "default"
    for _ in range(2):  # from the system's to light, from light to dark
        page.locator("label.md-header__button[for^=__palette]:visible").click()
    assert scheme.get_attribute("data-md-color-scheme") == "slate"
    page.reload(wait_until="networkidle")
    assert scheme.get_attribute("data-md-color-scheme") == "slate"


def test_search_finds_a_chapter(page: Page) -> None:
    """The index waits until the search is opened; then it must come."""
    page.goto(ADDRESS, wait_until="networkidle")
    page.keyboard.press("f")  # the theme's key for the search
    page.keyboard.type("forget gate", delay=20)
    page.wait_for_selector(".md-search-result__item a[href*='learn/cell']")


def test_pages_read_the_same_without_javascript(chromium: Browser, builds: Builds) -> None:
    site = builds.wait(builds.first)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in PAGES:
        page.goto((site / path / "index.html").as_uri())
        assert page.locator("article h1").is_visible(), path
        for formula in page.locator("article .katex-html").all()[:3]:
            assert formula.is_visible(), path
    context.close()
