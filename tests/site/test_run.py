"""Python in the page: what it prints, what it asks the network for, and what hostile code can do to it.

The files of Pyodide are those of the folder PYODIDE_DIR; without it they are fetched once, into
``.cache/pyodide``.
"""

import math
import re
import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from scripts.site import runtime
from tests.site.audit import NARROW, ONE_OF_EACH_KIND, WIDTH, file_for, go_to, serve, violations
from tests.site.builds import ADDRESS
from tests.site.small import build
from tests.site.snippets import PAGES, shown

RUN = """async ([code, options]) => {
    const { python } = await import("/widgets/python.js")
    return python.run(code, options ?? {})
}"""
WAITING = """async () => {
    const { python } = await import("/widgets/python.js")
    const run = python.run("print()")
    await new Promise(resolve => setTimeout(resolve))  // now it waits for the worker
    return { run }
}"""
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


def open_page(chromium: Browser, path: str, answer: Callable[[Route], None]) -> Page:
    """Open a page in a window of its own, whose requests have this answer."""
    context = chromium.new_context()
    context.route("**/*", answer)
    page = context.new_page()
    page.goto(ADDRESS + path)
    return page


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
        if printed.strip():  # otherwise the text that follows is not what this block printed
            assert output is not None, code
            assert agree(printed, output), f"{code}\n--- in the page\n{printed}\n--- in the build\n{output}"
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
    "prints a gigabyte and catches all": (
        "while True:\n    try:\n        print('x')\n        print('x' * 999)\n    except:\n        pass",
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


class Block:
    """An executed block of an open page, and what a reader does with it."""

    def __init__(self, page: Page, number: int) -> None:
        self.page = page
        self.block = page.locator("article .executed").nth(number)
        self.code = self.block.locator(".language-python pre > code")
        self.status = self.block.get_by_role("status")
        self.output = self.block.locator(".run-output code")

    def press(self, button: str) -> None:
        """Press a button of the block."""
        self.block.get_by_role("button", name=re.compile(f"^{button}")).click()

    def wait(self, status: str) -> None:
        """Wait until the block says so."""
        self.status.filter(has_text=status).wait_for(timeout=120_000)

    def write(self, line: str) -> None:
        """Write a line behind the code."""
        self.code.press("Control+End")
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(line)


def test_a_site_without_python_asks_jsdelivr_for_six_files_after_the_click(
    chromium: Browser, site: Path, files: Path
) -> None:
    own: list[str] = []
    others: list[str] = []
    is_cut = False

    def answer(route: Route) -> None:
        address = route.request.url
        (own if address.startswith(ADDRESS) else others).append(address)
        if is_cut:
            route.abort()
        elif address.startswith(ADDRESS):
            serve(site, route)
        else:
            name = address.removeprefix(runtime.RUNTIME["base"])
            route.fulfill(path=files / name, headers={"Access-Control-Allow-Origin": "*"})

    page = open_page(chromium, "learn/cell/", answer)
    page.mouse.wheel(0, 5000)
    page.wait_for_timeout(500)
    assert others == []
    assert not [address for address in own if re.search("python|run|pyodide", address)]
    block = Block(page, 1)
    block.press("Run")
    block.wait("It printed the same.")
    assert sorted(others) == sorted(runtime.RUNTIME["base"] + name for name in runtime.RUNTIME["files"])

    is_cut = True
    block.write("print('without a network')")
    block.press("Run")
    block.wait("1 of 2 lines differs.")
    assert block.output.locator("mark").inner_text() == "without a network"

    is_cut = False
    page.reload()
    Block(page, 0).press("Run")
    Block(page, 0).wait("It printed nothing.")
    assert len(others) == 6, "they were in the browser's store"
    page.context.close()


def test_a_wrong_byte_is_not_run(chromium: Browser, complete: Path) -> None:
    def answer(route: Route) -> None:
        path = file_for(complete, route.request.url)
        assert path is not None
        if path.name == "pyodide.asm.js":
            route.fulfill(body=path.read_bytes() + b" ")
        else:
            route.fulfill(path=path)

    page = open_page(chromium, "learn/cell/", answer)
    block = Block(page, 1)
    block.press("Run")
    block.wait("Python could not be loaded.")
    page.context.close()


def test_a_site_with_python_asks_no_other_host(window: Page, asked: list[str]) -> None:
    assert run(window, "print('Python is there')")[1] is None
    assert [address for address in asked if address.endswith("pyodide/pyodide.asm.wasm")]
    assert all(address.startswith((ADDRESS, f"blob:{ADDRESS}")) for address in asked)


@pytest.fixture
def cell(window: Page) -> Page:
    """Go to the chapter on the cell by instant navigation, so that Python stays loaded."""
    go_to(window, "reference/notation/")
    go_to(window, "learn/cell/")
    return window


def test_a_block_is_run_changed_and_reset_with_the_keyboard_alone(cell: Page) -> None:
    block, keys = Block(cell, 1), cell.keyboard
    built = block.code.inner_text()
    block.block.locator(".run-button").focus()
    keys.press("Enter")
    block.wait("It printed the same.")
    assert block.output.inner_text().strip() == "unit 12: c = 0.2956, h = 0.2217"
    for _ in range(3):  # over the two buttons that copy
        keys.press("Tab")
    assert cell.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Code.")
    keys.press("Control+End")
    keys.press("Enter")
    keys.type("for k in range(2):")
    keys.press("Enter")
    keys.type("print(k)")  # already one level in
    keys.press("Control+Enter")
    block.wait("2 of 3 lines differ.")
    assert block.output.locator("mark").all_inner_texts() == ["0", "1"]
    block.block.get_by_role("button", name="Reset").focus()
    keys.press("Enter")
    assert block.code.inner_text() == built
    assert block.block.locator(".run-panel").count() == 0
    assert cell.evaluate("document.activeElement.matches('.run-button')")


def test_code_can_be_changed_before_it_is_run(cell: Page) -> None:
    block = Block(cell, 1)
    block.code.click()
    cell.locator("code[contenteditable]:focus").wait_for()
    assert not block.block.locator(".run-panel").is_visible(), "nothing has changed"
    cell.keyboard.press("Control+End")
    cell.keyboard.type("print('mine')")
    block.wait("Ctrl+Enter runs it.")
    block.press("Reset")
    assert "mine" not in block.code.inner_text()
    block.code.click()
    cell.locator("code[contenteditable]:focus").wait_for()
    block.write("print('mine')")
    cell.keyboard.press("Control+Enter")
    block.wait("1 of 2 lines differs.")


def test_an_endless_block_is_stopped_and_an_error_is_shown(cell: Page) -> None:
    block = Block(cell, 1)
    block.press("Run")
    block.wait("It printed the same.")
    block.write("print('again'); exec('while True: pass')")
    block.press("Run")
    block.output.filter(has_text="again").wait_for()  # what is printed is shown at once
    waiting = cell.evaluate_handle(WAITING)
    stop = block.block.get_by_role("button", name="Stop").bounding_box()
    block.press("Stop")
    block.wait("Stopped.")
    assert block.output.inner_text().split("\n")[:2] == ["unit 12: c = 0.2956, h = 0.2217", "again"]
    assert waiting.evaluate("({ run }) => run") == {"ok": False, "output": "", "error": "Stopped."}
    reset = block.block.get_by_role("button", name="Reset").bounding_box()
    assert stop is not None
    assert reset is not None
    assert abs(stop["x"] - reset["x"]) >= reset["width"], "a second click on Stop does not hit Reset"
    block.press("Reset")
    block.code.evaluate("code => code.append('\\nprint(nothing)')")
    block.press("Run")
    block.wait("The code failed. NameError: name 'nothing' is not defined")
    assert "NameError: name 'nothing' is not defined" in block.output.inner_text()
    Block(cell, 0).code.evaluate("code => code.textContent = '1 / 0'")
    block.press("Run")
    block.wait("Block 1 of this page, which runs before this one, failed.")


def test_what_draws_says_that_it_needs_a_python_of_ones_own(cell: Page) -> None:
    block = Block(cell, 1)
    block.code.evaluate("code => code.prepend('import matplotlib.pyplot as plt\\n')")
    block.press("Run")
    block.wait("Matplotlib")
    assert not block.output.is_visible()


def test_a_run_ends_with_its_page(cell: Page) -> None:
    """The next page's run does not wait for an endless one."""
    block = Block(cell, 1)
    block.press("Run")
    block.wait("It printed the same.")
    block.write("while True: pass")
    block.press("Run")
    go_to(cell, "learn/one-step/")
    go_to(cell, "learn/cell/")
    block.press("Run")
    block.wait("It printed the same.")


def test_an_open_block_is_accessible_on_a_phone_in_both_schemes(cell: Page) -> None:
    cell.set_viewport_size(NARROW)
    block = Block(cell, 1)
    block.press("Run")
    block.wait("It printed the same.")
    block.write("print('more')")
    block.press("Run")
    block.wait("1 of 2 lines differs.")
    assert cell.evaluate(WIDTH) <= NARROW["width"]
    cell.evaluate(ONE_OF_EACH_KIND)
    for scheme in ("default", "slate"):
        cell.wait_for_selector(f"body[data-md-color-scheme={scheme}]")
        assert violations(cell) == []
        cell.emulate_media(color_scheme="dark")


def test_a_folder_is_filled_and_checked(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(runtime.RUNTIME, "base", files.as_uri() + "/")
    runtime.fetch(tmp_path)
    assert runtime.read(tmp_path) == runtime.read(files)
    (tmp_path / "pyodide.mjs").write_bytes(b"")
    with pytest.raises(ValueError, match=r"pyodide\.mjs must have the hash sha256-.*, got sha256-47DEQ"):
        runtime.copy(tmp_path, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_build_with_a_folder_needs_no_other_host(whole: Path, files: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(whole, tmp_path / "project"))
    repository = "https://repository.invalid/of/mine"
    result = build(project, PYODIDE_DIR=str(files), REPO_URL=repository)
    assert result.returncode == 0, result.stdout
    widgets = project / "site/widgets"
    assert {path.name for path in widgets.glob("pyodide/*")} == runtime.RUNTIME["files"].keys()
    assert '"base": "pyodide/"' in (widgets / "runtime.json").read_text()
    page = (project / "site/index.html").read_text()
    assert repository in page
    assert 'data-md-component="source"' not in page, "the theme asks such a link's host for its stars"
