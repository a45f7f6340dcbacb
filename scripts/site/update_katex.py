"""Bring KaTeX to another version from its npm package: ``python -m scripts.site.update_katex 0.19.1``.

``katex.min.js`` goes beside `scripts.site.katex`, where builds load it; the stylesheet and the fonts go to
``docs/assets/katex``, where pages load them. Of the fonts, those in ``GLYPHS`` are kept, each cut to the
characters named there and without hints, as WOFF2, which every browser reads. To set a formula with another
character, add it to ``GLYPHS`` and run this script: `tests/site/test_browser.py` says which is missing.
``SHA256SUMS`` gets the checksums of all files, in the form that ``sha256sum --check`` reads. The script needs
``npm``, and from ``uv.lock`` fontTools and Brotli, whose versions settle the bytes of the fonts.

KaTeX as a whole comes under the MIT license. Its fonts say of themselves that they come under the SIL Open
Font License 1.1 and that their names, such as KaTeX_Main, are reserved. A cut font is a modified one and
needs another name, inside and in the stylesheet: Formula_Main. Copyright and license stay inside each font.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from string import ascii_letters, digits

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from scripts.files import ROOT, write_atomically

BUILD_FILES, ASSETS = ROOT / "scripts/site/katex", ROOT / "docs/assets/katex"
CHECKSUMS = BUILD_FILES / "SHA256SUMS"

SPACES = " \N{NO-BREAK SPACE}"
PUNCTUATION = "()[]/+=<>.,:;~'*-|"
OPERATORS = "−±·⋅×⊙⊤≤≥≠≈∈∂∇∞→←…⋯∣∥′ˆˉ\ue020"  # the last is the stroke in ≠
DELIMITERS = "()[]{}⟨⟩⌊⌋⌈⌉∣∥√⎛⎜⎝⎞⎟⎠⎡⎢⎣⎤⎥⎦⎧⎨⎩⎫⎬⎭⎪"
GLYPHS = {
    "Main-Regular": SPACES + ascii_letters + digits + "Δ" + PUNCTUATION + OPERATORS,
    "Math-Italic": SPACES + ascii_letters + "αβεηθλμρστ",
    **dict.fromkeys(["Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular"], DELIMITERS + "∑∏"),
}
"""The fonts that pages may load, and the characters of each."""


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
    files: dict[Path, str | bytes] = {
        BUILD_FILES / "katex.min.js": package["dist/katex.min.js"],
        BUILD_FILES / "LICENSE": package["LICENSE"],
        ASSETS / "LICENSE": package["LICENSE"],
        ASSETS / "katex.min.css": cut_stylesheet(package["dist/katex.min.css"].decode()),
    }
    for name, text in GLYPHS.items():
        font = cut_font(package[f"dist/fonts/KaTeX_{name}.woff2"], text, {"KaTeX_": "Formula_"})
        files[ASSETS / f"fonts/Formula_{name}.woff2"] = font
    for old in (ASSETS / "fonts").glob("*"):
        if old not in files:
            old.unlink()
    for path, data in files.items():
        write_atomically(path, data)
    lines = [f"{checksum(path)}  {path.relative_to(ROOT)}\n" for path in sorted(files)]
    write_atomically(CHECKSUMS, "".join(lines))


def cut_stylesheet(stylesheet: str) -> str:
    """Return the stylesheet with the fonts of ``GLYPHS`` alone, in one format and under their new names."""
    faces = "|".join(f"KaTeX_{name}" for name in GLYPHS)
    without = re.sub(rf"@font-face\{{(?![^}}]*(?:{faces})\.)[^}}]*\}}", "", stylesheet)
    without = re.sub(r',url\([^)]+\.(?:woff|ttf)\) format\("\w+"\)', "", without)
    return without.replace("KaTeX_", "Formula_")


def cut_font(
    data: bytes, text: str, new_names: dict[str, str], features: tuple[str, ...] = ("kern", "liga")
) -> bytes:
    """Return a font with these characters and layout features alone, under its new name, as WOFF2."""
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    copyright_and_license, names = [0, 13, 14], [1, 2, 3, 4, 6]
    options = Options(hinting=False, glyph_names=False, layout_features=list(features))
    options.name_IDs = [*copyright_and_license, *names]
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in names:
            for old, new in new_names.items():
                record.string = record.toUnicode().replace(old, new)
    font.flavor = "woff2"
    cut = BytesIO()
    font.save(cut)
    return cut.getvalue()


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    update(sys.argv[1])
