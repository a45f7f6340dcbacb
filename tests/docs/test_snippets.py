"""Every displayed Python block of every page, copied out of the built site, runs and prints what is shown.

The blocks of a page run in order, as one program, in a new environment that has the installed package and
matplotlib and nothing else, outside the repository, with warnings as errors. Blocks whose title is a file are
quotations of that file and are not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.pages import all_pages, text_of
from tests.site.builds import ROOT, Builds, copy_project
from tests.site.html import Block, parse

PAGES = [page for page in all_pages() if not page.startswith("reference/api/")]
UV = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv/bin"))

# Runs a list of blocks as one program and writes down what each of them printed.
PROGRAM = """
import contextlib, io, json, sys
blocks, printed, names = json.load(open(sys.argv[1])), [], {"__name__": "__main__"}
for number, block in enumerate(blocks, 1):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(block, f"block {number}", "exec"), names)
    printed.append(out.getvalue())
json.dump(printed, open(sys.argv[2], "w"))
"""


def fences(page: str) -> list[tuple[str, str]]:
    """Return the options and the body of each Python fence of a page's source."""
    pattern = r"^( *)(```+|~~~+) *(?:py|python|pycon|python3)\b([^\n]*)\n(.*?)^\1\2 *$"
    found = re.finditer(pattern, text_of(page), flags=re.DOTALL | re.MULTILINE)
    return [(match[3], match[4]) for match in found]


@pytest.mark.parametrize("page", all_pages())
def test_every_python_block_is_run_or_quoted(page: str) -> None:
    for options, body in fences(page):
        title = re.search(r'title="([^"]*)"', options)
        if 'exec="on"' in options:
            assert title is None, f"a block that runs must not look like a quotation: {options}"
            continue
        assert title, f"not run and not quoted: {options}"
        assert (ROOT / title[1]).is_file(), f"the title of a quotation is its file: {title[1]}"
        lines = [line.strip() for line in body.splitlines() if line.strip()]
        quotation = re.compile(rf'--8<-- "{re.escape(title[1])}(:[\w-]+)?"')
        assert lines, "an empty quotation"
        assert all(map(quotation.fullmatch, lines)), f"a quotation is taken from its file, not typed: {lines}"


def examples(blocks: list[Block]) -> list[tuple[str, str | None]]:
    """Return the code of each block that is for the reader, with the output block behind it, if any."""
    result = []
    for block, follower in pairwise([*blocks, None]):
        if block and block.language == "python" and not block.title:
            is_output = follower is not None and follower.language == "text" and not follower.title
            result.append((block.code, follower.code if follower and is_output else None))
    return result


@pytest.fixture(scope="module")
def clean_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a new environment with the installed package and matplotlib alone."""
    if UV is None:
        pytest.skip("uv is not on the PATH")
    directory = tmp_path_factory.mktemp("clean")
    project = copy_project(directory / "project")
    python = directory / "environment/bin/python"
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, directory / "environment"], check=True)
    packages = [str(project), f"matplotlib=={version('matplotlib')}", f"numpy=={version('numpy')}"]
    subprocess.run([UV, "pip", "install", "-q", "--python", python, *packages], check=True)
    shutil.rmtree(project)
    return python


def run_blocks(python: Path, blocks: list[str], directory: Path) -> list[str]:
    """Run blocks as one program in an empty directory and return what each printed."""
    directory.mkdir()
    source, result = directory.with_suffix(".in"), directory.with_suffix(".out")
    source.write_text(json.dumps(blocks))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.run(
        [python, "-I", "-W", "error", "-c", PROGRAM, source, result],
        cwd=directory,
        env=kept | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, process.stderr
    assert list(directory.iterdir()) == [], "the blocks wrote files"
    printed: list[str] = json.loads(result.read_text())
    return printed


@pytest.fixture(scope="module")
def runs(
    builds: Builds, clean_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Future[list[str]]]:
    """Run the pages, two at a time, and return what their blocks printed."""
    directory = tmp_path_factory.mktemp("pages")
    with ThreadPoolExecutor(2) as pool:
        return {
            page: pool.submit(
                run_blocks, clean_python, [code for code, _ in shown(builds, page)], directory / str(number)
            )
            for number, page in enumerate(PAGES)
            if shown(builds, page)
        }


def shown(builds: Builds, page: str) -> list[tuple[str, str | None]]:
    """Return the examples of a page as the built site shows them."""
    site = builds.wait(builds.first)
    path = re.sub(r"(^|/)index\.md$|\.md$", "/", page).lstrip("/")
    return examples(parse(site / path / "index.html").blocks)


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run_in_a_clean_environment_and_print_what_is_shown(
    page: str, builds: Builds, runs: dict[str, Future[list[str]]]
) -> None:
    pairs = shown(builds, page)
    displayed = [options for options, _ in fences(page) if 'exec="on"' in options and "source=" in options]
    assert len(pairs) == len(displayed), "the page shows other blocks than its source runs"
    if not pairs:
        return
    for (code, output), printed in zip(pairs, runs[page].result(), strict=True):
        if printed.strip():
            assert output is not None, code
            assert printed.rstrip() == output.rstrip(), code
