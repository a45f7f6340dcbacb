"""Continual embedded Reber grammar, with and without the forget gate, which was made for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from lstm_tutorial import softmax_cross_entropy
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import SymbolStrings, continual_reber, predicts_legal
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import Network, Rng, backpropagate, new_network, unroll
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Continual embedded Reber grammar",
    "task": "Predict the next symbol of endless streams of embedded Reber strings; the state is never reset.",
    "paper": "gers2000",
    "source": "section 4, table 2",
    "published": "Perfect solutions without the forget gate: 0 %; with it: 18 %, with a decaying learning "
    "rate 62 %.",
    "criterion": "Ten test streams of 10,000 symbols without a single mistake, tried when ten of 1,000 "
    "symbols pass; checked every 100 updates.",
    "differs": "Adam, softmax, truncation after 50 steps, 8 streams side by side that start anew every 500 "
    "symbols; test streams of 10,000 symbols where the paper has up to a million.",
    "loss": "cross-entropy per symbol [nats]",
}
SEEDS = range(10)
_SHARED = {
    "hidden_size": 8,
    "batch": 8,
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
    zeros = np.zeros((settings["hidden_size"], settings["batch"]))  # (H, B)
    state = {"h0": zeros, "c0": zeros}
    strings = 0.0

    def loss_and_gradients(piece: tuple[SymbolStrings, bool]) -> tuple[float, dict[str, Any]]:
        nonlocal state, strings
        symbols, starts = piece
        unrolled = unroll(network, symbols.xs, **({} if starts else state))
        state = {"h0": unrolled.h, "c0": unrolled.c}
        strings += symbols.xs[:, -1].sum() / 2  # each string has two E
        loss, dys = softmax_cross_entropy(unrolled.ys, symbols.targets)
        return loss, backpropagate(network, unrolled.cache, dys)

    chunks = training_chunks(settings, rng)
    records = train(
        network,
        loss_and_gradients,
        lambda _: next(chunks),
        Adam(settings["learning_rate"]),
        steps=settings["steps"],
        clip=settings["clip"],
    )
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
        pieces = continual_reber(settings["batch"], settings["chunk"], rng=rng)
        for k, piece in enumerate(islice(pieces, settings["chunks_per_stream"])):
            yield piece, k == 0


def until_mistake(network: Network, symbols: int, seed: int) -> tuple[Any, float]:
    """Return how many symbols of ten streams are right before their first mistake, and the largest |c|."""
    state: dict[str, Any] = {}
    right, running, largest = np.zeros(10, int), np.ones(10, bool), 0.0
    for piece in islice(continual_reber(10, 100, rng=seed), symbols // 100):
        unrolled = unroll(network, piece.xs, **state)
        state = {"h0": unrolled.h, "c0": unrolled.c}
        good = np.cumprod(predicts_legal(unrolled.ys, piece.legal), axis=0).sum(axis=0)  # (10,)
        right += np.where(running, good, 0)
        running &= good == 100
        largest = max(largest, float(abs(unrolled.c).max()))
        if not running.any():
            break
    return right, largest


if __name__ == "__main__":
    harness.main(["continual_reber"])
