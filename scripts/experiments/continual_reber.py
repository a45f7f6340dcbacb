"""Continual embedded Reber grammar, with and without the forget gate, which was made for such streams."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from lstm_tutorial import backpropagate, softmax_cross_entropy, unroll
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import SymbolStrings, continual_reber, predicts_legal
from scripts.experiments.common import Gradients, Rng, new_network, train_by
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Continual embedded Reber grammar",
    "task": "Predict the next symbol of endless streams of embedded Reber strings; the state is never reset.",
    "paper": "gers2000",
    "source": "section 4, table 2",
    "published": "Perfect solutions without the forget gate: 0 %; with it: 18 %, and 62 % with a decaying "
    "learning rate.",
    "criterion": "Ten test streams of 10,000 symbols without a single mistake, tried when ten "
    "streams of 1,000 symbols pass; checked every 100 updates.",
    "differs": "Adam, softmax, truncation after 50 steps, 8 streams side by side that start anew every 500 "
    "symbols; ten test streams of 10,000 symbols where the paper has ten of 100,000; a prediction is right "
    "if its possible symbols are the most active outputs, while the paper asks that the error of every "
    "output be below 0.49.",
    "loss": "cross-entropy per symbol [nats]",
}
SEEDS = range(10)
_SHARED = {
    "hidden_size": 8,
    "batch_size": 8,
    "chunk": 50,
    "chunks_per_stream": 10,
    "learning_rate": 0.01,
    "clip": 1.0,
    "steps": 4000,
    "forget_bias": 1.0,
}
ARMS: dict[str, dict[str, Any]] = {
    "with the forget gate": {**_SHARED},
    "without": {**_SHARED, "change": "no forget gate"},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on streams in chunks, the state carried from chunk to chunk, until the test streams pass."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 7, 7, rng)
    state: dict[str, Any] = {}
    strings = 0.0

    def loss_and_gradients(chunk: tuple[SymbolStrings, bool]) -> tuple[float, Gradients]:
        nonlocal state, strings
        symbols, starts = chunk
        unrolled = unroll(network, symbols.xs, **({} if starts else state))
        state = {"h0": unrolled.h, "c0": unrolled.c}
        strings += symbols.xs[:, -1].sum() / 2  # each string has two E
        loss, dys = softmax_cross_entropy(unrolled.ys, symbols.targets)
        return loss, backpropagate(unrolled.cache, dys=dys)

    chunks = training_chunks(settings, rng)
    records = train_by(settings, network, loss_and_gradients, lambda _: next(chunks))
    for step, loss, _ in records:
        checked = step % 100 == 0
        last = step == settings["steps"]
        if checked and (last or until_mistake(network, 1000, seed)[0].min() == 1000):
            right, largest = until_mistake(network, 10_000, seed + 1000)
            if last or right.min() == 10_000:
                result = {"symbols_to_mistake": float(right.mean()), "largest_cell_state": largest}
                yield Step(loss, int(strings), right.min() == 10_000, result)
                return
        yield Step(loss, int(strings))


def training_chunks(settings: dict[str, Any], rng: Rng) -> Iterator[tuple[SymbolStrings, bool]]:
    """Yield the chunks of one set of streams after another, and whether a chunk is a set's first."""
    while True:
        chunks = continual_reber(settings["batch_size"], settings["chunk"], rng=rng)
        for k, chunk in enumerate(islice(chunks, settings["chunks_per_stream"])):
            yield chunk, k == 0


def until_mistake(network: Network, symbols: int, seed: int) -> tuple[Any, float]:
    """Return the number of symbols of ten streams before their first mistake, (10,), and the largest |c|."""
    state: dict[str, Any] = {}
    right, running, largest = np.zeros(10, int), np.ones(10, bool), 0.0
    for chunk in islice(continual_reber(10, 100, rng=seed), symbols // 100):
        unrolled = unroll(network, chunk.xs, **state)
        state = {"h0": unrolled.h, "c0": unrolled.c}
        good = np.cumprod(predicts_legal(unrolled.ys, chunk.legal), axis=0).sum(axis=0)  # (10,)
        right += np.where(running, good, 0)
        running &= good == 100
        largest = max(largest, float(abs(unrolled.c).max()))
        if not running.any():
            break
    return right, largest
