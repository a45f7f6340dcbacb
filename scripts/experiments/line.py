"""The unit that knows where in a line it is: found in the trained network, tested, and moved.

The unit is chosen on the validation text, by the correlation of its cell state with the number of letters
since the last line break, in lines of speech. What is said of it is measured on the test text. Nothing is
trained here.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial import LSTM, softmax, trace_sequence, unroll
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.text import Symbols, comedies, inputs, streams, trained_on_comedies

STREAMS, PIECE = 16, 100  # streams that are read at once, and steps that are traced at once
SPEECH = 25  # letters that a line of speech has at least; names and stage directions are shorter
LATE, EARLY = 30, 5  # a line is nearly full from LATE letters on, and begins with EARLY letters
READ, HELD = 60, 3  # letters read before a line break, the last of them with the unit set back
PLACES, UNITS = 100, 50


# --8<-- [start:position]
def positions(letters: Symbols) -> NDArray[np.intp]:
    """Return how many letters of its line have been read, that one included, (T, B). A line break is 0."""
    found = np.zeros(letters.shape, int)  # (T, B)
    for t in range(len(letters)):
        found[t] = (found[t - 1] + 1) * (letters[t] != LINE_BREAK)
    return found


def in_speech(letters: Symbols) -> NDArray[np.bool_]:
    """Tell for each letter whether its line has SPEECH letters at least, (T, B).

    A line break is the beginning of the line after it.
    """
    at = positions(letters)  # (T, B)
    longest = at.copy()  # how long the line will be, from its end on
    for t in range(len(letters) - 2, -1, -1):
        longest[t] = np.where(at[t + 1] > 0, longest[t + 1], at[t])
    return longest >= SPEECH
    # --8<-- [end:position]


# --8<-- [start:correlation]
def correlations(states: FloatArray, letters: Symbols) -> FloatArray:
    """Return each unit's correlation with the position in the line, over all lines of speech, (H,)."""
    speech = in_speech(letters)  # (T, B)
    s = states.swapaxes(1, 2)[speech]  # (N, H)
    p = positions(letters)[speech]  # (N,)
    s = s - s.mean(axis=0)
    p = p - p.mean()
    found: FloatArray = (p @ s) / np.sqrt((s**2).sum(axis=0) * (p**2).sum())  # (H,)
    return found
    # --8<-- [end:correlation]


class Choice(NamedTuple):
    """What the validation text says."""

    ranked: list[int]
    """The units, those first whose c correlates most with the position."""
    correlation: float
    """The correlation of the first."""
    early: FloatArray
    """The mean c of each unit at the letter EARLY of a line, (H,)."""


class Unit(NamedTuple):
    """What was found."""

    unit: int
    """The unit."""
    chosen_by: float
    """The correlation of its c with the position, on the validation text, by which it was chosen."""
    c: float
    """The same on the test text."""
    h: float
    """The correlation of its h, on the test text."""
    untouched: float
    """The mean probability of a line break before the line breaks of the test text."""
    set_back: float
    """The same after the unit's c was set back to its mean at the beginning of a line."""
    second: int
    """The unit with the second largest correlation on the validation text."""
    second_set_back: float
    """The same as `set_back` for the second unit."""
    others: list[float]
    """The same for each of UNITS units that are neither, drawn at random."""


LINE_BREAK = 0
"""The number of the line break: it is the first letter of the sorted alphabet."""


def traced(lstm: LSTM, text: Symbols, *names: str) -> tuple[list[FloatArray], Symbols]:
    """Run along a text in streams; return the values of these names, (T, H, B), and the letters, (T, B).

    All values of all steps at once would take 300 MB.
    """
    letters = streams(text, STREAMS)  # (T, B)
    h, c, pieces = None, None, []
    for start in range(0, len(letters), PIECE):
        trace = trace_sequence(lstm, inputs(lstm, letters[start : start + PIECE]), h, c)
        h, c = trace.h[-1], trace.c[-1]  # (H, B) each
        pieces.append([getattr(trace, name) for name in names])
    return [np.concatenate(values) for values in zip(*pieces, strict=True)], letters


class Tested(NamedTuple):
    """What the network does along the test text."""

    c: FloatArray
    """Cell states, (T, H, B)."""
    h: FloatArray
    """Hidden states, (T, H, B)."""
    o: FloatArray
    """Output gates, (T, H, B)."""


@cache
def tested() -> tuple[Tested, Symbols]:
    """Run along the test text; return what the network does, and the letters, (T, B)."""
    values, letters = traced(trained_on_comedies(), comedies().test, *Tested._fields)
    return Tested(*values), letters


@cache
def choose() -> Choice:
    """Choose the unit, on the validation text."""
    text, lstm = comedies(), trained_on_comedies()
    assert text.alphabet[LINE_BREAK] == "\n"
    (c,), letters = traced(lstm, text.validation, "c")  # c: (T, H, B)
    by = correlations(c, letters)  # (H,)
    ranked = np.argsort(abs(by))[::-1].tolist()
    early = c.swapaxes(1, 2)[positions(letters) == EARLY].mean(axis=0)  # (H,)
    return Choice(ranked, float(by[ranked[0]]), early)


@cache
def find() -> Unit:
    """Test the unit that was chosen, and set it back."""
    lstm, test = trained_on_comedies(), comedies().test
    (unit, second, *rest), chosen_by, early = choose()
    test_values, letters = tested()
    others = np.random.default_rng(0).permutation(rest[::-1])[:UNITS]
    untouched, *moved = line_breaks(lstm, test, early, [None, unit, second, *others])
    return Unit(
        unit,
        chosen_by,
        float(correlations(test_values.c, letters)[unit]),
        float(correlations(test_values.h, letters)[unit]),
        untouched,
        moved[0],
        second,
        moved[1],
        moved[2:],
    )


# --8<-- [start:intervention]
def line_breaks(lstm: LSTM, text: Symbols, early: FloatArray, units: list[Any]) -> list[float]:
    """Return the mean probability of a line break where one comes, with the c of a unit held at `early`.

    Once for each of `units`; None holds no unit. The network reads READ letters, the last HELD with the unit
    held.
    """
    at = positions(text[:, None])[:, 0]  # (N,)
    ends = [k for k in range(READ, len(text)) if text[k] == LINE_BREAK and at[k - 1] >= LATE][:PLACES]
    letters = text[np.array(ends) - READ + np.arange(READ)[:, None]]  # (READ, B)
    before = unroll(lstm, inputs(lstm, letters[:-HELD]), keep_cache=False)
    found = []
    for unit in units:

        def intervene(t: int, name: str, value: FloatArray, unit: Any = unit) -> None:
            if name == "c" and unit is not None:
                value[unit] = early[unit]  # value: (H, B)

        held = trace_sequence(lstm, inputs(lstm, letters[-HELD:]), before.h, before.c, intervene=intervene)
        assert held.y is not None
        found.append(float(softmax(held.y[-1])[LINE_BREAK].mean()))
    return found
    # --8<-- [end:intervention]
