"""What is broken fails: each test breaks one thing in a copy of the project and sees the failure.

The copies are small: see `tests.site.conftest.whole`.
"""

from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest

from tests.site.builds import copy_project, run
from tests.site.conftest import build


class Breakage(NamedTuple):
    """One thing to break in a file of the copy, and a word that the failure must mention."""

    file: str
    old: str
    new: str
    mentioned: str


BREAKAGES = {
    "snippet's section": Breakage("docs/index.md", "cell.py:cell", "cell.py:no_such_part", "no_such_part"),
    "snippet's file": Breakage("docs/index.md", "cell.py:cell", "no_such_file.py", "no_such_file"),
    "figure": Breakage("docs/index.md", "gates.svg", "no_such_figure.svg", "no_such_figure"),
    "link": Breakage("docs/index.md", "(other.md)", "(no_such_page.md)", "no_such_page"),
    "anchor": Breakage("docs/index.md", "#there", "#nowhere", "#nowhere"),
    "executed block": Breakage("docs/index.md", "sigmoid(0.0)", "sigmoid(nothing)", "NameError"),
    "formula": Breakage("docs/index.md", "\\forget{f_t}", "\\forgot{f_t}", "\\forgot"),
    "figure script": Breakage(
        "scripts/figures/gates.py", "def build() -> None:", "def built() -> None:", "gates"
    ),
    "reference": Breakage(
        "docs/other.md", "::: lstm_tutorial.checks", "::: lstm_tutorial.cheques", "cheques"
    ),
}


@pytest.fixture(scope="module")
def failures(whole: Path) -> dict[str, Future[CompletedProcess[str]]]:
    """Break one thing in each of many copies, and build two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return {name: pool.submit(break_and_build, whole, name) for name in BREAKAGES}


def break_and_build(whole: Path, name: str) -> CompletedProcess[str]:
    """Break one thing in a copy and build it."""
    project = Path(shutil.copytree(whole, whole.with_name(name)))
    file, old, new, _ = BREAKAGES[name]
    text = (project / file).read_text()
    assert text.count(old) == 1
    (project / file).write_text(text.replace(old, new))
    return build(project)


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_build_with_something_broken_fails(
    name: str, failures: dict[str, Future[CompletedProcess[str]]]
) -> None:
    result = failures[name].result()
    assert result.returncode != 0, result.stdout
    assert BREAKAGES[name].mentioned in result.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [("| $W_f$ | `Wf` |", "| $W_g$ | `Wf` |"), ("| `Wf` | (H, D+H) |", "| `Wf` | (D+H, H) |")],
    ids=["symbol", "shape"],
)
def test_a_wrong_row_of_the_notation_fails(old: str, new: str, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "notation")
    page = project / "docs/reference/notation.md"
    assert page.read_text().count(old) == 1
    page.write_text(page.read_text().replace(old, new))
    result = run(project, "pytest", "-q", "-p", "no:cacheprovider", "tests/docs/test_notation.py")
    assert result.returncode == 1, result.stdout
    assert "FAILED tests/docs/test_notation.py" in result.stdout
