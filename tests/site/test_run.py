"""Python in the page: what it prints, what it asks the network for, and what hostile code can do to it.

The files of Pyodide are those of the folder PYODIDE_DIR; without it they are fetched once, into
``.cache/pyodide``.
"""

import math
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.site.audit import file_for
from tests.site.builds import ADDRESS
from tests.site.snippets import PAGES, shown

RUN = """async ([code, options]) => {
    const { python } = await import("/widgets/python.js")
    return python.run(code, options ?? {})
}"""
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


def open_page(chromium: Browser, path: str, answer: Callable[[Route], None], **options: Any) -> Page:
    """Open a page in a window of its own, whose requests have this answer."""
    context = chromium.new_context(**options)
    context.route("**/*", answer)
    page = context.new_page()
    page.goto(ADDRESS + path, wait_until="networkidle")
    return page


def answer_from(site: Path) -> Callable[[Route], None]:
    """Return a function that answers from a built site, and from nowhere else."""

    def answer(route: Route) -> None:
        path = file_for(site, route.request.url)
        if path:
            route.fulfill(path=path)
        else:
            route.abort()

    return answer


@pytest.fixture(scope="module")
def window(chromium: Browser, complete: Path) -> Iterator[Page]:
    """Open a page in which Python stays loaded from test to test."""
    page = open_page(chromium, "reference/notation/", answer_from(complete))
    yield page
    page.context.close()


def run(page: Page, code: str, **options: Any) -> tuple[str, str | None]:
    """Run code in a page and return what it printed and its error."""
    result = page.evaluate(RUN, [code, options])
    assert result["ok"] == (result["error"] is None)
    return result["output"], result["error"]


def agree(one: str, other: str) -> bool:
    """Tell whether two texts are the same, but for numbers that differ by 1e-6 at most, or by that share."""
    words = NUMBER.sub("#", one).split() == NUMBER.sub("#", other).split()
    pairs = zip_longest(NUMBER.findall(one), NUMBER.findall(other), fillvalue="nan")
    return words and all(math.isclose(float(a), float(b), rel_tol=1e-6, abs_tol=1e-6) for a, b in pairs)


def test_agreement_is_told_from_disagreement() -> None:
    assert agree("loss 0.5000001, 3 of 4", "loss 0.5, 3 of 4")
    assert not agree("loss 0.50001", "loss 0.5")
    assert not agree("loss 0.5", "gain 0.5")
    assert not agree("0.5", "0.5 0.5")


@pytest.mark.parametrize("path", PAGES)
def test_every_block_prints_in_the_page_what_the_build_printed(path: str, site: Path, window: Page) -> None:
    above: list[str] = []
    for code, output in shown(site, path):
        if re.search(r"^\s*(?:import|from) matplotlib", code, flags=re.MULTILINE):
            continue
        printed, error = run(window, code, name=path, above=above)
        assert error is None, code
        assert agree(printed, output or ""), f"{code}\n--- in the page\n{printed}\n--- in the build\n{output}"
        above.append(code)


def test_runs_share_variables_with_those_above_and_with_no_others(window: Page) -> None:
    assert run(window, "x = 1; print('silent')", name="a")[0] == "silent\n"
    assert run(window, "x += 1; print(x)", name="a", above=["x = 1; print('silent')"]) == ("2\n", None)
    assert run(window, "x += 1; print(x)", name="a", above=["x = 1; print('silent')"]) == ("2\n", None)
    assert run(window, "print(x)", name="a", above=["x = 5; print('silent')"]) == ("5\n", None)
    _, error = run(window, "print(x)", name="a")
    assert error is not None
    assert error.endswith("NameError: name 'x' is not defined\n")


def test_an_exception_shows_the_readers_lines_alone(window: Page) -> None:
    output, error = run(window, "def f():\n    return 1 / 0\n\nprint('before')\nf()")
    assert output == "before\n"
    assert error is not None
    assert re.findall(r'File "(.*?)", line (\d+)', error) == [("<block 1>", "5"), ("<block 1>", "2")]
    assert "return 1 / 0" in error
    assert "SyntaxError" in str(run(window, "x = (")[1])
    assert run(window, "raise SystemExit") == ("", None)
    assert "EOFError" in str(run(window, "input()")[1])


HOSTILE = {
    "prints a gigabyte": ("while True:\n    print('x' * 1000)", "printed more than 200,000 characters"),
    "prints and catches all": (
        "while True:\n    try:\n        print('x')\n    except BaseException:\n        pass",
        "printed more than 200,000 characters",
    ),
    "takes all memory": ("held = []\nwhile True:\n    held.append(bytearray(10**7))", "MemoryError"),
    "calls itself": ("def f():\n    f()\n\nf()", "RecursionError"),
    "leaves": ("import os\nos._exit(1)", "the next run starts it anew"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_ends_with_a_message_and_the_page_goes_on(name: str, window: Page) -> None:
    code, message = HOSTILE[name]
    output, error = run(window, code)
    assert message in str(error)
    assert len(output) <= 200_000
    assert run(window, "print('fine')") == ("fine\n", None)


def test_an_endless_loop_is_stopped(window: Page) -> None:
    run(window, "print('Python is there')")
    result = window.evaluate(
        """async () => {
            const { python } = await import("/widgets/python.js")
            const running = python.run("print('begun')\\nwhile True: pass", { onOutput: () => python.stop() })
            const waiting = python.run("print('never')")
            return [await running, await waiting, await python.run("print('fine')")]
        }"""
    )
    assert result == [
        {"ok": False, "output": "begun\n", "error": "Stopped."},
        {"ok": False, "output": "", "error": "Stopped."},
        {"ok": True, "output": "fine\n", "error": None},
    ]
