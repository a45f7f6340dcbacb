"""Adding, T = 50, by LSTMs, GRUs and a plain RNN with about as many parameters each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from lstm_tutorial import GRU, squared_error
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import adding
from scripts.experiments.common import SHARED, MovingMean, answers, loss_at_last_step, new_network, train_by
from scripts.experiments.harness import Step

ABOUT = {
    "title": "LSTM and GRU on adding",
    "task": "The adding problem of length 50, with about 4,500 parameters for every network.",
    "criterion": "That of adding: the mean squared error over the last 20 batches is below 0.01; the "
    "baseline is 1/6.",
    "loss": "mean squared error",
}
SEEDS = range(5)
_SHARED: dict[str, Any] = {**SHARED, "length": 50, "steps": 1000}
_GRU: dict[str, Any] = {**_SHARED, "network": "GRU", "hidden_size": 37}
ARMS: dict[str, dict[str, Any]] = {
    "LSTM": {**_SHARED, "forget_bias": 1.0},
    "LSTM, input bias -1": {**_SHARED, "forget_bias": 1.0, "input_bias": -1.0},
    "LSTM, coupled gates": {**_SHARED, "hidden_size": 37, "change": "coupled gates", "forget_bias": 1.0},
    "GRU, reset after": {**_GRU, "reset": "after", "update_bias": 1.0},
    "GRU, reset before": {**_GRU, "reset": "before", "update_bias": 1.0},
    "GRU, update bias 0": {**_GRU, "reset": "after", "update_bias": 0.0},
    "plain RNN": {**_SHARED, "network": "RNN", "hidden_size": 65, "learning_rate": 0.001},
}


def network_of(settings: dict[str, Any], rng: np.random.Generator) -> Network:
    """Return the network that the settings describe, with its initial weights."""
    if settings.get("network") != "GRU":
        network: Any = new_network(settings, 2, 1, rng)
        if "input_bias" in settings:
            network.Wi_bias += settings["input_bias"]  # (H, 1), as much as coupled gates let in at first
        return cast(Network, network)
    gru = GRU(2, settings["hidden_size"], 1, reset=settings["reset"], rng=rng, dtype=settings["dtype"])
    gru.Wz_bias += settings["update_bias"]  # (H, 1), as the forget bias: what stays at first
    return gru


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches until the error has left the baseline far behind."""
    rng = np.random.default_rng(seed)
    network = network_of(settings, rng)
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
