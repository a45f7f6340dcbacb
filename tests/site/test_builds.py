"""A small site builds to the same bytes anywhere; the site itself to the same pages on another processor.

OpenBLAS brings a kernel for every kind of processor, and each sums in an order of its own. NumPy computes exp
and tanh with the instructions that it finds. So results differ in their last bits, and a long training can
carry these bits into what a page prints. Variables choose the oldest kernel and forbid newer instructions.
One build is by Zensical and with these, and fails for either.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.site.builds import ADDRESS, build_with_zensical
from tests.site.html import pages, parse
from tests.site.small import build

NEWER = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
OLD_PROCESSOR = {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": " ".join(NEWER)}
"""No x86-64 of today chooses these by itself, and each can run them."""
PRODUCT = """
import numpy as np
a, b = np.random.default_rng(0).standard_normal((2, 64, 64))
print((a @ b).tobytes().hex())
"""


def contents(site: Path) -> dict[str, bytes]:
    """Return every file of a site, the sitemap without its dates."""
    files = {
        path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }
    files["sitemap.xml.gz"] = gzip.decompress(files["sitemap.xml.gz"])
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        files[name] = re.sub(rb"<lastmod>.*?</lastmod>", b"", files[name])
    return files


def test_two_builds_in_two_directories_are_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """The small site, whose two pages use all that a page can use, with its figure drawn anew each time."""
    built = []
    for seed, name in enumerate(("one", "another directory")):
        project = Path(shutil.copytree(whole, tmp_path / name))
        shutil.rmtree(project / "docs/_generated")
        result = build(project, PYTHONHASHSEED=str(seed))
        assert result.returncode == 0, result.stdout
        built.append(contents(project / "site"))
    one, other = built
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_every_page_is_in_the_sitemap_under_its_canonical_address(site: Path) -> None:
    listed = set(re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text()))
    for page in pages(site):
        if page.name == "404.html":
            continue
        address = ADDRESS + page.as_posix().removesuffix("index.html")
        text = (site / page).read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="{address}">' in text
        assert f'<meta property="og:url" content="{address}">' in text
        assert address in listed


def test_what_is_not_a_page_stays_out_of_the_site(site: Path) -> None:
    assert not list(site.glob("overrides")) + list(site.rglob("*.py"))
    written = {path.name for path in site.glob("_generated/*")}
    weights = {"flow.json", "inside_reber.txt", "inside_adding.txt", "write.safetensors"}
    assert written == {"social.png", "lstm_tutorial.zip", *weights}


def product(**variables: str) -> str:
    """Return the bits of a matrix product that a new process computes."""
    command = [sys.executable, "-c", PRODUCT]
    return subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, check=True
    ).stdout


def test_an_old_processor_multiplies_otherwise() -> None:
    if product() == product(**OLD_PROCESSOR):
        pytest.skip("this NumPy computes with one kernel: OPENBLAS_CORETYPE changes no product")


def test_zensical_on_an_old_processor_builds_the_same_pages(site: Path, tmp_path: Path) -> None:
    """The same words, and the same numbers in sentences and in output; all figures to the byte."""
    theirs = build_with_zensical(site, tmp_path, **OLD_PROCESSOR)
    assert pages(site) == pages(theirs)
    for page in pages(site):
        assert parse(site / page).words == parse(theirs / page).words, page
    folders = [project / "docs/_generated" for project in (site.parent, theirs.parent)]
    ours, made = ({path.name: path.read_bytes() for path in folder.glob("[!.]*")} for folder in folders)
    assert ours.keys() == made.keys()
    assert [name for name in ours if ours[name] != made[name]] == []
