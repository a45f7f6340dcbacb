"""Every number in the prose of every page: generated, asserted here, or published and cited.

A number with a decimal point, an exponent or a percent sign that stands in a sentence, outside code,
mathematics and generated text, must either be computed by an entry of CLAIMS or stand in a sentence that
links to the bibliography. No page is exempt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from scripts.experiments import gradient_profile, one_bit
from scripts.figures import explosion, memory_decay
from tests.docs.pages import all_pages, prose_of

NUMBER = re.compile(
    r"(?<![\w.])[-−+]?\d[\d,]*\.\d+(?:[eE][-+−]?\d+)?(?:\s?%)?"  # 0.25, 1.5e-3, 12.5 %
    r"|(?<![\w.])[-−+]?\d[\d,]*(?:[eE][-+−]?\d+|\s?%|\s(?:percent|per cent)\b)"  # 1e-8, 5 %, 5 percent
    r"|10[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"  # 10⁻⁸
)


class Claim(NamedTuple):
    """A fragment of a page's sentence, and how to compute what it must say."""

    page: str
    fragment: str
    compute: Callable[[], str]


def middle_share() -> str:
    """Say how much of the draws the bands of the gradient profiles hold."""
    low, _, high = gradient_profile.QUANTILES
    return f"the middle {100 * (high - low):.0f} percent"


def size_of_one_bit() -> str:
    """Say how the networks of the last experiment on gradients were trained."""
    settings = one_bit.SETTINGS
    return (
        f"{settings['hidden_size']} hidden units, Adam, {settings['steps']} updates of "
        f"{settings['batch_size']} sequences each"
    )


CLAIMS = [
    Claim("learn/memory.md", "over 20,000 sequences", lambda: f"over {memory_decay.SEQUENCES:,} sequences"),
    Claim(
        "learn/gradients.md",
        "medians over 50 draws",
        lambda: f"medians over {len(gradient_profile.SEEDS)} draws",
    ),
    Claim("learn/gradients.md", "20 hidden units, Adam, 400 updates of 32 sequences each", size_of_one_bit),
    Claim("learn/gradients.md", "the middle 80 percent", middle_share),
    Claim("learn/gradients.md", "clipped steps from 1.1", lambda: f"clipped steps from {explosion.START}"),
]


def sentences_of(page: str) -> list[str]:
    """Return the sentences, list items and table rows of a page's prose."""
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.|\||#|>)\s?)", prose_of(page))
    return [
        " ".join(sentence.split())
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.?:;])\s+(?=[A-Z*_\[])", paragraph)
        if sentence.strip()
    ]


def unaccounted(page: str) -> list[str]:
    """Return the sentences of a page that hold a number for which nobody answers."""
    fragments = [claim.fragment for claim in CLAIMS if claim.page == page]
    found = []
    for sentence in sentences_of(page):
        rest = sentence
        for fragment in fragments:
            rest = rest.replace(fragment, " ")
        if NUMBER.search(rest) and "bibliography.md#" not in sentence:
            found.append(sentence)
    return found


@pytest.mark.parametrize("page", all_pages())
def test_every_number_of_a_page_is_accounted_for(page: str) -> None:
    """No number in a sentence was typed and forgotten."""
    assert unaccounted(page) == []


@pytest.mark.parametrize("claim", CLAIMS, ids=[f"{claim.page}: {claim.fragment}" for claim in CLAIMS])
def test_a_claim_is_on_its_page_and_true(claim: Claim) -> None:
    """What a sentence says is what the package computes."""
    assert claim.fragment in " ".join(prose_of(claim.page).split())
    assert claim.compute() == claim.fragment


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It falls to 0.25 at most.", 1),
        ("An error of 1e-8, or 5 percent.", 2),
        ("Right 97 % of the time, or 97%.", 2),
        ("About 10⁻⁸ remains.", 1),
        ("In 1997 there were 3 gates and 2,560 sequences.", 0),
        ("See section 2.", 0),
    ],
)
def test_what_counts_as_a_number(text: str, numbers: int) -> None:
    """Decimals, exponents and percentages count; whole numbers such as years and sizes do not."""
    assert len(NUMBER.findall(text)) == numbers
