"""Copies of the project and builds of its site, for the tests. Every build runs in a copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ADDRESS = "https://lstm.invalid/"  # a name that by definition belongs to nobody
COPIED = ("docs", "lstm_tutorial", "scripts", "tests", "*.md", "*.yml", "*.toml", "LICENSE")


def copy_project(target: Path) -> Path:
    """Copy what a build and a test read, without anything generated."""
    target.mkdir(parents=True)
    ignore = shutil.ignore_patterns("_generated", "__pycache__", ".*")
    for path in sorted(path for pattern in COPIED for path in ROOT.glob(pattern)):
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=ignore)
        else:
            shutil.copy(path, target)
    return target


def environment(project: Path) -> dict[str, str]:
    """Return the environment in which a copy imports its own package and scripts."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYODIDE_DIR"}
    return inherited | {
        "PYTHONPATH": str(project),
        "SITE_URL": ADDRESS,
        "NO_MKDOCS_2_WARNING": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def start(
    project: Path, *command: str, printed: Any = subprocess.PIPE, **variables: str
) -> subprocess.Popen[str]:
    """Start a Python module in a copy of the project, with these environment variables."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=project,
        env=environment(project) | variables,
        text=True,
        stdout=printed,
        stderr=subprocess.STDOUT,
    )


def run(project: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in a copy of the project, to its end, with these environment variables."""
    process = start(project, *command, **variables)
    printed, _ = process.communicate(timeout=600)
    return subprocess.CompletedProcess(process.args, process.returncode, printed)


def build_site(directory: Path, **variables: str) -> Path:
    """Build the site with MkDocs in a copy of the project, with these environment variables, and return it.

    Raises
    ------
    AssertionError
        If the build fails; the message is what it printed last.
    """
    project = copy_project(directory / "project")
    result = run(project, "mkdocs", "build", "--strict", **variables)
    assert result.returncode == 0, "\n".join(result.stdout.splitlines()[-20:])
    return project / "site"


def build_with_zensical(built: Path, directory: Path, **variables: str) -> Path:
    """Build the site once more with Zensical, figures too, from the project of a built one; return it."""
    project = Path(shutil.copytree(built.parent, directory / "by zensical"))
    shutil.rmtree(project / "site")
    shutil.rmtree(project / "docs/_generated")
    for command in (["scripts.site.build"], ["zensical", "build"]):
        result = run(project, *command, **variables)
        assert result.returncode == 0, result.stdout
    return project / "site"
