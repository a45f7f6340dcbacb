"""Bring every artefact of ``docs/_generated`` up to date, running only the scripts that are stale.

``python scripts/build.py`` does so from a terminal; `scripts.hooks` calls ``build`` before MkDocs reads a
page. An artefact script is ``scripts/forward_pass.py`` or any script of ``scripts/figures``; each defines
``build()``, which takes nothing and writes its files. The long experiments are not run here: their records
are committed.

A script is stale when a file that it wrote is gone, or when anything that it may have read has changed:
itself, the package, what scripts share, a record, the version of NumPy or of matplotlib. Times do not count,
contents do.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / "docs" / "_generated"
STAMPS = GENERATED / ".stamps.json"
NOT_FIGURES = {"__init__.py", "style.py"}


def build() -> list[str]:
    """Run what is stale and return the names of the scripts that ran.

    Raises
    ------
    Exception
        Whatever a script raises. What ran before it stays done.
    """
    GENERATED.mkdir(parents=True, exist_ok=True)
    stamps = json.loads(STAMPS.read_text()) if STAMPS.exists() else {}
    scripts = artefact_scripts()
    shared = digest(shared_files())
    keys = {name: digest([path], shared) for name, path in scripts.items()}
    stale = [name for name, key in keys.items() if not is_fresh(stamps.get(name), key)]
    for name in tqdm(stale, desc="figures", unit="script", leave=False, disable=None):
        written = run(name)
        stamps[name] = {"key": keys[name], "files": {file: digest([GENERATED / file]) for file in written}}
        write_stamps(stamps)
    remove_orphans(stamps, scripts)
    return stale


def artefact_scripts() -> dict[str, Path]:
    """Return the scripts by the name under which they are imported, the example first."""
    figures = sorted(path for path in (ROOT / "scripts/figures").glob("*.py") if path.name not in NOT_FIGURES)
    paths = [ROOT / "scripts/forward_pass.py", *figures]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}


def shared_files() -> list[Path]:
    """Return what any script may read: the package, the other scripts, and the records of experiments."""
    scripts = set((ROOT / "scripts").rglob("*.py")) - set((ROOT / "scripts/figures").glob("*.py"))
    package = (ROOT / "lstm_tutorial").rglob("*.py")
    records = (path for path in (ROOT / "docs/records").rglob("*") if path.is_file())
    return sorted({*scripts, *package, *records, ROOT / "scripts/figures/style.py"})


def digest(files: Iterable[Path], start: str = "") -> str:
    """Return a hash of the files' names and contents."""
    result = hashlib.sha256((start or version("numpy") + version("matplotlib")).encode())
    for path in files:
        content = path.read_bytes()
        result.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        result.update(content)
    return result.hexdigest()


def is_fresh(stamp: dict[str, Any] | None, key: str) -> bool:
    """Say whether a script ran with this key and its files are as it left them."""
    if stamp is None or stamp["key"] != key:
        return False
    paths = {GENERATED / file: made for file, made in stamp["files"].items()}
    return all(path.exists() and digest([path]) == made for path, made in paths.items())


def run(name: str) -> list[str]:
    """Run one script and return the names of the files that it wrote.

    Raises
    ------
    RuntimeError
        If it wrote none.
    """
    before = written_at()
    importlib.import_module(name).build()
    written = [file for file, time in written_at().items() if before.get(file) != time]
    if not written:
        raise RuntimeError(f"{name}.build() wrote nothing into {GENERATED}")
    return written


def written_at() -> dict[str, int]:
    """Return when each artefact was last written, by its name."""
    paths = (path for path in sorted(GENERATED.iterdir()) if not path.name.startswith("."))
    return {path.name: path.stat().st_mtime_ns for path in paths}


def remove_orphans(stamps: dict[str, Any], scripts: dict[str, Path]) -> None:
    """Remove what scripts wrote that are gone, so that no page can go on showing it."""
    gone = [name for name in stamps if name not in scripts]
    for name in gone:
        for file in stamps.pop(name)["files"]:
            (GENERATED / file).unlink(missing_ok=True)
    if gone:
        write_stamps(stamps)


def write_stamps(stamps: dict[str, Any]) -> None:
    """Write down what is done, whole or not at all."""
    temporary = STAMPS.with_name(f"{STAMPS.name}.{os.getpid()}")
    temporary.write_text(json.dumps(stamps, indent=1, sort_keys=True))
    temporary.replace(STAMPS)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print("ran:", ", ".join(build()) or "nothing, all is up to date")
