"""No measured number is typed into a sentence: it is a named value, or published and cited.

A decimal fraction, a power of ten or a percentage in prose is written ``{{ name }}``, and the page's code
computes it. Whole numbers, such as years and sizes, are not looked at.
"""

import re

import pytest

from tests.docs.pages import all_pages, text_of

NUMBER = re.compile(r"\d\.\d|\d[eE][-+−]?\d|\d\s?%|\d percent|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]")
NOT_PROSE = re.compile(
    r"\A---\n.*?^---$|^( *)(```+).*?^\1\2 *$"  # front matter, code
    r"|<!--.*?-->|<[^<>]+>"  # comments and tags
    r"|`[^`]+`|\$\$.*?\$\$|\$[^$]+\$"  # code and mathematics in a sentence
    r"|\{\{.*?\}\}|\[(?:doi|arXiv):[^\]]*\]\([^)]*\)|\]\((?!\S*bibliography)[^)]*\)",  # values, addresses
    flags=re.DOTALL | re.MULTILINE,
)
BREAKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*>|#]|\d+\.))|(?<=[.?:;])\s+(?=[A-Z*_\[])")


def typed(text: str) -> list[str]:
    """Return the sentences, list items and table rows that hold such a number and cite nothing."""
    sentences = BREAKS.split(NOT_PROSE.sub(" ", text))
    return [s.strip() for s in sentences if NUMBER.search(s) and "bibliography.md#" not in s]


@pytest.mark.parametrize("page", all_pages())
def test_no_number_of_a_page_was_typed(page: str) -> None:
    assert typed(text_of(page)) == []


@pytest.mark.parametrize("text", ["It falls to 0.25.", "It is 1e-8.", "97 % or 97%.", "About 10⁻⁸ is left."])
def test_a_typed_number_is_found(text: str) -> None:
    assert typed(text) == [text]


@pytest.mark.parametrize("text", ["In 1997, 2,560 of them.", "It is {{ share }}.", "It is `0.5` or $0.5$."])
def test_other_text_is_left_alone(text: str) -> None:
    assert typed(text) == []
