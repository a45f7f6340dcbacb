"""Embedded Reber grammar: one symbol has to be carried over a string of unknown length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import unroll
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import SymbolStrings, embedded_reber, predicts_legal
from scripts.experiments.common import loss_at_every_step, new_network, train_by
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Embedded Reber grammar",
    "task": "Predict the next symbol of strings of the embedded Reber grammar: 7 symbols, 9 steps and more.",
    "paper": "hochreiter1997",
    "source": "experiment 1, table 1",
    "published": "LSTM with 3 blocks of 2 and learning rate 0.5: 100 % of trials, 8,440 sequences; with 4 "
    "blocks of 1: 97 %, 9,500. Means of 30 trials; over all of the paper's LSTMs, 8,440 to 39,740. Elman "
    "network: 0 %.",
    "criterion": "Every string of a training set of 256 and of a test set of 256 others is right: at every "
    "step the symbols that may come next are the most active outputs. Checked every 100 sequences.",
    "differs": "Adam, softmax, a forget gate with bias 1, the full gradient through time. The plain RNN gets "
    "the full gradient too, where the paper's Elman network had a truncated one.",
    "loss": "cross-entropy per symbol [nats]",
}
SEEDS = range(20)
_SHARED = {"hidden_size": 8, "learning_rate": 0.01, "clip": 1.0, "steps": 15_000}
ARMS: dict[str, dict[str, Any]] = {
    "LSTM": {**_SHARED, "forget_bias": 1.0},
    "plain RNN": {**_SHARED, "network": "RNN", "hidden_size": 18},  # about as many weights
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on one string at a time until every string of both sets is right."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 7, 7, rng)
    training = embedded_reber(256, rng=rng)
    test = embedded_reber(256, exclude=training, rng=rng)
    loss_and_gradients = loss_at_every_step(network)
    records = train_by(
        settings, network, loss_and_gradients, lambda rng: one_of(training, int(rng.integers(256))), rng
    )
    for step, loss, _ in records:
        checked = step % 100 == 0
        shares = [share_right(network, strings) for strings in (training, test)] if checked else [0.0]
        if checked and (min(shares) == 1.0 or step == settings["steps"]):
            yield Step(
                loss, step, min(shares) == 1.0, {"right_in_training": shares[0], "right_in_test": shares[1]}
            )
            return
        yield Step(loss, step)


def one_of(strings: SymbolStrings, k: int) -> SymbolStrings:
    """Return string k alone, without padding."""
    xs, targets, lengths, legal = strings
    T, column = int(lengths[k]), slice(k, k + 1)
    return SymbolStrings(xs[:T, :, column], targets[:T, :, column], lengths[column], legal[:T, :, column])


def share_right(network: Network, strings: SymbolStrings) -> float:
    """Return the share of strings that are right from their first symbol to their last."""
    ys = unroll(network, strings.xs, lengths=strings.lengths).ys
    return float(predicts_legal(ys, strings.legal).all(axis=0).mean())
