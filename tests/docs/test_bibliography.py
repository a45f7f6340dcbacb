"""The bibliography: citations lead to entries, every entry is cited, and each says where to find it."""

import re

import pytest

from tests.docs.pages import all_pages, text_of

PAGE = "reference/bibliography.md"
ADDRESS = re.compile(
    r"\[doi:(?P<doi>10\.[^\]]+)\]\(https://doi\.org/(?P=doi)\)"
    r"|\[arXiv:(?P<arxiv>\d{4}\.\d{4,5})\]\(https://arxiv\.org/abs/(?P=arxiv)\)"
    r"|\[PMLR (?P<volume>\d+), [\d–]+\]\(https://proceedings\.mlr\.press/v(?P=volume)/\w+\.html\)"
)


def entries() -> dict[str, str]:
    """Return the entries by their anchors."""
    found = re.findall(r"^(\w[^\n]*(?:\n[^\n]+)*)\n\{ #(\w+) \}$", text_of(PAGE), flags=re.MULTILINE)
    return {anchor: entry for entry, anchor in found}


def citations() -> dict[str, list[str]]:
    """Return the pages that cite, by the anchor that they link to."""
    found: dict[str, list[str]] = {}
    for page in all_pages():
        for anchor in re.findall(r"bibliography\.md#([\w-]+)", text_of(page)):
            found.setdefault(anchor, []).append(page)
    return found


def test_every_anchor_belongs_to_one_entry() -> None:
    """No anchor is lost between two entries or given twice."""
    anchors = re.findall(r"\{ #(\S+) \}", text_of(PAGE))
    assert sorted(anchors) == sorted(entries())
    assert len(anchors) > 10


def test_every_citation_leads_to_an_entry() -> None:
    """No page cites what the bibliography does not have."""
    assert {anchor: pages for anchor, pages in citations().items() if anchor not in entries()} == {}


@pytest.mark.parametrize("page", all_pages())
def test_no_link_is_printed_by_a_block(page: str) -> None:
    """MkDocs neither resolves nor checks a link to a page that an executed block prints."""
    blocks = re.findall(r"^```python [^\n]*exec=.*?^```$", text_of(page), flags=re.DOTALL | re.MULTILINE)
    assert [link for block in blocks for link in re.findall(r"\]\([^)]*\.md\b[^)]*\)", block)] == []


def test_every_entry_is_cited() -> None:
    """Nothing is listed for show."""
    assert sorted(set(entries()) - set(citations())) == []


@pytest.mark.parametrize("anchor", entries())
def test_an_entry_says_where_to_find_it(anchor: str) -> None:
    """Each has a DOI, an arXiv number or, where there is neither, the page of its proceedings."""
    assert ADDRESS.search(entries()[anchor])


@pytest.mark.parametrize("anchor", entries())
def test_an_entry_names_its_year_as_its_anchor_does(anchor: str) -> None:
    """The anchor's year is a year of the entry, or of its preprint."""
    year = anchor[len(anchor.rstrip("abcdefghijklmnopqrstuvwxyz")) - 4 :][:4]
    entry = entries()[anchor]
    assert f"({year})" in entry or f"arXiv:{year[2:]}" in entry


def test_the_entries_stand_in_alphabetical_order() -> None:
    """As the page says: in the order of the authors' names."""
    names = [entry.split(",")[0] for entry in entries().values()]
    assert names == sorted(names)
