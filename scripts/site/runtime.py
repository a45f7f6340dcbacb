"""The Python that runs in a page: Pyodide's six files, each checked, and the package as one file.

``python -m scripts.site.runtime DIR`` fills a folder with the six files that ``docs/widgets/runtime.json``
names, from jsDelivr. A build with ``PYODIDE_DIR=DIR`` copies them into the site, and then its pages ask no
other host for anything. In a site that was built without it, the first click on Run fetches the same files
from jsDelivr.
"""

import argparse
import base64
import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from scripts.files import GENERATED, ROOT, write_atomically

RUNTIME: dict[str, Any] = json.loads((ROOT / "docs/widgets/runtime.json").read_bytes())
"""The version of Pyodide, the address of its files, and of each file its size and its hash."""


def check(name: str, data: bytes) -> bytes:
    """Return the bytes of a file of Pyodide, if they are the expected ones.

    Raises
    ------
    ValueError
        If they are not.
    """
    expected = RUNTIME["files"][name]["integrity"]
    found = f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}"
    if found != expected:
        raise ValueError(f"{name} must have the hash {expected}, got {found}")
    return data


def read(folder: Path) -> dict[str, bytes]:
    """Return the six files of a folder, checked."""
    return {name: check(name, (folder / name).read_bytes()) for name in RUNTIME["files"]}


def fetch(folder: Path) -> None:
    """Fill a folder with the six files; what it has already is checked and stays."""
    for name in RUNTIME["files"]:
        if not (folder / name).exists():
            with urlopen(RUNTIME["base"] + name, timeout=60) as response:
                write_atomically(folder / name, check(name, response.read()))
    read(folder)


def copy(folder: Path, site: Path) -> None:
    """Copy the six files of a folder into a built site, whose pages then load them from there."""
    for name, data in read(folder).items():
        write_atomically(site / "widgets/pyodide" / name, data)
    beside = json.dumps(RUNTIME | {"base": "pyodide/"}, indent=2) + "\n"
    write_atomically(site / "widgets/runtime.json", beside)


def pack_package() -> None:
    """Write the source and the data of the package into one file, which pages load."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for path in sorted((ROOT / "lstm_tutorial").rglob("*.*")):
            if "__pycache__" in path.parts or path.name.startswith("."):
                continue
            archive.writestr(ZipInfo(path.relative_to(ROOT).as_posix()), path.read_bytes(), ZIP_DEFLATED)
    target = GENERATED / "lstm_tutorial.zip"
    if not target.exists() or target.read_bytes() != packed.getvalue():  # `mkdocs serve` watches the folder
        write_atomically(target, packed.getvalue())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="where the six files go")
    fetch(parser.parse_args().folder)
