"""Look into a trained LSTM while it runs, and interfere: set one unit's memory to zero, or hold one gate.

The step is that of the cell, written out, so that a value can be changed between two lines of it. Which
unit to change and what to conclude is the business of `scripts.experiments.inside`. Forward only; no weight
is changed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_tutorial import LSTM, tanh
from lstm_tutorial.checks import FloatArray


class Inside(NamedTuple):
    """Every gate, state and output of a run, step by step."""

    f: FloatArray
    """Forget gate, (T, H, B)."""
    i: FloatArray
    """Input gate, (T, H, B)."""
    c_tilde: FloatArray
    """Candidate, (T, H, B)."""
    o: FloatArray
    """Output gate, (T, H, B)."""
    c: FloatArray
    """Cell state, (T, H, B)."""
    h: FloatArray
    """Hidden state, (T, H, B)."""
    y: FloatArray
    """Output, (T, O, B)."""


def look(
    lstm: LSTM,
    xs: FloatArray,
    *,
    unit: int = 0,
    zero: bool = False,
    clamp: dict[str, float] | None = None,
    since: int = 0,
) -> Inside:
    """Run along sequences and keep everything; from step `since` on, interfere with one unit.

    Parameters
    ----------
    lstm : LSTM
        A trained network.
    xs : numpy.ndarray, (T, D, B)
        Inputs.
    unit : int
        The unit to interfere with.
    zero : bool
        Set the unit's cell state to zero after every step.
    clamp : dict of str to float, optional
        Hold gates of the unit at these values: ``{"f": 0.0}``. Names are `f`, `i`, `c_tilde` and `o`.
    since : int
        The first step, counted from 0, at which this is done.
    """
    # --8<-- [start:look]
    h, c = lstm.initial_state(xs.shape[2])  # (H, B) each
    steps = []
    for t, x in enumerate(xs):
        trace = lstm.trace(x, h, c)
        f, i, c_tilde, o = trace.f, trace.i, trace.c_tilde, trace.o  # (H, B) each
        if t >= since:
            for name, value in (clamp or {}).items():
                getattr(trace, name)[unit] = value  # hold a gate
        c = f * c + i * c_tilde  # (H, B)
        if zero and t >= since:
            c[unit] = 0.0  # take the memory away
        h = o * tanh(c)  # (H, B)
        y = lstm.Wy @ h + lstm.Wy_bias  # (O, B)
        steps.append((f, i, c_tilde, o, c, h, y))
    return Inside(*(np.array(values) for values in zip(*steps, strict=True)))
    # --8<-- [end:look]
