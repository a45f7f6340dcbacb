"""Cut the fonts of the prose from their originals: ``python -m scripts.site.update_fonts``.

The originals are the variable fonts of Source Serif 4, which PyPI has as ``fontpkg-source-serif-4``. Two
cuts go to ``docs/assets/fonts``: the text at weight 400, and headings and bold words at 600, each with the
characters of English prose. All else on a page is in the reader's own fonts. The script needs ``pip`` and
the network, and from ``uv.lock`` fontTools and Brotli, whose versions settle the bytes of the fonts.

The fonts come under the SIL Open Font License 1.1, and "Source" is a reserved name. A cut font is a modified
one and needs another name, inside and in the stylesheet: Scratch Serif. Copyright and license stay inside
each font, and the license lies beside them.
"""

import subprocess
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from scripts.files import ROOT, write_atomically
from scripts.site.update_katex import cut_font

PACKAGE = "fontpkg-source-serif-4==4.4"
FONTS = ROOT / "docs/assets/fonts"
CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "\N{NO-BREAK SPACE}–—‘’“”…·×±−°²éüö"
CUTS = {"serif-400": {"wght": 400, "opsz": 16}, "serif-600": {"wght": 600, "opsz": 28}}
NAMES = {"Source Serif 4": "Scratch Serif", "SourceSerif4": "ScratchSerif"}


def download() -> dict[str, bytes]:
    """Return the files of the package by name."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return {Path(name).name: wheel.read(name) for name in wheel.namelist()}


def update() -> None:
    """Replace the committed fonts."""
    package = download()
    write_atomically(FONTS / "LICENSE", package["LICENSE"])
    for name, axes in CUTS.items():
        original = TTFont(BytesIO(package["SourceSerif4[opsz,wght].ttf"]), recalcTimestamp=False)
        instance = BytesIO()
        instantiateVariableFont(original, axes).save(instance)
        features = ("kern", "liga") if name == "serif-400" else ()  # 3 KB, for the text alone
        write_atomically(FONTS / f"{name}.woff2", cut_font(instance.getvalue(), CHARACTERS, NAMES, features))


if __name__ == "__main__":
    update()
