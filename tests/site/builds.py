"""Copies of the project and builds of its site, for the tests: every build runs in a copy, never in the tree.

Whoever asks for a build waits for it; the builds run beside each other and beside the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Self

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
    """Return the environment in which a copy imports its own package and scripts.

    Compiled modules may be kept, whatever the caller's environment says: dozens of processes import the same.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        "PYTHONPATH": str(project),
        "SITE_URL": ADDRESS,
        "NO_MKDOCS_2_WARNING": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def start(project: Path, *command: str) -> subprocess.Popen[str]:
    """Start a Python module in a copy of the project."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=project,
        env=environment(project),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in a copy of the project, to its end."""
    process = start(project, *command)
    printed, _ = process.communicate(timeout=600)
    return subprocess.CompletedProcess(process.args, process.returncode, printed)


class Builds:
    """The site by MkDocs in two directories, which starts at once; and by Zensical, when it is asked for."""

    def __init__(self, directory: Path) -> None:
        one, other = copy_project(directory / "one"), directory / "another place"
        shutil.copytree(one, other)
        self.first, self.second = one / "site", other / "site"
        self._running = {
            project / "site": start(project, "mkdocs", "build", "--strict") for project in (one, other)
        }
        self._printed: dict[Path, str] = {}
        self._waiting = Lock()

    def __enter__(self) -> Self:
        """Nothing to prepare: the builds have started."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop what nobody waited for."""
        for site, process in self._running.items():
            if site not in self._printed:
                process.kill()
                process.communicate()

    def wait(self, site: Path) -> Path:
        """Return one of the two sites when it is built.

        Raises
        ------
        AssertionError
            If the build fails; the message is what it printed last.
        """
        process = self._running[site]
        with self._waiting:
            if site not in self._printed:
                printed, _ = process.communicate(timeout=600)
                self._printed[site] = "\n".join(printed.splitlines()[-20:])
        assert process.returncode == 0, self._printed[site]
        return site

    def zensical(self) -> Path:
        """Build the site with Zensical and return it."""
        built = self.wait(self.second).parent
        project = Path(shutil.copytree(built, built.with_name("by zensical")))
        shutil.rmtree(project / "site")
        for command in (["scripts.site.build"], ["zensical", "build"]):
            result = run(project, *command)
            assert result.returncode == 0, result.stdout
        return project / "site"
