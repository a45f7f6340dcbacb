"""Train a small LSTM to hold one bit: the losses that two figures of `docs/learn/train.md` draw.

The task is the one of that page: a bit, then noise as loud as the bit, then the question.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_tutorial import LSTM, StepMetrics, backpropagate, squared_error, train, unroll

B = 32


def training(lag: int, seed: int, optimizer: Any, steps: int, **options: Any) -> list[StepMetrics]:
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
