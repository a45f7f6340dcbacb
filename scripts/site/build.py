"""Bring the generated files in ``docs/_generated`` up to date, running only the scripts that are stale.

``python scripts/site/build.py`` does so from a terminal; `scripts.site.hooks` does so before MkDocs makes
a page. The scripts are ``scripts/forward_pass.py`` and those of ``scripts/figures``; each defines
``build()``, which takes nothing and writes files of the script's own name. The long experiments are not run
here: their records are committed.

A script is stale when a file that it wrote was removed or edited, or when anything that it may have read has
changed: itself, what it imports of the package and of the scripts, their data, the version of NumPy or of
Matplotlib. What is imported from the package itself counts as imported from the module that defines it. The
contents of files count, not their times, and of Python files only what runs, no comments and docstrings.
"""

import ast
import hashlib
import importlib
import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from scripts.files import GENERATED, ROOT, write_atomically
from scripts.site import runtime

VERSIONS = version("numpy") + version("matplotlib")
DATA = {
    ROOT / "scripts/experiments/records.py": ROOT / "docs/records",
    ROOT / "lstm_tutorial/text.py": ROOT / "lstm_tutorial/data",
    ROOT / "lstm_tutorial/series.py": ROOT / "lstm_tutorial/data",
}
"""The modules that read files other than Python, and the folders of these files."""
HASHES = GENERATED / ".hashes.json"
"""What every script has read and written, as hashes, when it last ran."""


def workers() -> ProcessPoolExecutor:
    """Return new processes, as many as there are cores, that import everything anew."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread each: the processes share the cores
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))


class Started(NamedTuple):
    """A script that is running, or waits for a process."""

    read: str
    """A hash of what it may read."""
    written: Future[dict[str, str]]
    """What `run` will return."""


def start(pool: Executor) -> dict[str, Started]:
    """Let the processes of the pool run what is stale. Returns the scripts by name, for `finish`."""
    runtime.pack_package()
    scripts, saved = generating_scripts(), read_hashes()
    read = {name: digest(files) for name, files in dependencies(scripts).items()}
    stale = [name for name in scripts if saved.get(name) != {"read": read[name], "written": written(name)}]
    return {name: Started(read[name], pool.submit(run, name)) for name in stale}


def finish(started: dict[str, Started]) -> list[str]:
    """Wait until the scripts have run, and return their names.

    If a script raises, what ran before it stays done.
    """
    saved = read_hashes()
    try:
        for name, (read, files) in tqdm(started.items(), "scripts", leave=False, disable=None):
            saved[name] = {"read": read, "written": files.result()}
            save(saved)
    finally:
        for _, files in started.values():
            files.cancel()
    # No page can go on showing what a removed script wrote.
    for name in set(saved) - set(generating_scripts()):
        for file in written(name):
            (GENERATED / file).unlink()
        del saved[name]
        save(saved)
    return list(started)


def generating_scripts() -> dict[str, Path]:
    """Return the scripts by the name under which they are imported, the example first."""
    figures = sorted((ROOT / "scripts/figures").glob("[!_]*.py"))
    paths = [ROOT / "scripts/forward_pass.py", *figures]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}


def dependencies(programs: Mapping[str, Path]) -> dict[str, set[Path]]:
    """Return the files that each program may read: its own, what it imports, what that imports, and so on.

    Only files of the project count. A program that imports one of the modules in `DATA` may read its folder.
    """
    imports = cache(imported_files)
    result = {}
    for name, program in programs.items():
        found, waiting = set[Path](), {program}
        while waiting:
            found |= waiting
            waiting = set[Path]().union(*map(imports, waiting)) - found
        folders = {folder for module, folder in DATA.items() if module in found}
        result[name] = found | {path for folder in folders for path in files_in(folder)}
    return result


def files_in(folder: Path) -> list[Path]:
    """Return all files in a folder, but for hidden ones and those that Python compiled."""
    hidden = (".", "__pycache__")
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in paths if not any(p.startswith(hidden) for p in path.relative_to(folder).parts)]


def imported_files(path: Path) -> set[Path]:
    """Return the files of the project that define what a file imports."""
    return {file for name in parsed(path).imported if (file := defining_file(name))}


def defining_file(name: str) -> Path | None:
    """Return the file of the project that defines a name, such as ``lstm_tutorial.LSTM``, if one does."""
    path = ROOT.joinpath(*name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    module, _, attribute = name.rpartition(".")
    found = defining_file(module) if module else None
    if found and found.name == "__init__.py":
        for imported in sorted(parsed(found).imported):
            if imported.endswith(f".{attribute}"):  # the __init__ has the name from there
                return defining_file(imported)
    return found


def digest(files: Iterable[Path]) -> str:
    """Return a hash of the files' names and contents, and of the versions that figures depend on."""
    result = hashlib.sha256(VERSIONS.encode())
    for path in sorted(files):
        content = parsed(path).runs if path.suffix == ".py" else path.read_bytes()
        result.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        result.update(content)
    return result.hexdigest()


class Source(NamedTuple):
    """What counts of a Python file."""

    runs: bytes
    """A hash of its syntax tree without docstrings."""
    imported: set[str]
    """What it imports, such as ``scripts.plotting.style``."""


def parsed(path: Path) -> Source:
    """Return what counts of a Python file."""
    return parsed_source(path.read_bytes(), path)


@cache
def parsed_source(source: bytes, path: Path) -> Source:
    """Return what counts of the source of a Python file, whose name a SyntaxError gives."""
    tree, imported = ast.parse(source, path), set()
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef():
                node.body = [part for part in node.body if not is_docstring(part)]
            case ast.Import():
                imported |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    return Source(hashlib.sha256(ast.dump(tree).encode()).digest(), imported)


def is_docstring(statement: ast.stmt) -> bool:
    """Tell whether a statement is a string and nothing else, as docstrings are, those of attributes too."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


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


def read_hashes() -> dict[str, Any]:
    """Return the hashes of what is done."""
    saved: dict[str, Any] = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    return saved


def save(saved: dict[str, Any]) -> None:
    """Write down the hashes of what is done."""
    write_atomically(HASHES, json.dumps(saved, indent=1, sort_keys=True))


if __name__ == "__main__":
    with workers() as pool:
        print("ran:", ", ".join(finish(start(pool))) or "nothing, all is up to date")
