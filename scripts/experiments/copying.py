"""Copying memory: ten symbols, a long gap, the ten symbols again; a forget bias against chrono."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import softmax_cross_entropy
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import Sequences, copying, copying_baseline
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import backpropagate, new_network, unroll
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Copying memory",
    "task": "Repeat ten symbols of eight kinds after a gap.",
    "paper": "tallec2018",
    "source": "section 3, figure 3; the task is that of Arjovsky, Shah & Bengio (2016), section 4.1",
    "published": "Gaps of 500 and 2,000, curves, no table: chrono initialisation leaves the memoryless "
    "baseline far behind, a forget bias of 1 hardly does.",
    "criterion": "After 3,000 batches, the cross-entropy of 500 fresh sequences is below half of what a "
    "network without memory reaches, 10 ln 8 / (gap + 20).",
    "differs": "A gap of 30 instead of 500 and more, 64 units instead of 128, 3,000 updates instead of tens "
    "of thousands, Adam.",
    "loss": "cross-entropy per step [nats]",
}
SEEDS = range(5)
_SHARED = {
    "gap": 30,
    "hidden_size": 64,
    "batch": 32,
    "dtype": "float32",
    "learning_rate": 0.02,
    "clip": 1.0,
    "steps": 3000,
}
ARMS: dict[str, dict[str, Any]] = {
    "chrono": {**_SHARED, "forget_bias": "chrono", "t_max": 45},
    "forget bias 1": {**_SHARED, "forget_bias": 1.0},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches for a fixed time, then test."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 10, 10, rng)
    B, gap = settings["batch"], settings["gap"]

    def loss_and_gradients(batch: Sequences) -> tuple[float, dict[str, Any]]:
        unrolled = unroll(network, batch.xs)
        loss, dys = softmax_cross_entropy(unrolled.ys, batch.targets)
        return loss, backpropagate(network, unrolled.cache, dys)

    records = train(
        network,
        loss_and_gradients,
        lambda rng: copying(B, gap, rng=rng),
        Adam(settings["learning_rate"]),
        steps=settings["steps"],
        rng=rng,
        clip=settings["clip"],
    )
    for step, loss, _ in records:
        if step < settings["steps"]:
            yield Step(loss, step * B)
            continue
        test = copying(500, gap, rng=rng)
        ys = unroll(network, test.xs).ys
        test_loss, _ = softmax_cross_entropy(ys, test.targets)
        recalled = (ys[-10:].argmax(axis=1) == test.targets[-10:].argmax(axis=1)).mean()
        result = {"test_loss": test_loss, "share_recalled": float(recalled)}
        yield Step(loss, step * B, test_loss < copying_baseline(gap) / 2, result)


if __name__ == "__main__":
    harness.main(["copying"])
