"""The two-sequence problem, 3a, learned by an LSTM, and guessed with a tiny plain network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import sigmoid, squared_error
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import Sequences, two_sequence
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import (
    Network,
    at_last_step,
    backpropagate,
    last_outputs,
    new_network,
    unroll,
)
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Two-sequence problem",
    "task": "Tell two classes apart by the first 3 of 100 to 110 numbers; the rest is noise.",
    "paper": "hochreiter1997",
    "source": "experiment 3a, table 4",
    "published": "T = 100, N = 3: 27,380 sequences. The authors note that guessing random weights is faster.",
    "criterion": "All of 256 test sequences are right, each with an error below 0.2. Checked every 10 "
    "batches, and of each guess.",
    "differs": "Adam, batches of 16, 8 units under chrono initialisation, the full gradient through time. A "
    "guess is a plain RNN with one hidden unit, every weight uniform in [-100, 100].",
    "loss": "mean squared error; for guesses, the share that is wrong",
}
SEEDS = range(5)
ARMS: dict[str, dict[str, Any]] = {
    "LSTM, chrono": {
        "hidden_size": 8,
        "batch": 16,
        "forget_bias": "chrono",
        "t_max": 100,
        "learning_rate": 0.01,
        "clip": 1.0,
        "steps": 3000,
    },
    "guessing": {"network": "RNN", "hidden_size": 1, "guess": 100.0, "steps": 3000},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches, or draw new weights at every step, until all test sequences are right."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, 1, 1, rng)
    test = two_sequence(256, 100, 3, rng=rng)
    if "guess" in settings:
        sequences = 0
        for _ in range(settings["steps"]):
            for array in network.parameters().values():
                array[...] = rng.uniform(-settings["guess"], settings["guess"], array.shape)
            wrong = is_wrong(network, test)  # (256,)
            sequences += int(wrong.argmax()) + 1 if wrong.any() else 256  # the first wrong one settles it
            yield Step(float(wrong.mean()), sequences, not wrong.any())
            if not wrong.any():
                return
        return
    B = settings["batch"]

    def loss_and_gradients(batch: Sequences) -> tuple[float, dict[str, Any]]:
        unrolled = unroll(network, batch.xs)
        p = sigmoid(last_outputs(unrolled.ys, batch.lengths))  # (1, B)
        loss, dp = squared_error(p, batch.targets)
        dy = dp * p * (1 - p)  # (1, B)
        return loss, backpropagate(network, unrolled.cache, at_last_step(dy, len(batch.xs), batch.lengths))

    records = train(
        network,
        loss_and_gradients,
        lambda rng: two_sequence(B, 100, 3, rng=rng),
        Adam(settings["learning_rate"]),
        steps=settings["steps"],
        rng=rng,
        clip=settings["clip"],
    )
    for step, loss, _ in records:
        wrong = float(is_wrong(network, test).mean()) if step % 10 == 0 else 1.0
        if wrong == 0.0 or step == settings["steps"]:
            yield Step(loss, step * B, wrong == 0.0, {"share_wrong": wrong})
            return
        yield Step(loss, step * B)


def is_wrong(network: Network, test: Sequences) -> Any:
    """Say of each sequence whether the answer is 0.2 or more away from the target, (B,)."""
    p = sigmoid(last_outputs(unroll(network, test.xs).ys, test.lengths))  # (1, B)
    return (abs(p - test.targets) >= 0.2)[0]


if __name__ == "__main__":
    harness.main(["two_sequence"])
