"""Temporal order, task 6a: which of X and Y came first; three kinds of first weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import softmax, softmax_cross_entropy
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import Sequences, temporal_order
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import (
    MovingMean,
    at_last_step,
    backpropagate,
    last_outputs,
    new_network,
    unroll,
)
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Temporal order",
    "task": "Tell XX, XY, YX and YY apart, shown some 40 steps apart in 100 to 110 symbols.",
    "paper": "hochreiter1997",
    "source": "experiment 6a, table 9",
    "published": "31,390 sequences, 1 of 2,560 test sequences wrong.",
    "criterion": "The mean training loss of the last 2,000 sequences is below 0.1, and these sequences are "
    "all right: every output within 0.3 of its target. Then 2,560 fresh sequences are tested.",
    "differs": "Adam, batches of 32, softmax and cross-entropy, a forget gate under three initialisations, "
    "32 cells instead of 4, the full gradient through time.",
    "loss": "cross-entropy [nats]",
}
SEEDS = range(5)
_SHARED = {
    "hidden_size": 32,
    "batch": 32,
    "dtype": "float32",
    "learning_rate": 0.01,
    "clip": 1.0,
    "steps": 1500,
}
ARMS: dict[str, dict[str, Any]] = {
    "chrono": {**_SHARED, "forget_bias": "chrono", "t_max": 100},
    "forget bias 5": {**_SHARED, "forget_bias": 5.0},
    "forget bias 1": {**_SHARED, "forget_bias": 1.0},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches until 2,000 sequences in a row are right."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 8, 4, rng)
    B = settings["batch"]
    in_a_row = 0

    def loss_and_gradients(batch: Sequences) -> tuple[float, dict[str, Any]]:
        nonlocal in_a_row
        unrolled = unroll(network, batch.xs)
        y = last_outputs(unrolled.ys, batch.lengths)  # (4, B)
        wrong = np.flatnonzero(is_wrong(y, batch.targets))
        in_a_row = in_a_row + B if len(wrong) == 0 else B - 1 - int(wrong[-1])
        loss, dy = softmax_cross_entropy(y, batch.targets)
        return loss, backpropagate(network, unrolled.cache, at_last_step(dy, len(batch.xs), batch.lengths))

    records = train(
        network,
        loss_and_gradients,
        lambda rng: temporal_order(B, rng=rng),
        Adam(settings["learning_rate"]),
        steps=settings["steps"],
        rng=rng,
        clip=settings["clip"],
    )
    mean = MovingMean(2000 // B)
    for step, loss, _ in records:
        solved = mean.add(loss) < 0.1 and in_a_row >= 2000
        if solved or step == settings["steps"]:
            test = temporal_order(2560, rng=rng)
            y = last_outputs(unroll(network, test.xs).ys, test.lengths)  # (4, 2560)
            yield Step(loss, step * B, solved, {"wrong_of_2560": int(is_wrong(y, test.targets).sum())})
            return
        yield Step(loss, step * B)


def is_wrong(y: Any, targets: Any) -> Any:
    """Say of each column whether an output is 0.3 or more away from its target, (B,)."""
    return (abs(softmax(y) - targets) >= 0.3).any(axis=0)  # (B,)


if __name__ == "__main__":
    harness.main(["temporal_order"])
