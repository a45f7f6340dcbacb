"""Bring KaTeX to another version from its npm package: ``python scripts/site/update_katex.py 0.19.1``.

``katex.min.js`` goes beside `scripts.site.katex`, where builds load it; the stylesheet and the fonts go to
``docs/assets/katex``, where pages load them. Every browser reads WOFF2, so fonts of other formats are left
out, and the stylesheet's references to them are removed. ``SHA256SUMS`` gets the checksums of all files, in
the form that ``sha256sum --check`` reads. The script needs ``npm``.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from scripts.files import ROOT, write_atomically

BUILD_FILES, ASSETS = ROOT / "scripts/site/katex", ROOT / "docs/assets/katex"
CHECKSUMS = BUILD_FILES / "SHA256SUMS"
OTHER_FORMATS = re.compile(r',url\([^)]+\.(?:woff|ttf)\) format\("\w+"\)')


def download(version: str) -> dict[str, bytes]:
    """Return the files of the npm package by path; npm compares them with the registry's checksum."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"katex@{version}"], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            files = {member.name: package.extractfile(member) for member in package}
            return {name.removeprefix("package/"): file.read() for name, file in files.items() if file}


def update(version: str) -> None:
    """Replace the committed files by those of this version."""
    package = download(version)
    stylesheet = OTHER_FORMATS.sub("", package["dist/katex.min.css"].decode())
    files: dict[Path, str | bytes] = {
        BUILD_FILES / "katex.min.js": package["dist/katex.min.js"],
        BUILD_FILES / "LICENSE": package["LICENSE"],
        ASSETS / "LICENSE": package["LICENSE"],
        ASSETS / "katex.min.css": stylesheet,
    }
    for name in re.findall(r"url\((fonts/[^)]+)\)", stylesheet):
        files[ASSETS / name] = package[f"dist/{name}"]
    for font in (ASSETS / "fonts").glob("*"):
        if font not in files:
            font.unlink()
    for path, data in files.items():
        write_atomically(path, data)
    lines = [f"{checksum(path)}  {path.relative_to(ROOT)}\n" for path in sorted(files)]
    write_atomically(CHECKSUMS, "".join(lines))


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    update(sys.argv[1])
