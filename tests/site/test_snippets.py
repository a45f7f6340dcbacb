"""Every displayed Python block of every page, copied out of the built site, runs and prints what is shown.

The blocks of a page run in order, as one program, in a new environment that has the installed package and
matplotlib and nothing else, outside the repository, with warnings as errors. Blocks whose title is a file are
quotations of that file and are not run.
"""

import re
from pathlib import Path

import pytest

from tests.docs.pages import all_pages, text_of
from tests.site.builds import ROOT
from tests.site.snippets import PAGES, run_blocks, shown


def fences(page: str) -> list[tuple[str, str]]:
    """Return the options and the body of each Python fence of a page's source."""
    pattern = r"^( *)(```+|~~~+) *(?:py|python|pycon|python3)\b([^\n]*)\n(.*?)^\1\2 *$"
    found = re.finditer(pattern, text_of(page), flags=re.DOTALL | re.MULTILINE)
    return [(match[3], match[4]) for match in found]


@pytest.mark.parametrize("page", all_pages())
def test_every_python_block_is_run_or_quoted(page: str) -> None:
    for options, body in fences(page):
        title = re.search(r'title="([^"]*)"', options)
        if 'exec="on"' in options:
            assert title is None, f"a block that runs must not look like a quotation: {options}"
            continue
        assert title, f"not run and not quoted: {options}"
        assert (ROOT / title[1]).is_file(), f"the title of a quotation is its file: {title[1]}"
        lines = [line.strip() for line in body.splitlines() if line.strip()]
        quotation = re.compile(rf'--8<-- "{re.escape(title[1])}(:[\w-]+)?"')
        assert lines, "an empty quotation"
        assert all(map(quotation.fullmatch, lines)), f"a quotation is taken from its file, not typed: {lines}"


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run_in_a_clean_environment_and_print_what_is_shown(
    page: str, site: Path, python: Path, tmp_path: Path
) -> None:
    pairs = shown(site, page)
    displayed = [options for options, _ in fences(page) if 'exec="on"' in options and "source=" in options]
    assert len(pairs) == len(displayed), "the page shows other blocks than its source runs"
    if not pairs:
        return
    all_printed = run_blocks(python, [code for code, _ in pairs], tmp_path / "empty")
    for (code, output), printed in zip(pairs, all_printed, strict=True):
        if printed.strip():
            assert output is not None, code
            assert printed.rstrip() == output.rstrip(), code
