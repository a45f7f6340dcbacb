"""A build makes again the figures that depend on what changed, and no other."""

from pathlib import Path

import pytest

from scripts.site.build import files_in
from tests.site.builds import copy_project, run

FIGURES = {"flow", "product", "memory_decay", "ladder", "adding_example", "text_temperature"}
OF_THE_EXAMPLE = {"flow", "product"}
OF_THE_LSTM = OF_THE_EXAMPLE | {"forward_pass", "text_temperature"}
EDIT = "\n\nEDITED = 1\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project with a few figures, all of them made."""
    project = copy_project(tmp_path_factory.mktemp("figures") / "project")
    for path in (project / "scripts/figures").glob("[!_]*.py"):
        if path.stem not in FIGURES:
            path.unlink()
    assert made_again(project) == FIGURES | {"forward_pass"}
    return project


def made_again(project: Path) -> set[str]:
    """Build, and return the scripts that ran."""
    result = run(project, "scripts.site.build")
    assert result.returncode == 0, result.stdout
    names = result.stdout.splitlines()[-1].removeprefix("ran: ").split(", ")
    return {name.split(".")[-1] for name in names if name.startswith("scripts.")}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("scripts/figures/flow.py", "def build", "EDITED = 1\n\n\ndef build", {"flow"}),
        ("scripts/plotting/strips.py", "(their sum)", "(the sum)", {"flow"}),
        ("scripts/plotting/tiles.py", "value of a tile", "value", OF_THE_EXAMPLE),
        ("scripts/plotting/style.py", '"font.size": ', '"font.size": 0.99 * ', FIGURES),
        ("scripts/forward_pass.py", "INPUT_SEED = 15", "INPUT_SEED = 16", OF_THE_EXAMPLE | {"forward_pass"}),
        ("lstm_tutorial/lstm.py", "\nclass", f"{EDIT}\n\nclass", OF_THE_LSTM),
        ("lstm_tutorial/tasks.py", "\nclass", f"{EDIT}\n\nclass", {"adding_example"}),
        ("lstm_tutorial/checks.py", "\ndef", f"{EDIT}\n\ndef", OF_THE_LSTM | {"adding_example"}),
        ("lstm_tutorial/__init__.py", "\n__version__", f"{EDIT}\n__version__", set()),
        ("lstm_tutorial/lstm.py", '"""', '"""An edit. ', set()),
        ("lstm_tutorial/lstm.py", '    """Input, (D, B)."""', '    """An edit."""', set()),
        ("lstm_tutorial/data/README.md", "#", "# An edit.", {"text_temperature"}),
        ("docs/records/bench.json", "{", "{ ", {"ladder"}),
        ("docs/learn/cell.md", "#", "# An edit.", set()),
    ],
)
def test_an_edit_makes_again_what_depends_on_it(
    file: str, old: str, new: str, expected: set[str], project: Path
) -> None:
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert made_again(project) == expected
    generated = project / "docs/_generated"
    if old == "(their sum)":
        assert new in (generated / "flow.svg").read_text()


def test_a_figure_that_is_gone_is_made_again_and_one_without_a_script_goes(project: Path) -> None:
    (project / "docs/_generated/flow.svg").unlink()
    (project / "scripts/figures/product.py").unlink()
    assert made_again(project) == {"flow"}
    assert not (project / "docs/_generated/product.svg").exists()
    assert made_again(project) == set()


def test_a_script_that_writes_nothing_fails_even_where_it_wrote_before(project: Path) -> None:
    script, svg = project / "scripts/figures/flow.py", project / "docs/_generated/flow.svg"
    script.write_text("def build() -> None:\n    pass\n")
    assert svg.exists()
    result = run(project, "scripts.site.build")
    assert result.returncode != 0
    assert "wrote no file of its name" in result.stdout
    assert not svg.exists()


def test_hidden_and_compiled_files_do_not_count(tmp_path: Path) -> None:
    """An editor writes the former, and Python the latter, when nothing has changed."""
    for name in ("data.csv", "more/data", ".data.csv.swp", ".checkpoints/data.csv", "__pycache__/a.pyc.123"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert {path.name for path in files_in(tmp_path)} == {"data.csv", "data"}
