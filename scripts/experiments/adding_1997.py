"""The adding problem in its first form, with the criterion of 1997."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lstm_tutorial import squared_error
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.tasks import adding_1997
from scripts.experiments.common import SHARED, new_network, run_1997
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Adding, first form",
    "task": "Numbers in [-1, 1], two of them marked, T to 1.1 T steps; the target is 0.5 + (X1 + X2) / 4.",
    "paper": "hochreiter1997",
    "source": "experiment 4, table 7",
    "published": "T = 100: 74,000 sequences, 1 of 2,560 test sequences wrong.",
    "criterion": "The 2,000 most recent sequences are right, each with an error below 0.04, and their mean "
    "squared error is below 0.01. Then 2,560 fresh sequences are tested.",
    "differs": "Adam and batches of 32 instead of single sequences; a forget gate under chrono "
    "initialization, which also starts the input gates nearly shut, as the paper does with biases of -3 and "
    "-6; 32 cells instead of 4; the full gradient through time.",
    "loss": "mean squared error",
}
SEEDS = range(5)
_T_100 = {"length": 100, "forget_bias": "chrono", "t_max": 100}
ARMS: dict[str, dict[str, Any]] = {"T = 100": {**SHARED, **_T_100, "steps": 2000, "limit": 0.01}}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches until the criterion of 1997 is met."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 2, 1, rng)
    draw_batch = partial(adding_1997, length=settings["length"])
    return run_1997(settings, network, draw_batch, squared_error, is_wrong, rng)


def is_wrong(y: FloatArray, targets: FloatArray) -> Any:
    """Return for each column whether the output is 0.04 or more away from its target, (B,)."""
    return abs(y - targets)[0] >= 0.04
