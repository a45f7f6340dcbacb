"""The site builds to the same bytes anywhere, and to the same pages with Zensical."""

from __future__ import annotations

import gzip
import re
from concurrent.futures import Future
from pathlib import Path

from tests.site.builds import ADDRESS, Builds
from tests.site.html import pages, parse


def contents(site: Path) -> dict[str, bytes]:
    """Return every file of a site, the sitemap without its dates."""
    files = {
        path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }
    files["sitemap.xml.gz"] = gzip.decompress(files["sitemap.xml.gz"])
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        files[name] = re.sub(rb"<lastmod>.*?</lastmod>", b"", files[name])
    return files


def test_two_builds_in_two_directories_are_the_same_bytes(builds: Builds) -> None:
    one, other = contents(builds.wait(builds.first)), contents(builds.wait(builds.second))
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_every_page_is_in_the_sitemap_under_its_canonical_address(builds: Builds) -> None:
    site = builds.wait(builds.first)
    listed = set(re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text()))
    for page in pages(site):
        if page.name == "404.html":
            continue
        address = ADDRESS + page.as_posix().removesuffix("index.html")
        text = (site / page).read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="{address}">' in text
        assert f'<meta property="og:url" content="{address}">' in text
        assert address in listed


def test_what_is_not_a_page_stays_out_of_the_site(builds: Builds) -> None:
    site = builds.wait(builds.first)
    assert not list(site.glob("overrides")) + list(site.rglob("*.py"))
    assert [path.name for path in site.glob("_generated/*")] in ([], ["social.png"])


def test_zensical_builds_the_same_pages(builds: Builds, zensical: Future[Path]) -> None:
    ours, theirs = builds.wait(builds.first), zensical.result()
    assert pages(ours) == pages(theirs)
    for page in pages(ours):
        assert parse(ours / page).words == parse(theirs / page).words, page
