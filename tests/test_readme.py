"""What the README says is so: its program runs, its commands exist, its links lead somewhere."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}


def test_the_program_runs():
    """Copied out and run on its own, it prints what the shapes in its comments promise."""
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert result.stderr == ""
    assert result.stdout == "(5, 1) (20, 1) (20, 1)\n(20, 1) True True\n"


@pytest.mark.parametrize("name", PROSE)
def test_the_make_targets_exist(name):
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"`make ([a-z]+)`", PROSE[name]))
    assert targets is not None
    assert {"serve", "fast", "test"} <= named <= set(targets[1].split())


@pytest.mark.parametrize("name", PROSE)
def test_the_files_exist(name):
    """Links, and paths in code quotes; a name in capitals stands for a file that the reader will make."""
    paths = re.findall(r"\]\(([^):]+)\)", PROSE[name]) + re.findall(
        r"`((?:[a-z_.]+/)+[a-z_.]*)`", PROSE[name]
    )
    assert paths
    generated = ("docs/_generated/", "site/")  # what a build makes
    assert [path for path in paths if not (ROOT / path).exists() and not path.startswith(generated)] == []


def test_numpy_is_the_only_dependency():
    requires = metadata.requires("lstm-tutorial") or []
    assert [name for name in requires if "extra ==" not in name] == ["numpy>=2.2"]


def test_the_extras_are_those_of_the_package():
    """Each that pyproject has is in the README's table, and no other."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert re.findall(r'`pip install "\.\[(\w+)\]"`', README) == list(extras)
