"""Copying memory: ten symbols, a long gap, the ten symbols again; forget bias 1 against chrono."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import softmax_cross_entropy, unroll
from lstm_tutorial.tasks import copying, copying_baseline
from scripts.experiments.common import SHARED, loss_at_every_step, new_network, train_by
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Copying memory",
    "task": "Repeat ten symbols of eight kinds after a gap.",
    "paper": "tallec2018",
    "source": "section 3, figure 3; the task is that of Arjovsky, Shah & Bengio (2016), section 4.1",
    "published": "Gaps of 500 and 2,000, curves, no table: chrono initialization leaves the memoryless "
    "baseline far behind; a forget bias of 1 stays far above chrono.",
    "criterion": "After 3,000 batches, the cross-entropy of 500 fresh sequences is below half of the "
    "memoryless baseline, 10 ln 8 / (gap + 20).",
    "differs": "A gap of 30 instead of 500 and more, 64 units instead of 128, 3,000 updates instead of tens "
    "of thousands, Adam.",
    "loss": "cross-entropy per step [nats]",
}
SEEDS = range(5)
_SHARED = {**SHARED, "gap": 30, "hidden_size": 64, "learning_rate": 0.02, "steps": 3000}
ARMS: dict[str, dict[str, Any]] = {
    "chrono": {**_SHARED, "forget_bias": "chrono", "t_max": 45},
    "forget bias 1": {**_SHARED, "forget_bias": 1.0},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches for a fixed time, then test."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 10, 10, rng)
    B, gap = settings["batch_size"], settings["gap"]
    loss_and_gradients = loss_at_every_step(network)
    for step, loss, _ in train_by(
        settings, network, loss_and_gradients, lambda rng: copying(B, gap, rng=rng), rng
    ):
        if step < settings["steps"]:
            yield Step(loss, step * B)
            continue
        test = copying(500, gap, rng=rng)
        ys = unroll(network, test.xs).ys
        test_loss, _ = softmax_cross_entropy(ys, test.targets)
        recalled = (ys[-10:].argmax(axis=1) == test.targets[-10:].argmax(axis=1)).mean()
        result = {"test_loss": test_loss, "share_recalled": float(recalled)}
        yield Step(loss, step * B, test_loss < copying_baseline(gap) / 2, result)
