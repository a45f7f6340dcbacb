"""Parity where every bit is a one: the state of an LSTM set by hand, and of a linear recurrence."""

import numpy as np

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.checks import FloatArray
from scripts.experiments.successors import loop
from scripts.plotting import style

STEPS = 16


def states() -> tuple[FloatArray, FloatArray]:
    """Return h of the LSTM of the page, and of a recurrence with a = 0.7 and b = 0.3, (T,) each."""
    lstm = LSTM(1, 1, None)
    lstm.Wf, lstm.Wf_bias = [[-80, 0]], [[40]]
    lstm.Wi, lstm.Wi_bias = [[80, 0]], [[-40]]
    lstm.Wc, lstm.Wc_bias = [[0, -6]], [[1]]
    lstm.Wo, lstm.Wo_bias = [[0, 0]], [[40]]
    ones = np.ones((STEPS, 1, 1))  # (T, D, B)
    return unroll(lstm, ones).hs[:, 0, 0], loop(0.7 * ones, 0.3 * ones)[:, 0, 0]


def build() -> None:
    """Draw ``docs/_generated/all_ones.svg``."""
    alternating, settling = states()
    steps = range(1, STEPS + 1)
    figure, axes = style.new_figure(height=2.9)
    axes.plot(steps, alternating, label="LSTM", **style.series(0, markers=True))
    axes.plot(steps, settling, label="h = 0.7 h + 0.3", **style.series(1, markers=True))
    axes.set(xlabel="step t", ylabel="state h", xticks=range(2, STEPS + 1, 2))
    style.legend(axes)
    style.save(
        figure,
        "all_ones",
        title="Two states where every bit is a one",
        description="States over sixteen steps whose bits are all one. That of the LSTM jumps between about "
        "0.75 at odd steps and about −0.75 at even steps. That of the linear recurrence rises from 0.3 to 1 "
        "and stays there.",
    )
