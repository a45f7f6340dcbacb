"""The adding problem in its later form, at growing lengths, under four initializations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import squared_error
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import adding
from scripts.experiments.common import (
    SHARED,
    MovingMean,
    Rng,
    answers,
    loss_at_last_step,
    new_network,
    train_by,
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


def _arm(length: int, **others: Any) -> dict[str, Any]:
    """Return the settings of an arm."""
    return {**SHARED, "steps": 2000, "length": length, **others}


ARMS: dict[str, dict[str, Any]] = {
    "T = 100, chrono": _arm(100, forget_bias="chrono", t_max=100),
    "T = 100, forget bias 1": _arm(100, forget_bias=1.0),
    "T = 100, forget bias 0": _arm(100, forget_bias=0.0),
    "T = 100, plain RNN": _arm(100, network="RNN", hidden_size=64, learning_rate=0.001),  # as many weights
    "T = 100, chrono for 1000": _arm(100, forget_bias="chrono", t_max=1000),
    "T = 200, chrono": _arm(200, forget_bias="chrono", t_max=200),
    "T = 200, forget bias 1": _arm(200, forget_bias=1.0),
    "T = 400, chrono": _arm(400, forget_bias="chrono", t_max=400),
    "T = 400, forget bias 1": _arm(400, forget_bias=1.0),
    "T = 400, chrono for 40": _arm(400, forget_bias="chrono", t_max=40),
    "T = 1000, chrono": _arm(1000, forget_bias="chrono", t_max=1000, steps=1000),
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train a new network."""
    rng = np.random.default_rng(seed)
    yield from steps_of(settings, new_network(settings, 2, 1, rng), rng)


def steps_of(settings: dict[str, Any], network: Network, rng: Rng) -> Iterator[Step]:
    """Train on fresh batches until the error has left the baseline far behind."""
    B, T = settings["batch_size"], settings["length"]

    loss_and_gradients = loss_at_last_step(network, squared_error)
    mean = MovingMean(20)
    for step, loss, _ in train_by(
        settings, network, loss_and_gradients, lambda rng: adding(B, T, rng=rng), rng
    ):
        solved = mean.add(loss) < 0.01
        if solved or step == settings["steps"]:
            tests = [adding(200, T, rng=rng) for _ in range(10)]
            errors = [squared_error(answers(network, test), test.targets)[0] for test in tests]
            yield Step(loss, step * B, solved, {"test_error": float(np.mean(errors))})
            return
        yield Step(loss, step * B)
