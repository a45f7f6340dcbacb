"""The files of KaTeX are those that its update wrote: none edited, none missing, none left over."""

from scripts.site.update_katex import ASSETS, BUILD_FILES, CHECKSUMS, checksum
from tests.site.builds import ROOT


def test_katex_files_match_their_checksums() -> None:
    lines = (line.split("  ") for line in CHECKSUMS.read_text().splitlines())
    noted = {name: digest for digest, name in lines}
    paths = [*BUILD_FILES.glob("*.js"), BUILD_FILES / "LICENSE", *ASSETS.rglob("*")]
    present = {path.relative_to(ROOT).as_posix(): checksum(path) for path in paths if path.is_file()}
    assert present == noted
