"""Bring every artefact of ``docs/_generated`` up to date, running only the scripts that are stale.

``python scripts/site/build.py`` does so from a terminal; `scripts.site.hooks` calls ``build`` before MkDocs reads a
page. An artefact script is ``scripts/forward_pass.py`` or any script of ``scripts/figures``; each defines
``build()``, which takes nothing and writes files of the script's own name. The long experiments are not run
here: their records are committed.

A script is stale when a file that it wrote is gone, or when anything that it may have read has changed:
itself, what it imports of the package and of the scripts, a record, the version of NumPy or of Matplotlib.
Contents count, times do not.
"""

import ast
import hashlib
import importlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from scripts.files import GENERATED, ROOT, write_atomically

STAMPS = GENERATED / ".stamps.json"


def build() -> list[str]:
    """Run what is stale, each script in a process of its own, and return the names of the scripts that ran.

    Raises
    ------
    Exception
        Whatever a script raises. What ran before it stays done.
    """
    GENERATED.mkdir(parents=True, exist_ok=True)
    stamps = json.loads(STAMPS.read_text()) if STAMPS.exists() else {}
    scripts = artefact_scripts()
    files = dependencies(scripts.values())
    keys = {name: digest(files[path]) for name, path in scripts.items()}
    stale = [name for name, key in keys.items() if not is_fresh(stamps.get(name), key)]
    if stale:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread each: the processes share the cores
        workers = min(len(stale), os.cpu_count() or 1)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            results = pool.map(run, stale)
            for name in tqdm(stale, desc="figures", unit="script", leave=False, disable=None):
                stamps[name] = {"key": keys[name], "files": next(results)}
                write_stamps(stamps)
    remove_orphans(stamps, scripts)
    return stale


def artefact_scripts() -> dict[str, Path]:
    """Return the scripts by the name under which they are imported, the example first."""
    figures = sorted((ROOT / "scripts/figures").glob("[!_]*.py"))
    paths = [ROOT / "scripts/forward_pass.py", *figures]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}


def dependencies(scripts: Iterable[Path]) -> dict[Path, set[Path]]:
    """Return the files that each script may read: itself, and those of the project that it imports, near or far.

    A script that imports the reader of records may read any record.
    """
    files = [path for folder in ("lstm_tutorial", "scripts") for path in (ROOT / folder).rglob("*.py")]
    imports = {path: imported_files(path) for path in files}
    imports[ROOT / "scripts/experiments/records.py"] |= set((ROOT / "docs/records").rglob("*.*"))
    result = {}
    for script in scripts:
        found, waiting = set(), {script}
        while waiting:
            found |= waiting
            waiting = set().union(*(imports.get(path, set()) for path in waiting)) - found
        result[script] = found
    return result


def imported_files(path: Path) -> set[Path]:
    """Return the files of the project that the import statements of a file name, with the packages around them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = [name.split(".") for name in names]
    modules = {ROOT.joinpath(*part[: k + 1]) for part in parts for k in range(len(part))}
    candidates = {file for module in modules for file in (module.with_suffix(".py"), module / "__init__.py")}
    return {file for file in candidates if file.is_file()}


def digest(files: Iterable[Path]) -> str:
    """Return a hash of the files' names and contents, and of the versions that figures depend on."""
    result = hashlib.sha256((version("numpy") + version("matplotlib")).encode())
    for path in sorted(files):
        content = path.read_bytes()
        result.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        result.update(content)
    return result.hexdigest()


def is_fresh(stamp: dict[str, Any] | None, key: str) -> bool:
    """Return whether a script ran with this key and its files are as it left them."""
    if stamp is None or stamp["key"] != key:
        return False
    paths = {GENERATED / file: made for file, made in stamp["files"].items()}
    return all(path.exists() and digest([path]) == made for path, made in paths.items())


def run(name: str) -> dict[str, str]:
    """Run one script and return the files of its name with their hashes.

    Raises
    ------
    RuntimeError
        If it wrote none.
    """
    importlib.import_module(name).build()
    stem = name.split(".")[-1]
    written = sorted(path for path in GENERATED.iterdir() if path.stem == stem)
    if not written:
        raise RuntimeError(f"{name}.build() wrote no {stem}.* into {GENERATED}")
    return {path.name: digest([path]) for path in written}


def remove_orphans(stamps: dict[str, Any], scripts: dict[str, Path]) -> None:
    """Remove what scripts wrote that are gone, so that no page can go on showing it."""
    gone = [name for name in stamps if name not in scripts]
    for name in gone:
        for file in stamps.pop(name)["files"]:
            (GENERATED / file).unlink(missing_ok=True)
    if gone:
        write_stamps(stamps)


def write_stamps(stamps: dict[str, Any]) -> None:
    """Write down what is done."""
    write_atomically(STAMPS, json.dumps(stamps, indent=1, sort_keys=True))


if __name__ == "__main__":
    print("ran:", ", ".join(build()) or "nothing, all is up to date")
