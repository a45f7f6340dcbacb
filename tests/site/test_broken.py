"""What is broken fails: each test breaks one thing in a copy of the project and sees the failure."""

from pathlib import Path

import pytest

from tests.site.builds import copy_project, run
from tests.site.small import BREAKAGES, broken_copy, build


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_build_with_something_broken_fails(name: str, whole: Path, tmp_path: Path) -> None:
    result = build(broken_copy(whole, tmp_path / "broken", name))
    assert result.returncode != 0, result.stdout
    assert BREAKAGES[name].mentioned in result.stdout


@pytest.mark.parametrize(
    "name", ["executed block", "formula", "value that is missing", "value that is not used"]
)
def test_zensical_fails_too(name: str, whole: Path, tmp_path: Path) -> None:
    result = run(broken_copy(whole, tmp_path / "broken", name), "zensical", "build")
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
