"""Draw the loss while an LSTM learns to hold one bit, at three lags.

The task is the one of `docs/learn/train.md`: a bit, then noise as loud as the bit, then the question.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_tutorial import LSTM, Adam, TrainRecord, backpropagate, squared_error, train, unroll
from scripts.figures import style

LAGS = (4, 8, 16)
SEEDS = range(5)
STEPS, B = 200, 32


def training(lag: int, seed: int, optimizer: Any, steps: int, **options: Any) -> list[TrainRecord]:
    """Train an LSTM of 8 units on the bit at one lag and return the records of all steps."""
    lstm = LSTM(1, 8, 1, rng=seed, forget_bias=1.0)

    def draw_batch(rng: np.random.Generator) -> Any:
        xs = rng.standard_normal((lag + 1, 1, B))  # (T, D, B)
        xs[0] = rng.choice([-1.0, 1.0], (1, B))
        return xs, xs[0].copy()  # (T, D, B), (O, B)

    def loss_and_gradients(batch: Any) -> Any:
        xs, bits = batch
        out = unroll(lstm, xs)
        loss, dy = squared_error(out.ys[-1], bits)  # dy: (O, B)
        dys = np.zeros_like(out.ys)  # (T, O, B)
        dys[-1] = dy
        return loss, backpropagate(out.cache, dys=dys)

    return list(train(lstm, loss_and_gradients, draw_batch, optimizer, steps=steps, rng=seed, **options))


def build() -> None:
    """Train at every lag from five seeds, and write the figure."""
    figure, axes = style.new_figure(height=3.4)
    steps = np.arange(1, STEPS + 1)
    for k, lag in enumerate(LAGS):
        losses = np.array([[r.loss for r in training(lag, seed, Adam(0.02), STEPS)] for seed in SEEDS])
        axes.plot(steps, np.median(losses, axis=0), label=f"lag {lag}", **style.series(k))
        colour = style.series(k)["color"]
        axes.fill_between(
            steps, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.15, linewidth=0
        )
    axes.axhline(1.0, color=style.COLOURS["muted"], linestyle=(0, (4, 3)), linewidth=1.1)
    axes.annotate(
        "knowing nothing", (STEPS, 1.0), (0, 4), textcoords="offset points", ha="right", va="bottom"
    )
    axes.set(xlabel="step of training", ylabel="loss (mean squared error)", ylim=(0, 1.6), xlim=(0, STEPS))
    style.legend(axes)
    style.save(
        figure,
        "bit_loss",
        "The loss while an LSTM learns to hold one bit",
        "Three curves of the loss over 200 steps, for lags of 4, 8 and 16 steps. Each starts near 1, the loss"
        " of who knows nothing, then falls to nearly zero; the longer the lag, the later and the more"
        " different from seed to seed.",
    )


if __name__ == "__main__":
    build()
