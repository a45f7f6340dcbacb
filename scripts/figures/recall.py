"""Draw how many stored pairs can be looked up in a matrix of fixed size, and by attention."""

import numpy as np

from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

PAIRS = (4, 8, 16, 32, 64, 128, 256, 512)
SIZES = (16, 32, 64)
DRAWN = 8  # times that all pairs are drawn anew


def shares(d: int, look_up: str) -> list[float]:
    """Return for each of `PAIRS` the share of keys whose value comes back nearer than any other value.

    Keys and values are random directions in d dimensions. The matrix is that of mLSTM with both gates at 1.
    """
    rng = np.random.default_rng(0)
    found = []
    for n in PAIRS:
        right = 0
        for _ in range(DRAWN):
            keys, values = rng.standard_normal((2, n, d))  # (n, d) each
            keys /= np.linalg.norm(keys, axis=1, keepdims=True)  # (n, d)
            values /= np.linalg.norm(values, axis=1, keepdims=True)  # (n, d)
            read = keys @ (keys.T @ values) if look_up == "matrix" else attend(keys, values)  # (n, d)
            right += int(((read @ values.T).argmax(axis=1) == np.arange(n)).sum())
        found.append(right / (n * DRAWN))
    return found


def attend(keys: FloatArray, values: FloatArray) -> FloatArray:
    """Look up every key by softmax attention, with queries as long as training can make them."""
    scores = 32 * keys @ keys.T  # (n, n)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))  # (n, n)
    read: FloatArray = weights @ values / weights.sum(axis=1, keepdims=True)  # (n, d)
    return read


def build() -> None:
    """Draw ``docs/_generated/recall.svg``."""
    figure, axes = style.new_figure(height=3.4)
    axes.plot(PAIRS, shares(64, "attention"), label="attention, d = 64", **style.series(3, markers=True))
    for k, d in reversed(list(enumerate(SIZES))):
        axes.plot(PAIRS, shares(d, "matrix"), label=f"matrix, d = {d}", **style.series(k, markers=True))
    axes.set(xscale="log", xlabel="pairs stored", ylabel="share recalled", ylim=(0, 1.05))
    axes.set_xticks(PAIRS, [str(n) for n in PAIRS])
    axes.minorticks_off()
    style.legend(axes)
    style.save(
        figure,
        "recall",
        title="Pairs recalled by the number of pairs stored",
        description="Share of pairs recalled against the number of pairs stored, from 4 to 512. Attention "
        "stays at 1. A matrix with d = 16 falls first, then those with d = 32 and d = 64: the larger the "
        "matrix, the more pairs are recalled.",
    )
