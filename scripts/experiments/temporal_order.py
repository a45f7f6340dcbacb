"""Temporal order, task 6a: which of X and Y came first; under three initializations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import softmax, softmax_cross_entropy
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.tasks import temporal_order
from scripts.experiments.common import SHARED, new_network, run_1997
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Temporal order",
    "task": "Tell XX, XY, YX and YY apart, 40 steps apart on average, in 100 to 110 symbols.",
    "paper": "hochreiter1997",
    "source": "experiment 6a, table 9",
    "published": "31,390 sequences, 1 of 2,560 test sequences wrong.",
    "criterion": "The mean training loss of the last 2,000 sequences is below 0.1, and these sequences are "
    "all right: every output within 0.3 of its target. Then 2,560 fresh sequences are tested.",
    "differs": "Adam, batches of 32, softmax and cross-entropy, so that the limit of 0.1 is one of "
    "cross-entropy; a forget gate under three initializations, of which chrono also starts the input gates "
    "nearly shut, as the paper does with biases of -2 and -4; 32 cells instead of 4; the full gradient.",
    "loss": "cross-entropy [nats]",
}
SEEDS = range(5)
_SHARED = {**SHARED, "steps": 1500, "limit": 0.1}
ARMS: dict[str, dict[str, Any]] = {
    "chrono": {**_SHARED, "forget_bias": "chrono", "t_max": 100},
    "forget bias 5": {**_SHARED, "forget_bias": 5.0},
    "forget bias 1": {**_SHARED, "forget_bias": 1.0},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches until the criterion of 1997 is met."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 8, 4, rng)
    return run_1997(settings, network, temporal_order, softmax_cross_entropy, is_wrong, rng)


def is_wrong(y: FloatArray, targets: FloatArray) -> Any:
    """Return for each column whether an output is 0.3 or more away from its target, (B,)."""
    return (abs(softmax(y) - targets) >= 0.3).any(axis=0)  # (B,)
