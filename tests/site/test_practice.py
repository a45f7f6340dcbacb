"""Exercises in the page: solved by keyboard, judged in the page's Python, and kept in the browser alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebError, expect

from scripts.site.exercises import solution_program
from tests.site.audit import NARROW, WIDE, WIDTH, go_to, violations
from tests.site.builds import ADDRESS
from tests.site.test_exercises import EXERCISES
from tests.site.test_run import run

PATIENCE = 120_000  # milliseconds: Python is loaded
TOO_WIDE = """[...document.querySelectorAll(".verdict, .language-text code")]
    .filter(box => box.scrollWidth > box.clientWidth).map(box => box.textContent)"""
JUDGE_ALL = """
from lstm_tutorial.exercises import exercises_of, judge, names

for group in names():
    for name, exercise in exercises_of(group).items():
        compute = exercise.kind == "compute"

        def given(function):
            return function(*exercise.given.values()) if compute else function

        verdict = judge(name, given(exercise.solution))
        assert verdict.passed, (name, verdict.message)
        assert not judge(name, given(exercise.starter)).passed, name
        for wrong, (message, function) in exercise.wrong_answers().items():
            verdict = judge(name, given(function))
            assert verdict.message.startswith(f"Not yet. {message}"), (name, wrong, verdict.message)
        print(name)
"""


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """Go to a page of exercises that nobody has solved, by instant navigation: Python stays."""
    errors: list[str] = []

    def note(error: WebError) -> None:
        errors.append(str(error.error))

    window.context.on("weberror", note)
    go_to(window, "reference/notation/")
    window.evaluate("localStorage.clear()")
    go_to(window, "practice/understand/")
    yield window
    window.context.remove_listener("weberror", note)
    assert errors == []


def exercise(page: Page, name: str) -> Locator:
    return page.locator(f"section[data-name={name}]")


def answer(page: Page, name: str, program: str) -> str:
    """Write a program and check it, by keyboard alone; return the verdict."""
    code = exercise(page, name).get_by_role("textbox")
    verdict = exercise(page, name).get_by_role("status")
    exercise(page, name).scroll_into_view_if_needed()
    code.focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(program)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(verdict).not_to_be_empty(timeout=PATIENCE)
    return verdict.inner_text()


def touch(page: Page) -> None:
    """Touch a page that was loaded: nothing opens before."""
    page.wait_for_function("() => document.querySelector('.md-search')?.ariaLabel")  # site.js has run
    page.mouse.move(100, 100)


def test_every_exercise_is_judged_in_the_page_as_it_is_elsewhere(page: Page) -> None:
    output, error = run(page, JUDGE_ALL)
    assert error is None
    assert output.split() == list(EXERCISES)


def test_an_exercise_is_solved_by_keyboard_and_kept(page: Page) -> None:
    right = "c = 2.0\nanswer = c * 0.9**10\nprint('mine')"
    assert answer(page, "fifteen-1", "answer = 1.8").startswith("✗ Not yet. This is what is left after one")
    assert answer(page, "fifteen-1", right).startswith("✓ Right.")
    assert exercise(page, "fifteen-1").locator(".run-output").inner_text() == "mine"
    page = page.context.new_page()  # Python stays in the other
    page.goto(ADDRESS + "practice/understand/")
    touch(page)
    section = exercise(page, "fifteen-1")
    expect(section.get_by_role("textbox")).to_have_text(right)
    assert "passed" in (section.get_attribute("class") or "")
    section.get_by_role("button", name="Start over").click()  # and do not lose it
    expect(section.get_by_role("textbox")).to_have_text(right)
    page.once("dialog", lambda dialog: dialog.accept())
    section.get_by_role("button", name="Start over").click()
    page.reload()
    touch(page)
    expect(exercise(page, "fifteen-1").get_by_role("textbox")).to_contain_text("answer = None")
    assert "passed" in (exercise(page, "fifteen-1").get_attribute("class") or ""), "it was solved"
    code = exercise(page, "fifteen-1").get_by_role("textbox")
    code.press("ControlOrMeta+End")
    page.keyboard.type("\nif answer:\n")
    indented = code.inner_text().rstrip("\n")
    assert indented.endswith("if answer:\n    "), "a line after a colon is one level in"
    page.keyboard.press("Backspace")
    assert code.inner_text().rstrip("\n") == indented.removesuffix("\n    "), "and Backspace brings it out"
    page.close()


def test_what_goes_wrong_is_said(page: Page) -> None:
    assert answer(page, "cell-2", "1 / 0") == "✗ The program failed."
    assert "ZeroDivisionError" in exercise(page, "cell-2").locator(".run-output").inner_text()
    assert "no answer yet" in answer(page, "cell-2", "print('nothing')")
    code = exercise(page, "cell-2").get_by_role("textbox")
    code.fill("while True: pass")
    code.press("ControlOrMeta+Enter")
    exercise(page, "cell-2").get_by_role("button", name="Stop").click()
    expect(exercise(page, "cell-2").locator(".run-output")).to_have_text("Stopped.")
    assert answer(page, "cell-2", "cell = 5").startswith("✗ check needs the function")
    noisy = "def cell(*values):\n    print('called')\n    return 1 / 0\n\ncell\nprint('mine')"
    assert "raises ZeroDivisionError: division by zero. That is in line 3." in answer(page, "cell-2", noisy)


def test_what_is_solved_goes_into_a_program_in_place_of_ours(page: Page) -> None:
    """Also what a solved program itself imports; what is not solved stays ours."""
    go_to(page, "practice/build/")
    marked = solution_program("build-1", EXERCISES["build-1"]).replace("def sigmoid", "# mine\ndef sigmoid")
    section = exercise(page, "build-3")
    section.scroll_into_view_if_needed()
    button = section.get_by_role("button", name="Use my own")
    button.click()
    expect(section.locator(".run-status")).to_have_text("None of these functions is solved in this browser.")
    assert answer(page, "build-1", marked).startswith("✓ Right")
    assert answer(page, "build-2", solution_program("build-2", EXERCISES["build-2"])).startswith("✓ Right")
    code = section.get_by_role("textbox")
    code.fill(solution_program("build-3", EXERCISES["build-3"]))
    button.click()
    text = code.inner_text()
    assert "# Ours" not in text
    assert text.index("# mine") < text.index("def step(") < text.index("def forward(")
    assert text.count("check(") == 1
    code.press("ControlOrMeta+Enter")
    expect(section.locator(".verdict")).to_contain_text("✓ Right", timeout=PATIENCE)
    expect(button).to_be_hidden()
    last = exercise(page, "build-11")
    last.scroll_into_view_if_needed()
    code = last.get_by_role("textbox")
    code.fill(code.inner_text().replace("import step", "import learn, step"))
    last.get_by_role("button", name="Use my own").click()
    assert "exercises.build import learn\n" in code.inner_text()


def test_hints_open_one_by_one(page: Page) -> None:
    hints = exercise(page, "fifteen-1").locator(".hint")
    expect(hints.nth(0)).to_be_visible()
    expect(hints.nth(1)).to_be_hidden()
    hints.nth(0).locator("summary").press("Enter")
    expect(hints.nth(1)).to_be_visible()


def test_progress_is_shown_and_goes_into_a_file_and_out_of_it(page: Page, tmp_path: Path) -> None:
    answer(page, "fifteen-1", "answer = 2 * 0.9**10")
    go_to(page, "practice/exercises/")
    panel = page.locator("[data-view=progress]")
    panel.scroll_into_view_if_needed()
    expect(panel.get_by_role("status")).to_contain_text(f"1 of {len(EXERCISES)} solved")
    assert page.locator("td:has(.solved)").count() == 1
    with page.expect_download() as download:
        panel.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "exercises.json"
    download.value.save_as(file)
    kept = json.loads(file.read_text())
    assert kept["fifteen-1"]["passed"]
    page.evaluate("localStorage.clear()")
    file.write_text(json.dumps(kept | {"no-such-exercise": {"code": "x"}, "cell-1": {"code": 5}}))
    panel.locator("input").set_input_files(file)
    expect(panel.get_by_role("status")).to_contain_text("1 read. 1 of")
    assert page.evaluate("JSON.parse(localStorage.getItem('lstm_tutorial.exercises'))") == kept
    file.write_text(json.dumps({"cell-1": {"passed": "2026-01-31"}}))  # started over, and solved before
    panel.locator("input").set_input_files(file)
    expect(panel.get_by_role("status")).to_contain_text("1 read. 1 of")
    file.write_text("no JSON")
    panel.locator("input").set_input_files(file)
    expect(panel.get_by_role("status")).to_contain_text("holds no exercises")


def test_an_answered_exercise_is_accessible_and_fits_a_phone_in_both_schemes(page: Page) -> None:
    answer(page, "fifteen-1", "answer = 1.8\nprint('x' * 200)")
    answer(page, "cell-1", "answer = 0.45257")
    page.evaluate("for (const fold of document.querySelectorAll('.exercise details')) fold.open = true")
    page.set_viewport_size(NARROW)
    for scheme in ("default", "slate"):
        page.wait_for_selector(f"body[data-md-color-scheme={scheme}]")
        assert page.evaluate(WIDTH) <= NARROW["width"]
        assert page.evaluate(TOO_WIDE) == [], "what is printed wraps"
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")


def test_a_verdict_that_the_page_prints_wraps(page: Page) -> None:
    go_to(page, "practice/exercises/")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert "Not yet." in page.locator(".sentences .language-text").inner_text()
        assert page.evaluate(TOO_WIDE) == []
