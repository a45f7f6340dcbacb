"""The adding problem in its later form, at growing lengths, under four kinds of first weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import squared_error
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import Sequences, adding
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import (
    MovingMean,
    Network,
    at_last_step,
    backpropagate,
    last_outputs,
    new_network,
    unroll,
)
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Adding, later form",
    "task": "Add the two marked numbers of a row of T numbers; uniform in [0, 1], one mark in each half.",
    "paper": "arjovsky2016",
    "source": "section 4.2; the task goes back to Hochreiter & Schmidhuber (1997), experiment 4",
    "published": "Curves, no table: the LSTM leaves the baseline of 1/6, the plain RNN stays there.",
    "criterion": "The mean squared error over the last 20 batches is below 0.01; the baseline is 1/6.",
    "differs": "Adam instead of RMSProp, 32 units, batches of 32, forget bias as named; the plain RNN has 64 "
    "units and a learning rate of 0.001 instead of 0.01.",
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
    "T = 100, chrono": {**_SHARED, "length": 100, "forget_bias": "chrono", "t_max": 100},
    "T = 100, forget bias 1": {**_SHARED, "length": 100, "forget_bias": 1.0},
    "T = 100, forget bias 0": {**_SHARED, "length": 100, "forget_bias": 0.0},
    "T = 100, plain RNN": {
        **_SHARED,
        "network": "RNN",
        "length": 100,
        "hidden_size": 64,  # about as many weights as the LSTM
        "learning_rate": 0.001,
    },
    "T = 100, chrono for 1000": {**_SHARED, "length": 100, "forget_bias": "chrono", "t_max": 1000},
    "T = 200, chrono": {**_SHARED, "length": 200, "forget_bias": "chrono", "t_max": 200},
    "T = 200, forget bias 1": {**_SHARED, "length": 200, "forget_bias": 1.0},
    "T = 400, chrono": {**_SHARED, "length": 400, "forget_bias": "chrono", "t_max": 400},
    "T = 400, forget bias 1": {**_SHARED, "length": 400, "forget_bias": 1.0},
    "T = 400, chrono for 40": {**_SHARED, "length": 400, "forget_bias": "chrono", "t_max": 40},
    "T = 1000, chrono": {**_SHARED, "length": 1000, "forget_bias": "chrono", "t_max": 1000, "steps": 1000},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches until the error has left the baseline far behind."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 2, 1, rng)
    B, T = settings["batch"], settings["length"]

    def loss_and_gradients(batch: Sequences) -> tuple[float, dict[str, Any]]:
        unrolled = unroll(network, batch.xs)
        loss, dy = squared_error(last_outputs(unrolled.ys, batch.lengths), batch.targets)
        return loss, backpropagate(network, unrolled.cache, at_last_step(dy, T, batch.lengths))

    records = train(
        network,
        loss_and_gradients,
        lambda rng: adding(B, T, rng=rng),
        Adam(settings["learning_rate"]),
        steps=settings["steps"],
        rng=rng,
        clip=settings["clip"],
    )
    mean = MovingMean(20)
    for step, loss, _ in records:
        solved = mean.add(loss) < 0.01
        if solved or step == settings["steps"]:
            errors = [loss_of(network, adding(200, T, rng=rng)) for _ in range(10)]
            yield Step(loss, step * B, solved, {"test_error": float(np.mean(errors))})
            return
        yield Step(loss, step * B)


def loss_of(network: Network, batch: Sequences) -> float:
    """Return the mean squared error on a batch."""
    ys = unroll(network, batch.xs).ys
    return squared_error(last_outputs(ys, batch.lengths), batch.targets)[0]


if __name__ == "__main__":
    harness.main(["adding"])
