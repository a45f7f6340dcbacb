"""What a network without memory reaches on each task: the line that every curve is drawn against.

Exact where there is a formula. For the Reber grammars and for adding as of 1997 it is counted on strings and
sequences that the task itself draws, from a fixed seed. Nothing is trained here.
"""

from __future__ import annotations

from functools import cache
from math import log
from typing import NamedTuple

from lstm_tutorial.tasks import adding_1997, embedded_reber

DRAWN = 4000  # strings or sequences that are counted


class Reber(NamedTuple):
    """What knowing the grammar is worth, with and without the symbol that stood second."""

    floor: float
    """Mean cross-entropy per symbol of who knows all that can be known [nats]."""
    forgetful: float
    """The same of who knows the grammar and has forgotten the second symbol [nats]."""
    right: float
    """Share of strings that the forgetful one has right: a coin decides the second-last symbol."""
    symbols_to_mistake: float
    """How many symbols of an endless stream the forgetful one has right before the first mistake."""


@cache
def reber() -> Reber:
    """Return the four numbers for the embedded Reber grammar, as `tasks.embedded_reber` draws it."""
    strings = embedded_reber(DRAWN, rng=0)
    forks = (strings.legal.sum(axis=1) == 2).sum(axis=0)  # (B,), where either of two symbols may come
    floor = float((forks * log(2) / strings.lengths).mean())
    forgetful = float(((forks + 1) * log(2) / strings.lengths).mean())
    symbols = float(strings.lengths.mean()) + 1  # a string has one symbol more than it has steps
    # On average one string passes before the coin falls on the wrong side. In that string all is right until
    # the second-last symbol is due: all but three of its predictions come before.
    return Reber(floor, forgetful, 0.5, symbols + symbols - 3)


def adding_1997_error() -> float:
    """Return the mean squared error of always answering the mean, for lengths from 100."""
    return float(adding_1997(DRAWN, 100, rng=0).targets.var())


TEMPORAL_ORDER = log(4)
"""Cross-entropy of guessing among the four classes [nats]."""

TWO_SEQUENCE = 0.25
"""Mean squared error of always answering one half, where the target is 0 or 1."""


def long_lag(lag: int) -> float:
    """Return the mean cross-entropy per step of who knows all but the first symbol [nats]."""
    return log(2) / lag
