"""Looks at a page of the built site in headless Chromium and notes what is wrong.

The browser asks for the site at its own address and gets the built files; any other address gets nothing.
What is acceptable is for the tests to say.
"""

import gzip
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response, Route, ViewportSize

from tests.site.builds import ADDRESS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
TEXTS = {".html", ".css", ".js", ".json", ".svg", ".xml", ""}
WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
PAPER = ViewportSize(width=688, height=1000)  # A4 without its margins, in CSS pixels
WIDTH = "document.documentElement.scrollWidth"

# Code, formulas, figures and the navigation are thousands of elements of a few kinds. One of each kind and
# color stays for axe, which would take minutes over all of them and say the same.
ONE_OF_EACH_KIND = """() => {
    const seen = new Set(), others = new Set()
    const many = "pre code *, .katex *, figure svg :not(title, desc), .md-nav__item"
    for (const element of document.querySelectorAll(many)) {
        const { color, backgroundColor } = getComputedStyle(element)
        const kind = [element.tagName, element.getAttribute("class"), color, backgroundColor].join()
        if (seen.has(kind) || others.has(element.parentElement)) others.add(element)
        else seen.add(kind)
    }
    for (const element of others) element.remove()  // only now: each change makes the styles be computed anew
}"""
# A text's contrast depends on its color, size and weight, and on what lies behind it. One of each is marked.
ONE_OF_EACH_CONTRAST = """() => {
    const seen = new Set(), behind = element => {
        if (!element) return []
        const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element)
        return [backgroundColor, backgroundImage, opacity, ...behind(element.parentElement)]
    }
    for (const element of document.querySelectorAll("body, body *")) {
        element.removeAttribute("data-contrast")
        const text = [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim())
        const shown = element.checkVisibility({ visibilityProperty: true })
        if (!shown || !(text || element.matches("input, textarea"))) continue
        const { color, fontSize, fontWeight } = getComputedStyle(element)
        const kind = [color, fontSize, fontWeight, ...behind(element)].join()
        if (!seen.has(kind)) element.setAttribute("data-contrast", "")
        seen.add(kind)
    }
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
PRESSED = """() => [...document.querySelectorAll("button, .headerlink")].filter(element =>
    element.checkVisibility({ visibilityProperty: true }) &&
    !element.closest("details:not([open]) > :not(summary)")).map(element => element.outerHTML)"""
FOLLOW = """href => {
    const link = Object.assign(document.createElement("a"), { href })
    document.body.append(link)  // that of the navigation may be away, see ONE_OF_EACH_KIND
    link.click()
    link.remove()
}"""
SHIFT = """() => new Promise(done => {  // how far what stands on the page has moved by itself
    const observer = new PerformanceObserver(list => {
        const own = list.getEntries().filter(({ hadRecentInput }) => !hadRecentInput)
        done(own.reduce((sum, { value }) => sum + value, 0))
    })
    observer.observe({ type: "layout-shift", buffered: true })
    setTimeout(() => done(0), 100)  // nothing has moved, so nobody calls
})"""
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
SITEMAP = (
    """() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("sitemap.xml"))"""
)
FORMULA_IS_SET = """() => {  // no face of that name would be as good as a loaded one to `check` alone
    const letter = document.querySelector("article .katex-html .mathnormal")
    return letter && getComputedStyle(letter).fontFamily.includes("Formula_Math") &&
        document.fonts.check("16px Formula_Math")
}"""
FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
BUDGETS = (Path(__file__).parent / "budgets.js").read_text(encoding="utf-8")
VIOLATIONS = """async ([where, options]) => {
    for (const animation of document.getAnimations())  // a color that fades in has no contrast yet
        if (animation.effect.getComputedTiming().endTime < Infinity) animation.finish();
    const { violations } = await axe.run(where, options);
    return violations.flatMap(
        ({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target, failureSummary]));
}"""


@dataclass
class Audit:
    """What the browser saw of one page."""

    errors: list[str] = field(default_factory=list)
    """Errors on the console and in scripts."""
    refused: list[str] = field(default_factory=list)
    """Addresses that were asked for and not found, or on another host."""
    sizes: dict[str, int] = field(default_factory=dict)
    """What the first load asked for, with the bytes that a compressing server would send."""
    shift: float = 0.0
    """How far what stood on the page moved while it loaded: the cumulative layout shift."""
    narrow: list[str] = field(default_factory=list)
    """What is wrong on a screen of 390 pixels."""
    narrow_width: int = 0
    """How many pixels wide the page is there."""
    paper: list[str] = field(default_factory=list)
    """What can be pressed on paper."""
    paper_width: int = 0
    """How many pixels wide the page is there."""
    paper_color: str = ""
    """The ground there, printed from the dark scheme."""
    wide: list[str] = field(default_factory=list)
    """What is wrong on a screen of 1440 pixels."""
    over: list[str] = field(default_factory=list)
    """Which budgets of a chapter the page does not hold there."""
    characters: list[str] = field(default_factory=list)
    """The characters of formulas, each behind its font: "Formula_Math,italic,400,x"."""
    light: list[Any] = field(default_factory=list)
    """What axe finds in the light scheme."""
    dark: list[Any] = field(default_factory=list)
    """What axe finds wrong with the colors in the dark scheme; the rest is the same."""


def file_for(site: Path, address: str) -> Path | None:
    """Return the file that a server would send for an address, or None."""
    path = site / urlsplit(address).path.lstrip("/")
    path = path / "index.html" if path.is_dir() else path
    return path if address.startswith(ADDRESS) and path.is_file() else None


def audit_page(page: Page, site: Path, path: str) -> Audit:
    """Open a page once, let it settle, and look at it on a phone, on paper and on a wide screen.

    The browser caches nothing of what `serve` answers, so
    every page is a first load.
    """
    audit = Audit()
    responses: list[Response] = []
    listeners: dict[Any, Any] = {
        "console": lambda line: audit.errors.append(line.text) if line.type == "error" else None,
        "pageerror": lambda error: audit.errors.append(str(error)),
        "requestfailed": lambda request: audit.refused.append(request.url),
        "response": lambda response: responses.append(response),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    page.set_viewport_size(NARROW)
    page.emulate_media(media="screen", color_scheme="dark")
    page.goto(ADDRESS + path, wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")
    page.wait_for_function("() => document.querySelector('.md-search')?.ariaLabel")  # site.js has run
    audit.sizes = {response.url.removeprefix(ADDRESS): _size(site, response) for response in responses}
    audit.shift = shift(page)
    audit.narrow = page.evaluate(FAULTS, 11)
    audit.narrow_width = page.evaluate(WIDTH)
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    audit.paper, audit.paper_width = page.evaluate(PRESSED), page.evaluate(WIDTH)
    audit.paper_color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(media="screen")
    page.set_viewport_size(WIDE)
    page.evaluate(SETTLED)  # site.js has answered to the new size
    audit.wide = page.evaluate(FAULTS, 12)
    audit.over = page.evaluate(BUDGETS) if path.startswith("learn/") else []
    audit.characters = page.evaluate(CHARACTERS)
    page.evaluate(ONE_OF_EACH_KIND)
    audit.dark = contrasts(page)
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("body[data-md-color-scheme=default]")
    page.wait_for_selector("body:not([data-md-color-switching])")
    audit.light = contrasts(page) + violations(page, rules={"color-contrast": {"enabled": False}})
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    return audit


def shift(page: Page) -> float:
    """Return how far what stood on the page has moved since it was loaded: the cumulative layout shift."""
    return float(page.evaluate(SHIFT))


def serve(site: Path, route: Route) -> None:
    """Answer from the built site, and from nowhere else."""
    path = file_for(site, route.request.url)
    if path:
        route.fulfill(path=path)
    else:
        route.abort()


def open_to_go_on(page: Page, path: str) -> None:
    """Open a page, and wait until the theme has read which pages it can go to without loading them anew."""
    page.goto(ADDRESS + path)
    page.wait_for_function(SITEMAP)
    page.evaluate(SETTLED)


def go_to(page: Page, path: str) -> None:
    """Follow a link to another page of the site; what is loaded stays, and so does Python."""
    title = page.query_selector("article h1")
    assert title is not None
    page.evaluate(FOLLOW, ADDRESS + path)
    title.wait_for_element_state("hidden")


def _size(site: Path, response: Response) -> int:
    """Return how many bytes a server that compresses text would send."""
    path = file_for(site, response.url)
    assert path is not None, response.url
    body = path.read_bytes()
    return len(gzip.compress(body)) if path.suffix in TEXTS else len(body)


def violations(page: Page, where: str = "html", **options: Any) -> list[Any]:
    """Let axe look at a part of the page, when nothing moves any more."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
    found: list[Any] = page.evaluate(
        VIOLATIONS, [where, {"resultTypes": ["violations"], "preload": False, **options}]
    )
    return found


def contrasts(page: Page) -> list[Any]:
    """Let axe look at one text of each kind, since to look at all takes a second and says the same."""
    page.evaluate(ONE_OF_EACH_CONTRAST)
    return violations(page, "[data-contrast]", runOnly=["color-contrast"])
