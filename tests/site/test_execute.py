"""Results of executed blocks are kept while a site is served, and only as long as they hold."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.site import execute, hooks

CLOCK = "import time\n\nnow = time.perf_counter_ns()\nprint(now)"


def printed(*blocks: str) -> list[str]:
    """Run these blocks as the program of a page, and return what each printed."""
    program = execute.Program()
    return [program.run(execute.Block(code, hidden=True), "a-page").printed for code in blocks]


@pytest.fixture
def _kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep results for one test."""
    monkeypatch.setattr(execute, "results", {})


def test_results_are_not_kept_by_default() -> None:
    assert printed(CLOCK) != printed(CLOCK)


@pytest.mark.usefixtures("_kept")
def test_a_block_runs_again_only_if_it_or_one_before_it_changed() -> None:
    first = printed(CLOCK, CLOCK)
    assert printed(CLOCK, CLOCK) == first
    assert printed(CLOCK, CLOCK + "\nprint('edited')")[0] == first[0]
    edited = printed(CLOCK + " ", CLOCK)
    assert edited[0] != first[0]
    assert edited[1] != first[1]


@pytest.mark.usefixtures("_kept")
def test_an_edited_block_finds_the_names_of_those_before_it() -> None:
    printed("x = [1]", "x.append(2)", "print(x)")
    assert printed("x = [1]", "x.append(2)", "print(x, 'edited')")[2] == "[1, 2] edited\n"
    assert printed("x = [1]", "x.append(3)", "print(x)")[2] == "[1, 3]\n"


@pytest.mark.usefixtures("_kept")
def test_a_page_waits_for_what_is_run_elsewhere_with_the_snippets_that_it_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "part.py").write_text("# --8<-- [start:x]\nx = 5\n# --8<-- [end:x]\n")
    page.write_text(f'```python exec="on"\n--8<-- "part.py:x"\nprint(x)\n\n{CLOCK}\n```\n')
    with ThreadPoolExecutor() as pool:
        running = execute.run_pages([page], pool, {"base_path": [str(tmp_path)], "check_paths": True})
    monkeypatch.setattr(execute, "running", running)
    ((block, future),) = running.items()
    (result,) = future.result().values()
    assert result.printed.startswith("5\n")
    assert printed(block.code) == [result.printed], "it did not run again"


def test_after_an_error_no_more_blocks_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: Future[execute.Results] = Future()
    monkeypatch.setattr(execute, "running", {execute.Block("x = 1", hidden=True): waiting})
    hooks.on_build_error(ValueError("a page is wrong"))
    assert waiting.cancelled()
    assert printed("x = 1", "print(x)") == ["", "1\n"], "no page waits for what was cancelled"


@pytest.mark.usefixtures("_kept")
def test_after_an_error_what_has_run_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    block, done = execute.Block("print('anew')", hidden=True), Future[execute.Results]()
    done.set_result({(block,): execute.Result("as it was\n", [])})
    monkeypatch.setattr(execute, "running", {block: done})
    hooks.on_build_error(ValueError("a page is wrong"))
    assert printed(block.code) == ["as it was\n"]


@pytest.mark.usefixtures("_kept")
def test_what_counts_other_pages_is_not_kept() -> None:
    first = printed(CLOCK, CLOCK + "  # a word", CLOCK)
    execute.forget("a word")
    again = printed(CLOCK, CLOCK + "  # a word", CLOCK)
    assert again[0] == first[0]
    assert again[1] != first[1]
    assert again[2] != first[2]
