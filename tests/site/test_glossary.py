"""Words of the glossary are explained where a chapter uses them first (`scripts.site.glossary`)."""

import pytest
from markdown import Markdown

from scripts.site.glossary import first_sentence, read_terms

PAGE = """# The hidden state

!!! abstract "In this chapter"

    - **You will** see the hidden state.

A plain start, then `hidden state`, a [hidden state](x.md), *hidden states* and the hidden state again.

<figure markdown="span">
<figcaption markdown="span">The cell state.</figcaption>
</figure>

- The **forget gate**, a forget gate and another gate.
"""


@pytest.fixture
def html() -> str:
    extensions = ["admonition", "md_in_html", "attr_list", "scripts.site.glossary:GlossaryExtension"]
    return Markdown(extensions=extensions).convert(PAGE)


def test_the_first_use_links_to_the_entry_and_shows_its_first_sentence(html: str) -> None:
    meaning = read_terms()["hidden state"].meaning
    link = f'<a class="term" href="../reference/glossary.md#hidden-state" title="{meaning}">hidden states</a>'
    assert f"<em>{link}</em> and the hidden state again." in html


def test_the_longer_term_comes_first_and_the_shorter_is_found_later(html: str) -> None:
    assert '>forget gate</a></strong>, a forget gate and another <a class="term"' in html
    assert '">gate</a>.</li>' in html


def test_headings_code_links_captions_and_the_box_stay_as_they_are(html: str) -> None:
    assert html.count('class="term"') == 3
    assert "<code>hidden state</code>, a <a href" in html


def test_a_meaning_is_one_sentence_without_markup() -> None:
    assert (
        first_sentence(r"The `h` of $\cell{c_t}$, see [there](x.md#y). More.") == "The h of c_t, see there."
    )
    for term in read_terms().values():
        assert term.meaning[-1] in ".?"
        assert not set(term.meaning) & set("[]`$\\{}")
