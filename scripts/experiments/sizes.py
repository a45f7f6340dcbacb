"""How many units, how many layers: copying five symbols, at three numbers of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import (
    LSTM,
    Adam,
    backpropagate_layers,
    clip_by_global_norm,
    layer_parameters,
    softmax_cross_entropy,
    unroll_layers,
)
from lstm_tutorial.tasks import copying, copying_baseline
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Units and layers",
    "task": "Repeat five symbols of eight kinds after a gap of three steps, with stacks of one, two and "
    "three layers that have about the same number of parameters.",
    "criterion": "After 500 batches, the cross-entropy of 500 fresh sequences is below half of the "
    "memoryless baseline, 5 ln 8 / 13.",
    "loss": "cross-entropy per step [nats]",
}
SEEDS = range(5)
_SHARED = {
    "symbols": 5,
    "gap": 3,
    "batch_size": 32,
    "dtype": "float32",
    "forget_bias": 1.0,
    "learning_rate": 0.01,
    "clip": 1.0,
    "steps": 500,
}
ARMS: dict[str, dict[str, Any]] = {
    f"{layers} x {units}": {**_SHARED, "layers": layers, "hidden_size": units}
    for layers, units in [(1, 16), (2, 10), (3, 8), (1, 32), (2, 19), (3, 15), (1, 64), (2, 38), (3, 30)]
}
"""Layers and units of each; three arms at a time have about the same number of parameters."""


def new_stack(settings: dict[str, Any], rng: np.random.Generator) -> list[LSTM]:
    """Return LSTMs one above the other, the top one with a read-out."""
    H, depth = settings["hidden_size"], settings["layers"]
    sizes = [(H if k else 10, H, 10 if k == depth - 1 else None) for k in range(depth)]
    dtype, forget_bias = settings["dtype"], settings["forget_bias"]
    return [LSTM(*size, rng=rng, dtype=dtype, forget_bias=forget_bias) for size in sizes]


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches for a fixed time, then test."""
    rng = np.random.default_rng(seed)
    layers = new_stack(settings, rng)
    parameters, adam = layer_parameters(layers), Adam(settings["learning_rate"])
    B, gap, n = settings["batch_size"], settings["gap"], settings["symbols"]
    for step in range(1, settings["steps"] + 1):
        batch = copying(B, gap, symbols=n, rng=rng)
        unrolled = unroll_layers(layers, batch.xs)
        loss, dys = softmax_cross_entropy(unrolled.ys, batch.targets)
        found = backpropagate_layers(unrolled.cache, dys=dys)
        gradients = {name: found[name] for name in parameters}
        adam.update(parameters, clip_by_global_norm(gradients, settings["clip"])[0])
        if step < settings["steps"]:
            yield Step(loss, step * B)
    test = copying(500, gap, symbols=n, rng=rng)
    ys = unroll_layers(layers, test.xs).ys
    test_loss, _ = softmax_cross_entropy(ys, test.targets)
    recalled = (ys[-n:].argmax(axis=1) == test.targets[-n:].argmax(axis=1)).mean()
    result = {
        "test_loss": test_loss,
        "share_recalled": float(recalled),
        "parameters": sum(array.size for array in parameters.values()),
    }
    yield Step(loss, step * B, test_loss < copying_baseline(gap, n) / 2, result)
