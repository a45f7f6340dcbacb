"""The content security policy stands in every page, and a browser keeps to it.

`test_browser` sees that it forbids nothing of ours: what it forbids is an error on the console.
"""

from pathlib import Path

from playwright.sync_api import Browser, Route

from tests.site.audit import serve
from tests.site.builds import ADDRESS
from tests.site.html import pages

ATTACKS = """() => {
    const script = document.createElement("script"), other = document.createElement("script")
    script.text = "window.inline = true"
    other.src = "https://other.invalid/script.js"
    document.body.append(script, other)
    document.body.insertAdjacentHTML("beforeend", "<img src='/none' onerror='window.handler = true'>")
    document.body.insertAdjacentHTML("beforeend", "<a href='javascript:window.address = true'>x</a>")
    document.body.lastElementChild.click()
    setTimeout("window.text = true")
    return new Promise(done => setTimeout(() => done(
        ["inline", "handler", "address", "text"].filter(name => name in window)), 500))
}"""


def test_every_page_has_a_policy_before_all_that_it_binds(site: Path) -> None:
    for page in pages(site):
        _, _, head = (site / page).read_text(encoding="utf-8").partition('<meta charset="utf-8">\n')
        assert head.startswith('<meta http-equiv="Content-Security-Policy" content="default-src \'self\''), (
            page
        )


def test_no_script_runs_that_is_not_of_the_site(chromium: Browser, site: Path) -> None:
    context = chromium.new_context()
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        serve(site, route)

    context.route("**/*", answer)
    page = context.new_page()
    page.goto(ADDRESS + "learn/cell/", wait_until="networkidle")
    assert page.evaluate(ATTACKS) == []
    assert [address for address in asked if not address.startswith(ADDRESS)] == []
    context.close()
