"""Draw the forecast of a random walk, which is the walk itself one step later, and its errors."""

import numpy as np

from lstm_tutorial import LSTM, Adam, backpropagate, squared_error, train, unroll
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

STEPS, BATCH, SHOWN = 150, 32, 40


def walks(rng: np.random.Generator) -> FloatArray:
    """Draw random walks, (T, 1, B)."""
    return rng.standard_normal((SHOWN + 1, 1, BATCH)).cumsum(axis=0)


def grade(lstm: LSTM, walk: FloatArray) -> tuple[float, dict[str, FloatArray]]:
    """Return the loss of predicting the next value at every step, and its gradients."""
    out = unroll(lstm, walk[:-1])
    value, dys = squared_error(out.ys, walk[1:])
    return value, backpropagate(out.cache, dys=dys)


def build() -> None:
    lstm = LSTM(1, 8, 1, rng=0, forget_bias=1.0)
    for _ in train(lstm, lambda walk: grade(lstm, walk), walks, Adam(0.02), steps=STEPS, rng=0):
        pass
    every = walks(np.random.default_rng(1))  # (T, 1, B)
    walk, forecast = every[:, 0, 3], unroll(lstm, every[:-1]).ys[:, 0, 3]  # (T,), (T-1,)
    steps = np.arange(1, SHOWN + 1)
    figure, (above, below) = style.new_figure(height=4.6, rows=2, sharex=True, height_ratios=(3, 2))
    above.plot(steps, walk[1:], label="random walk", **style.series(0))
    above.plot(steps, forecast, label="forecast", **style.series(1))
    above.plot([], [], label="last value, repeated", **style.series(2))
    below.plot(steps, abs(walk[1:] - walk[:-1]), **style.series(2))
    below.plot(steps, abs(forecast - walk[1:]), **style.series(1))
    above.set(ylabel="value")
    below.set(xlabel="step t", ylabel="size of the error")
    style.legend(above, ncols=2)
    style.save(
        figure,
        "last_value",
        title="The forecast of a random walk",
        description="Above, a random walk of forty steps, and the forecast of a trained network: nearly "
        "the same curve, one step later. Below, the size of the forecast's error at each step, and of the "
        "error of a rule that repeats the last value: nearly the same curve again.",
    )
