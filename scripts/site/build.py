"""Bring the generated files in ``docs/_generated`` up to date, running only the scripts that are stale.

``python scripts/site/build.py`` does so from a terminal; `scripts.site.hooks` calls ``build`` before MkDocs
reads a page. The scripts are ``scripts/forward_pass.py`` and those of ``scripts/figures``; each defines
``build()``, which takes nothing and writes files of the script's own name. The long experiments are not run
here: their records are committed.

A script is stale when a file that it wrote was removed or edited, or when anything that it may have read has
changed: itself, what it imports of the package and of the scripts, a record, the version of NumPy or of
Matplotlib. The contents of files count, not their times, and of Python files only what runs: comments and
docstrings may change.
"""

import ast
import hashlib
import importlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from scripts.files import GENERATED, ROOT, write_atomically
from scripts.site import runtime

VERSIONS = version("numpy") + version("matplotlib")
HASHES = GENERATED / ".hashes.json"
"""What every script has read and written, as hashes, when it last ran."""


def workers() -> ProcessPoolExecutor:
    """Return new processes, as many as there are cores, that import everything anew."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread each: the processes share the cores
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))


def build(pool: Executor) -> list[str]:
    """Run what is stale in the processes of the pool, and return the names of the scripts that ran.

    If a script raises, what ran before it stays done.
    """
    runtime.pack_package()
    saved = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    scripts = generating_scripts()
    read = {name: digest(files) for name, files in dependencies(scripts).items()}
    stale = [name for name in scripts if saved.get(name) != {"read": read[name], "written": written(name)}]
    results = tqdm(pool.map(run, stale), "scripts", len(stale), leave=False, disable=None)
    for name, files in zip(stale, results, strict=True):
        saved[name] = {"read": read[name], "written": files}
        save(saved)
    for name in set(saved) - set(scripts):  # no page can go on showing what a removed script wrote
        for file in written(name):
            (GENERATED / file).unlink()
        del saved[name]
        save(saved)
    return stale


def generating_scripts() -> dict[str, Path]:
    """Return the scripts by the name under which they are imported, the example first."""
    figures = sorted((ROOT / "scripts/figures").glob("[!_]*.py"))
    paths = [ROOT / "scripts/forward_pass.py", *figures]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}


def dependencies(scripts: dict[str, Path]) -> dict[str, set[Path]]:
    """Return the files that each script may read: itself, what it imports, what that imports, and so on.

    Only files of the project count. A script that imports the reader of records may read any record.
    """
    imports, records = cache(imported_files), set((ROOT / "docs/records").rglob("*.*"))
    result = {}
    for name, script in scripts.items():
        found, waiting = set[Path](), {script}
        while waiting:
            found |= waiting
            waiting = set().union(*map(imports, waiting)) - found
        result[name] = found | records if ROOT / "scripts/experiments/records.py" in found else found
    return result


def imported_files(path: Path) -> set[Path]:
    """Return the files of the project that a file imports, with the ``__init__`` files of their packages."""
    parts = [name.split(".") for name in parsed(path.read_bytes()).imported]
    modules = {ROOT.joinpath(*part[: k + 1]) for part in parts for k in range(len(part))}
    candidates = {file for module in modules for file in (module.with_suffix(".py"), module / "__init__.py")}
    return {file for file in candidates if file.is_file()}


def digest(files: Iterable[Path]) -> str:
    """Return a hash of the files' names and contents, and of the versions that figures depend on."""
    result = hashlib.sha256(VERSIONS.encode())
    for path in sorted(files):
        content = path.read_bytes()
        if path.suffix == ".py":
            content = parsed(content).runs
        result.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        result.update(content)
    return result.hexdigest()


class Source(NamedTuple):
    """What counts of a Python file."""

    runs: bytes
    """A hash of its syntax tree without docstrings."""
    imported: set[str]
    """What it imports, such as ``scripts.plotting.style``."""


@cache
def parsed(source: bytes) -> Source:
    """Return what counts of a Python file."""
    tree, imported = ast.parse(source), set()
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() if ast.get_docstring(node, clean=False):
                node.body = node.body[1:]
            case ast.Import():
                imported |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    return Source(hashlib.sha256(ast.dump(tree).encode()).digest(), imported)


def run(name: str) -> dict[str, str]:
    """Run one script and return the files that it wrote, with their hashes; if it wrote none, raise."""
    for old in written(name):
        (GENERATED / old).unlink()
    importlib.import_module(name).build()
    files = written(name)
    if not files:
        raise RuntimeError(f"{name}.build() wrote no file of its name into {GENERATED}")
    return files


def written(name: str) -> dict[str, str]:
    """Return the generated files that have the name of a script, with their hashes."""
    return {path.name: digest([path]) for path in GENERATED.glob(f"{name.rpartition('.')[2]}.*")}


def save(saved: dict[str, Any]) -> None:
    """Write down the hashes of what is done."""
    write_atomically(HASHES, json.dumps(saved, indent=1, sort_keys=True))


if __name__ == "__main__":
    with workers() as pool:
        print("ran:", ", ".join(build(pool)) or "nothing, all is up to date")
