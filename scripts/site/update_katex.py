"""Bring KaTeX to another version: ``python scripts/site/update_katex.py 0.19.1`` takes it from the npm package.

The script for builds goes beside `scripts.site.katex`; the stylesheet and the fonts go where pages load them. Of the
fonts only WOFF2 is taken, which every browser reads, so the stylesheet loses its references to other formats. The
checksums of all files are written down, in the form that ``sha256sum --check`` reads. It needs ``npm``.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from scripts.files import ROOT, write_atomically

SCRIPT, ASSETS = ROOT / "scripts/site/katex", ROOT / "docs/assets/katex"
CHECKSUMS = SCRIPT / "SHA256SUMS"
OTHER_FORMATS = re.compile(r',url\([^)]+\.(?:woff|ttf)\) format\("\w+"\)')


def download(version: str) -> dict[str, bytes]:
    """Return the files of the npm package by their path in it; npm compares them with the registry's checksum."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"katex@{version}"], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            members = {member.name.removeprefix("package/"): package.extractfile(member) for member in package}
            return {name: file.read() for name, file in members.items() if file}


def update(version: str) -> None:
    """Replace the committed files by those of this version."""
    package = download(version)
    stylesheet = OTHER_FORMATS.sub("", package["dist/katex.min.css"].decode())
    files: dict[Path, str | bytes] = {
        SCRIPT / "katex.min.js": package["dist/katex.min.js"],
        SCRIPT / "LICENSE": package["LICENSE"],
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
    write_atomically(CHECKSUMS, "".join(f"{checksum(path)}  {path.relative_to(ROOT)}\n" for path in sorted(files)))


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    update(sys.argv[1])
