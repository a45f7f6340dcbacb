"""Looks at a page of the built site in headless Chromium and notes what is wrong.

The browser asks for the site at its own address and gets the built files; any other address gets nothing.
What is acceptable is for the tests to say.
"""

import gzip
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Response, Route, ViewportSize

from tests.site.builds import ADDRESS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
TEXTS = {".html", ".css", ".js", ".json", ".svg", ".xml", ""}
WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)

# Code, formulas and figures are thousands of elements of a few kinds. One of each kind and color stays for
# axe, which would take minutes over all of them and say the same.
ONE_OF_EACH_KIND = """() => {
    const seen = new Set(), others = new Set()
    for (const element of document.querySelectorAll("pre code *, .katex *, figure svg :not(title, desc)")) {
        const { color, backgroundColor } = getComputedStyle(element)
        const kind = [element.tagName, element.getAttribute("class"), color, backgroundColor].join()
        if (seen.has(kind) || others.has(element.parentElement)) others.add(element)
        else seen.add(kind)
    }
    for (const element of others) element.remove()  // only now: each change makes the styles be computed anew
}"""
CHARACTERS = """() => {
    const found = new Set(), text = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (text.nextNode()) {
        const element = text.currentNode.parentElement
        if (!element.closest(".katex-html")) continue
        const { fontFamily, fontStyle, fontWeight } = getComputedStyle(element)
        for (const character of text.currentNode.data)
            found.add([fontFamily.split(",")[0], fontStyle, fontWeight, character].join())
    }
    return [...found]
}"""
VIOLATIONS = """options => axe.run(document, options).then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target, failureSummary])))"""


@dataclass
class Audit:
    """What the browser saw of one page."""

    errors: list[str] = field(default_factory=list)
    """Errors on the console and in scripts."""
    refused: list[str] = field(default_factory=list)
    """Addresses that were asked for and not found, or on another host."""
    sizes: dict[str, int] = field(default_factory=dict)
    """What the first load asked for, with the bytes that a compressing server would send."""
    characters: list[str] = field(default_factory=list)
    """The characters of formulas, each behind its font: "Formula_Math,italic,400,x"."""
    light: list[Any] = field(default_factory=list)
    """What axe finds in the light scheme."""
    dark: list[Any] = field(default_factory=list)
    """What axe finds wrong with the colors in the dark scheme; the rest is the same."""
    narrow_width: int = 0
    """How many pixels wide the page is on a screen of 390."""


def file_for(site: Path, address: str) -> Path | None:
    """Return the file that a server would send for an address, or None."""
    path = site / urlsplit(address).path.lstrip("/")
    path = path / "index.html" if path.is_dir() else path
    return path if address.startswith(ADDRESS) and path.is_file() else None


def audit_page(browser: Browser, site: Path, path: str) -> Audit:
    """Open a page with an empty cache, let it settle, and look at it in both schemes."""
    audit = Audit()
    responses: list[Response] = []
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    context.route("**/*", partial(serve, site))
    page = context.new_page()
    page.on("console", lambda message: audit.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: audit.errors.append(str(error)))
    page.on("requestfailed", lambda request: audit.refused.append(request.url))
    page.on("response", lambda response: responses.append(response))
    page.goto(ADDRESS + path, wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")
    audit.sizes = {response.url.removeprefix(ADDRESS): _size(site, response) for response in responses}
    page.set_viewport_size(NARROW)
    audit.narrow_width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(WIDE)
    audit.characters = page.evaluate(CHARACTERS)
    page.evaluate(ONE_OF_EACH_KIND)
    page.evaluate(AXE_SCRIPT)
    audit.light = _violations(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    audit.dark = _violations(page, runOnly=["color-contrast"])
    context.close()
    return audit


def serve(site: Path, route: Route) -> None:
    """Answer from the built site, and from nowhere else."""
    path = file_for(site, route.request.url)
    if path:
        route.fulfill(path=path)
    else:
        route.abort()


def _size(site: Path, response: Response) -> int:
    """Return how many bytes a server that compresses text would send."""
    path = file_for(site, response.url)
    assert path is not None, response.url
    body = path.read_bytes()
    return len(gzip.compress(body)) if path.suffix in TEXTS else len(body)


def _violations(page: Page, **options: Any) -> list[Any]:
    """Let axe look at the page as it stands."""
    found: list[Any] = page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], **options})
    return found
