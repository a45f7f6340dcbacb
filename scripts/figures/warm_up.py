"""Draw how the error of a missing past fades, for three forget biases."""

from functools import cache

import numpy as np

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

BIASES = (0.0, 1.0, 2.0)
PAST, STEPS, SERIES = 100, 100, 50


@cache
def errors() -> dict[float, FloatArray]:
    """Return how far off the outputs are after a start from zeros, (STEPS,), relative to their size.

    The right outputs are those of the same network, which has read 100 steps more.
    """
    xs = np.random.default_rng(4).standard_normal((PAST + STEPS, 10, SERIES))  # (T, D, B)
    found: dict[float, FloatArray] = {}
    for bias in BIASES:
        lstm = LSTM(10, 20, 5, rng=0, forget_bias=bias)
        right = unroll(lstm, xs, keep_cache=False).ys[PAST:]  # (T, O, B)
        started = unroll(lstm, xs[PAST:], keep_cache=False).ys  # (T, O, B)
        size = np.linalg.norm(right, axis=(1, 2))  # (T,)
        found[bias] = np.linalg.norm(started - right, axis=(1, 2)) / size
    return found


def build() -> None:
    figure, axes = style.new_figure(height=2.9)
    for k, (bias, error) in enumerate(errors().items()):
        axes.plot(np.arange(1, STEPS + 1), error, label=f"forget bias {bias:.0f}", **style.series(k))
    style.log_axis(axes)
    axes.set(xlabel="steps since the start from zeros", ylabel="error", xlim=(0, STEPS), ylim=(1e-4, 2))
    style.legend(axes)
    style.save(
        figure,
        "warm_up",
        title="The error that a start from zeros leaves",
        description="Relative error of the outputs against steps since a start from zeros, on a logarithmic "
        "axis, for untrained networks with three forget biases. With a bias of 0 it falls below one "
        "hundredth within about ten steps, with 1 after about thirty, and with 2 it is still large after a "
        "hundred.",
    )
