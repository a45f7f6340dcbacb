"""The drawings made by hand: well-formed, described, in the site's colors, and used by name on the pages.

Whether a drawing says the truth about the cell is for a reader to judge; that the names in it and the parts
that the pages light up exist is asserted here.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.docs.pages import DOCS, all_pages, text_of

DRAWINGS = sorted((DOCS / "assets" / "diagrams").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


def inline_drawings() -> list[tuple[str, str]]:
    """Return page and source of every ``<svg>`` that stands in a page itself and is no decoration."""
    return [
        (page, svg)
        for page in all_pages()
        for svg in re.findall(r"<svg\b(?![^>]*aria-hidden).*?</svg>", text_of(page), re.DOTALL)
    ]


def site_variables() -> set[str]:
    """Return the variables that the style sheet sets for both schemes."""
    css = (DOCS / "assets/site.css").read_text(encoding="utf-8")
    rules = re.findall(r"^\[data-md-color-scheme\] \{(.*?)^\}", css, flags=re.DOTALL | re.MULTILINE)
    return {name for rule in rules for name in re.findall(r"(--[\w-]+):", rule)}


def test_there_are_drawings() -> None:
    """An empty list would make every test below pass."""
    assert DRAWINGS
    assert inline_drawings()


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_is_described(path: Path) -> None:
    """The title and the description come first, and are what the drawing is labelled by."""
    svg = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert svg.get("role") == "img"
    assert [child.tag for child in svg][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert (svg.get("aria-labelledby") or "").split() == [svg[0].get("id"), svg[1].get("id")]
    assert len(svg[0].text or "") > 10
    assert len(svg[1].text or "") > 100


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_follows_the_scheme(path: Path) -> None:
    """Every color is a variable that is set for both schemes, or the color of the text around it."""
    source = path.read_text(encoding="utf-8")
    colors = re.findall(r'\b(?:fill|stroke)="([^"]*)"', source) + re.findall(r"color:([^;\"]*)", source)
    for color in colors:
        assert color in ("none", "currentColor") or color.startswith("var(--"), color
    used = {name for name in re.findall(r"var\((--[\w-]+)", source) if not name.startswith("--show")}
    assert used <= site_variables()
    assert "href=" not in source
    assert "url(" not in source


@pytest.mark.parametrize(("page", "source"), inline_drawings())
def test_a_part_on_a_page_shows_what_exists(page: str, source: str) -> None:
    """It names a drawing of the same page and lights up parts of it; it has a title and a description.

    It refers by ``xlink:href``, because the theme's instant loading rewrites every plain ``href``.
    """
    svg = ElementTree.fromstring(source)
    title, description, use = svg
    assert (svg.get("aria-labelledby") or "").split() == [title.get("id"), description.get("id")]
    assert title.text
    assert description.text
    target = (use.get("{http://www.w3.org/1999/xlink}href") or "").removeprefix("#")
    drawing = next(path for path in DRAWINGS if f'id="{target}"' in path.read_text(encoding="utf-8"))
    assert f'--8<-- "docs/assets/diagrams/{drawing.name}"' in text_of(page)
    parts = set(re.findall(r"var\((--show-[\w-]+)", drawing.read_text(encoding="utf-8")))
    assert set(re.findall(r"(--show-[\w-]+):", svg.get("style") or "")) <= parts


@pytest.mark.parametrize("page", sorted({page for page, _ in inline_drawings()}))
def test_no_name_is_used_twice_on_a_page(page: str) -> None:
    """A name that two drawings of a page share would label the second by the first."""
    quoted = re.findall(r'--8<-- "(docs/assets/diagrams/[^"]+)"', text_of(page))
    sources = [text_of(page), *((DOCS.parent / path).read_text(encoding="utf-8") for path in quoted)]
    names = re.findall(r'\bid="([^"]+)"', "".join(sources))
    assert len(names) == len(set(names))


def test_the_small_pictures_of_the_cards_exist() -> None:
    """The front page shows every one of them and no other."""
    drawn = re.findall(r'id="(motif-[^"]+)"', (DOCS / "assets" / "motifs.svg").read_text(encoding="utf-8"))
    assert sorted(re.findall(r'xlink:href="#(motif-[^"]+)"', text_of("index.md"))) == sorted(drawn)
