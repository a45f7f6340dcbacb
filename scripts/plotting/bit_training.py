"""Train a small LSTM to hold one bit: the losses that figures of `docs/learn/train.md` draw.

The task is `lstm_tutorial.tasks.one_bit` without its marker.
"""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM, StepMetrics, squared_error, train
from lstm_tutorial.tasks import Sequences, one_bit
from scripts.experiments.common import loss_at_last_step

B = 32


def training(lag: int, seed: int, optimizer: Any, steps: int, **options: Any) -> list[StepMetrics]:
    """Train an LSTM of 8 units on the bit at one lag and return the metrics of all steps."""
    lstm = LSTM(1, 8, 1, rng=seed, forget_bias=1.0)
    loss_and_gradients = loss_at_last_step(lstm, squared_error)

    def draw_batch(rng: np.random.Generator) -> Sequences:
        return one_bit(B, lag, marker=False, rng=rng)

    return list(train(lstm, loss_and_gradients, draw_batch, optimizer, steps=steps, rng=seed, **options))
