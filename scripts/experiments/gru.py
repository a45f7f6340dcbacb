"""Adding, T = 50, by LSTMs, GRUs and a plain RNN with about as many parameters each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from lstm_tutorial import GRU
from lstm_tutorial.network import Network
from scripts.experiments.adding import steps_of
from scripts.experiments.common import SHARED, Rng, new_network
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


def network_of(settings: dict[str, Any], rng: Rng) -> Network:
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
    """Train a new network."""
    rng = np.random.default_rng(seed)
    yield from steps_of(settings, network_of(settings, rng), rng)
