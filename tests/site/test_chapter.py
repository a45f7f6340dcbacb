"""What `scripts.site.chapter` adds to a chapter: minutes, numbers of figures, colors of gates."""

import pytest
from markdown import Markdown

from scripts.site.chapter import minutes
from tests.docs.pages import all_pages, text_of

CHAPTER = """# A title

!!! abstract "In this chapter"

    - **You will** see.

<figure markdown="span">
A drawing
<figcaption markdown="span">One *conclusion*.</figcaption>
</figure>

<figure markdown="span">
Another
<figcaption markdown="span">Another conclusion.</figcaption>
</figure>
"""
CODE = '<pre><code><span class="n">f</span> <span class="n">c</span></code></pre>'


@pytest.fixture
def markdown() -> Markdown:
    return Markdown(extensions=["admonition", "md_in_html", "scripts.site.chapter:ChapterExtension"])


def test_minutes_are_for_prose_and_figures() -> None:
    words = "word " * 1500
    assert minutes(words) == 10
    assert minutes(words + "<figure>\n</figure>\n" * 4) == 12
    assert minutes("a few words") == 1


@pytest.mark.parametrize(
    "skipped",
    [
        "\n```python\n{}\n```\n",
        '\n??? note "Folded"\n\n    {}\n',
        "\n<!-- {} -->\n",
        "\n$$\n{}\n$$\n",
    ],
)
def test_minutes_leave_out_what_is_not_read(skipped: str) -> None:
    assert minutes("word " * 1500 + skipped.format("word " * 3000)) == 10


@pytest.mark.parametrize("page", [page for page in all_pages() if page.startswith("learn/")])
def test_every_chapter_takes_eight_to_fifteen_minutes(page: str) -> None:
    assert 8 <= minutes(text_of(page)) <= 15


def test_a_chapter_has_its_minutes_under_the_title_and_numbered_figures(markdown: Markdown) -> None:
    html = markdown.convert(CHAPTER)
    assert '<h1>A title</h1>\n<p class="chapter-meta">1 minutes of reading</p>' in html
    assert '<figure id="figure-1">' in html
    assert (
        '<figcaption><a class="figure-number" href="#figure-2">Figure 2</a> Another conclusion.</figcaption>'
        in html
    )


def test_another_page_stays_as_it_is(markdown: Markdown) -> None:
    html = markdown.convert(CHAPTER.replace("abstract", "note"))
    assert "chapter-meta" not in html
    assert "figure-1" not in html


def test_a_figure_of_a_chapter_needs_a_caption(markdown: Markdown) -> None:
    with pytest.raises(ValueError, match="Figure 1 has no caption"):
        markdown.convert(CHAPTER.replace('<figcaption markdown="span">One *conclusion*.</figcaption>', ""))


def test_gates_are_colored_where_code_speaks_of_the_cell(markdown: Markdown) -> None:
    assert markdown.convert(CODE) == CODE
    colored = markdown.convert(CODE.replace("</code>", '<span class="n">c_tilde</span></code>'))
    assert '<span class="gate-forget">f</span> <span class="gate-cell">c</span>' in colored
    assert '<span class="gate-candidate">c_tilde</span>' in colored
