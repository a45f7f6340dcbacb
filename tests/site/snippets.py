"""Take the displayed examples out of the built site, and run them in an environment that has nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from tests.docs.pages import all_pages
from tests.site.builds import ROOT, copy_project
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


def examples(blocks: list[Block]) -> list[tuple[str, str | None]]:
    """Return the code of each block that is for the reader, with the output block behind it, if any."""
    result = []
    for block, follower in pairwise([*blocks, None]):
        if block and block.language == "python" and not block.title:
            is_output = follower is not None and follower.language == "text" and not follower.title
            result.append((block.code, follower.code if follower and is_output else None))
    return result


def shown(site: Path, page: str) -> list[tuple[str, str | None]]:
    """Return the examples of a page as the built site shows them."""
    path = re.sub(r"(^|/)index\.md$|\.md$", "/", page).lstrip("/")
    return examples(parse(site / path / "index.html").blocks)


def clean_python(directory: Path) -> Path:
    """Make an environment with the installed package and matplotlib alone, and return its interpreter."""
    assert UV is not None, "uv is not on the PATH"
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
