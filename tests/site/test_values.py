"""Blocks of a page give named values to its sentences; a name that does not fit fails."""

import re
from typing import Any

import markdown_exec
import pytest
from markdown import Markdown
from pymdownx.superfences import SuperFencesException

from scripts.site import execute

FENCE = {
    "name": "python",
    "class": "python",
    "validator": markdown_exec.validator,
    "format": execute.formatter,
}
VALUES = "scripts.site.values:ValuesExtension"
EXTENSIONS: list[Any] = ["tables", "admonition", "pymdownx.superfences", VALUES]


def convert(text: str, *blocks: str) -> str:
    """Convert a page with these hidden blocks after its text."""
    md = Markdown(
        extensions=EXTENSIONS, extension_configs={"pymdownx.superfences": {"custom_fences": [FENCE]}}
    )
    fences = (f'```python exec="on" session="a-page"\n{block}\n```' for block in blocks)
    return md.convert("\n\n".join([text, *fences]))


def test_values_stand_in_sentences_headings_and_tables() -> None:
    html = convert(
        "# With {{ n }} steps\n\n!!! note\n\n    **{{kept}}** of [{{ n }}](#x).\n\n"
        "| {{ n }} |\n|---|\n| {{ n }} |",
        "n = 20\nvalues(kept=f'{0.5:.0%} < 1', n=f'{n}')",
    )
    assert ">With 20 steps</h1>" in html
    assert '<strong>50% &lt; 1</strong> of <a href="#x">20</a>.' in html
    assert re.findall("<t[hd]>(.*?)</t[hd]>", html) == ["20", "20"]


def test_a_value_is_text_and_not_markdown() -> None:
    assert "a *b* &lt;i&gt; `c`" in convert("{{ x }}", "values(x='a *b* <i> `c`')")


def test_code_keeps_its_braces() -> None:
    html = convert("`{{ name }}`\n\n```text\n{{ name }}\n```\n\n    {{ name }}")
    assert html.count("{{ name }}") == 3


def test_a_page_may_use_the_name_itself() -> None:
    shown = '```python exec="on" source="above" session="a-page"\n{}\n```'
    text = f"{{{{ y }}}}\n\n{shown.format('values = [41]')}"
    html = convert(
        text, "values(y='3')\n```\n\n" + shown.format("print(values[0] + 1)").removesuffix("\n```")
    )
    assert "<p>42</p>" in html
    assert "<p>3</p>" in html


def test_blocks_share_names_and_print_into_the_page() -> None:
    html = convert("{{ y }}", "x = 2\nprint('first', x, sep=' **', end='**')", "values(y=str(x + 1))")
    assert "<strong>2</strong>" in html
    assert "<p>3</p>" in html


@pytest.mark.parametrize(
    ("text", "blocks", "message"),
    [
        ("{{ absent }}", ("values(y='1')",), "a-page: no block gives the value absent"),
        ("{{ absent }}", (), "this page: no block gives the value absent"),
        ("{{ y.z }}", (), "this page: no block gives the value y.z"),
        ("{{ y }}", ("values(y='1', z='2')",), "a-page: no sentence takes the value z"),
        ("`{{ y }}`", ("values(y='1')",), "a-page: no sentence takes the value y"),
        ("{{ y }}\n\n<p>{{ y }}</p>", ("values(y='1')",), r"a-page: a value cannot stand at \{\{ y \}\}"),
        ("{{ y }}", ("values(y='1')", "values(y='1')"), "a-page: the value y is given twice"),
        ("{{ y }}", ("values(y=1.5)",), "block of a-page.*the value y must be formatted as text, got 1.5"),
        (
            "",
            ("assert 1 > 2, 'a claim'",),
            "block of a-page.*assert 1 > 2, 'a claim'.*AssertionError: a claim",
        ),
    ],
)
def test_what_does_not_fit_raises_with_page_and_name(
    text: str, blocks: tuple[str, ...], message: str
) -> None:
    with pytest.raises((ValueError, SuperFencesException), match=f"(?s){message}"):
        convert(text, *blocks)
