"""The files of KaTeX are those that were published: nobody edited them, none is missing, none is left over."""

from scripts.site.update_katex import ASSETS, CHECKSUMS, SCRIPT, checksum
from tests.site.builds import ROOT


def test_katex_files_match_their_checksums() -> None:
    lines = (line.split("  ") for line in CHECKSUMS.read_text().splitlines())
    noted = {name: digest for digest, name in lines}
    present = {path for path in (*SCRIPT.glob("*.js"), *SCRIPT.glob("LICENSE"), *ASSETS.rglob("*")) if path.is_file()}
    assert {path.relative_to(ROOT).as_posix(): checksum(path) for path in present} == noted
