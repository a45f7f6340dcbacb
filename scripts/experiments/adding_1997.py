"""The adding problem as it was first put, with its own criterion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import squared_error
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import Sequences, adding_1997
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import at_last_step, backpropagate, last_outputs, new_network, unroll
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Adding, as of 1997",
    "task": "Numbers in [-1, 1], two of them marked, T to 1.1 T steps; the target is 0.5 + (X1 + X2) / 4.",
    "paper": "hochreiter1997",
    "source": "experiment 4, table 7",
    "published": "T = 100: 74,000 sequences, 1 of 2,560 test sequences wrong.",
    "criterion": "The 2,000 most recent sequences are right, each with an error below 0.04. Then 2,560 fresh "
    "sequences are tested.",
    "differs": "Adam and batches of 32 instead of single sequences, a forget gate under chrono "
    "initialisation, 32 cells instead of 4, the full gradient through time.",
    "loss": "mean squared error",
}
SEEDS = range(5)
_SHARED = {
    "hidden_size": 32,
    "batch": 32,
    "dtype": "float32",
    "learning_rate": 0.01,
    "clip": 1.0,
    "steps": 2000,
}
ARMS: dict[str, dict[str, Any]] = {
    "T = 100": {**_SHARED, "length": 100, "forget_bias": "chrono", "t_max": 100},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches until 2,000 sequences in a row are right."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 2, 1, rng)
    B, T = settings["batch"], settings["length"]
    in_a_row = 0

    def loss_and_gradients(batch: Sequences) -> tuple[float, dict[str, Any]]:
        nonlocal in_a_row
        unrolled = unroll(network, batch.xs)
        y = last_outputs(unrolled.ys, batch.lengths)  # (1, B)
        wrong = np.flatnonzero(abs(y - batch.targets) >= 0.04)
        in_a_row = in_a_row + B if len(wrong) == 0 else B - 1 - int(wrong[-1])
        loss, dy = squared_error(y, batch.targets)
        return loss, backpropagate(network, unrolled.cache, at_last_step(dy, len(batch.xs), batch.lengths))

    records = train(
        network,
        loss_and_gradients,
        lambda rng: adding_1997(B, T, rng=rng),
        Adam(settings["learning_rate"]),
        steps=settings["steps"],
        rng=rng,
        clip=settings["clip"],
    )
    for step, loss, _ in records:
        if in_a_row >= 2000 or step == settings["steps"]:
            test = adding_1997(2560, T, rng=rng)
            y = last_outputs(unroll(network, test.xs).ys, test.lengths)  # (1, 2560)
            wrong = int((abs(y - test.targets) >= 0.04).sum())
            yield Step(loss, step * B, in_a_row >= 2000, {"wrong_of_2560": wrong})
            return
        yield Step(loss, step * B)


if __name__ == "__main__":
    harness.main(["adding_1997"])
