"""The two-sequence problem, 3a, learned by an LSTM, and guessed with a tiny plain network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import sigmoid, squared_error
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import Sequences, two_sequence
from scripts.experiments.common import answers, guesses, loss_at_last_step, new_network, train_by
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Two-sequence problem",
    "task": "Tell two classes apart by the first 3 of 100 to 110 numbers; the rest is noise.",
    "paper": "hochreiter1997",
    "source": "experiment 3a, table 4",
    "published": "T = 100, N = 3: 27,380 sequences. The authors note that guessing random weights is faster.",
    "criterion": "All of 256 test sequences are right, each with an error below 0.2. Checked every 10 "
    "batches, and for each guess.",
    "differs": "Adam, batches of 16, 8 units under chrono initialization, which also starts the input gates "
    "nearly shut, as the paper does with biases of -1, -3 and -5; the full gradient. A guess is a plain RNN "
    "with one hidden unit, every weight uniform in [-100, 100].",
    "loss": "mean squared error; for guesses, the share that is wrong",
}
SEEDS = range(5)
ARMS: dict[str, dict[str, Any]] = {
    "LSTM, chrono": {
        "hidden_size": 8,
        "batch_size": 16,
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
        for _ in guesses(settings, network, rng):
            wrong = is_wrong(network, test)  # (256,)
            sequences += int(wrong.argmax()) + 1 if wrong.any() else 256  # the first wrong one settles it
            yield Step(float(wrong.mean()), sequences, not wrong.any())
            if not wrong.any():
                return
        return
    B = settings["batch_size"]

    def loss_of(y: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
        p = sigmoid(y)  # (1, B)
        loss, dp = squared_error(p, targets)
        return loss, dp * p * (1 - p)

    loss_and_gradients = loss_at_last_step(network, loss_of)
    for step, loss, _ in train_by(
        settings, network, loss_and_gradients, lambda rng: two_sequence(B, 100, 3, rng=rng), rng
    ):
        wrong = float(is_wrong(network, test).mean()) if step % 10 == 0 else 1.0
        if wrong == 0.0 or step == settings["steps"]:
            yield Step(loss, step * B, wrong == 0.0, {"share_wrong": wrong})
            return
        yield Step(loss, step * B)


def is_wrong(network: Network, test: Sequences) -> Any:
    """Return for each sequence whether the answer is 0.2 or more away from the target, (B,)."""
    p = sigmoid(answers(network, test))  # (1, B)
    return (abs(p - test.targets) >= 0.2)[0]
