"""What is reached by counting: n-gram models of the three comedies, smoothed as Kneser and Ney do.

An n-gram model knows the last n - 1 letters and no more. How often each letter followed them is counted in
the training text, and the counts are smoothed by the modified method of Chen & Goodman (1999). Nothing is
drawn at random, so one run tells all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import log
from typing import Any, NamedTuple

from lstm_tutorial.text import Symbols, comedies, decode
from scripts.experiments.harness import Step

ABOUT = {
    "title": "n-gram models of the three comedies",
    "task": "Predict the next letter from the last n - 1 letters, by counts of the training text with "
    "modified Kneser-Ney smoothing.",
    "criterion": "Bits per letter of the test text.",
    "loss": "cross-entropy per letter of the test text [nats]",
}
SEEDS = range(1)
ARMS: dict[str, dict[str, Any]] = {f"{n} letters": {"order": n} for n in (1, 3, 5, 6, 7, 8, 10)}


class Counts(NamedTuple):
    """What is counted for n-grams of one length."""

    of: Counter[str]
    """How often each n-gram counts."""
    after: Counter[str]
    """How often its first n - 1 letters count, together."""
    held_back: dict[str, float]
    """What is taken from the n-grams that begin with these n - 1 letters, for those never seen."""
    discounts: tuple[float, float, float, float]
    """What is taken from an n-gram that counts 0, 1, 2, or 3 and more times."""


# --8<-- [start:count]
def count(text: str, order: int) -> list[Counts]:
    """Count the n-grams of a text, n = 1 to `order`.

    The longest count as often as they occur. A shorter one counts as often as it follows a different letter:
    an ending that is common after one letter only says little about what follows another.
    """
    of = Counter(text[k : k + order] for k in range(len(text) - order + 1))
    found = [summed(of)]
    for _ in range(order - 1):
        of = Counter(gram[1:] for gram in of)  # each different letter in front counts once
        found.append(summed(of))
    return found[::-1]
    # --8<-- [end:count]


# --8<-- [start:discount]
def summed(of: Counter[str]) -> Counts:
    """Return the counts of n-grams with the discounts that they ask for (Chen & Goodman 1999, section 3)."""
    n1, n2, n3, n4 = (sum(1 for c in of.values() if c == k) for k in (1, 2, 3, 4))
    if n1 * n2 * n3 > 0:
        y = n1 / (n1 + 2 * n2)
        discounts = (0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    else:
        discounts = (0.0, 0.5, 0.5, 0.5)  # too few to tell: single letters
    after: Counter[str] = Counter()
    held_back: dict[str, float] = {}
    for gram, c in of.items():
        after[gram[:-1]] += c
        held_back[gram[:-1]] = held_back.get(gram[:-1], 0.0) + discounts[min(c, 3)]
    return Counts(of, after, held_back, discounts)
    # --8<-- [end:discount]


# --8<-- [start:probability]
def probability(counts: list[Counts], context: str, letter: str, size: int) -> float:
    """Return the probability of a letter after a context, from the shortest n-grams to the longest."""
    p = 1 / size  # without any context, all letters are alike
    for n, (of, after, held_back, discounts) in enumerate(counts, start=1):
        past = context[len(context) - (n - 1) :]
        if past not in after or len(past) < n - 1:
            break  # never seen: the shorter context decides
        c = of.get(past + letter, 0)
        p = (c - discounts[min(c, 3)] + held_back[past] * p) / after[past]
    return p
    # --8<-- [end:probability]


def nats_per_letter(counts: list[Counts], text: str, size: int) -> float:
    """Return the mean surprise of the letters of a text, each after those before it."""
    longest = len(counts) - 1
    nats = [-log(probability(counts, text[max(0, k - longest) : k], text[k], size)) for k in range(len(text))]
    return sum(nats) / len(nats)


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Count the training text and test."""
    text = comedies()
    size = len(text.alphabet)

    def letters(part: Symbols) -> str:
        return decode(part, text.alphabet)

    counts = count(letters(text.train), settings["order"])
    loss = nats_per_letter(counts, letters(text.test), size)
    result = {
        "test": loss / log(2),
        "validation": nats_per_letter(counts, letters(text.validation), size) / log(2),
        "counts": sum(len(c.of) for c in counts),
    }
    yield Step(loss, 1, result=result)
