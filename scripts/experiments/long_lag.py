"""The noise-free task with a long lag, 2a, learned by an LSTM and a plain RNN, and guessed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import softmax, unroll
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import Sequences, noise_free_long_lag
from scripts.experiments.common import guesses, loss_at_every_step, new_network, train_by
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Noise-free long lag",
    "task": "Predict two sequences of 101 symbols that differ in the first and the last one only.",
    "paper": "hochreiter1997",
    "source": "experiment 2a, table 2",
    "published": "p = 100: LSTM 100 % of trials, 5,040 sequences; RTRL and BPTT, both with the full "
    "gradient and one recurrent hidden unit, 0 % after 5 million; the sequence chunker 33 %.",
    "criterion": "Every output of both sequences within 0.25 of its target, at every step. Checked every 10 "
    "updates, and for each guess.",
    "differs": "The paper's network has one cell, added once the error has stopped falling, with an input "
    "gate, no output gate and h the identity; its learning rate is 1.0, and it has to be right on 10,000 "
    "sequences in a row. Here: 32 units "
    "with all gates, a forget gate, initial input weights ten times as large in the LSTM, softmax and "
    "cross-entropy, the full gradient through time. Every update sees both sequences, where the paper draws "
    "one. Adam has beta2 = 0.9 where not named otherwise.",
    "loss": "cross-entropy per step [nats]; for guesses, the largest error",
}
SEEDS = range(5)
_SHARED = {"lag": 100, "hidden_size": 32, "learning_rate": 0.01, "beta2": 0.9, "clip": 1.0, "steps": 5000}
_CHRONO = {"forget_bias": "chrono", "t_max": 200, "input_scale": 10.0}
ARMS: dict[str, dict[str, Any]] = {
    "LSTM, chrono": {**_SHARED, **_CHRONO},
    "LSTM, chrono, beta2 = 0.999": {**_SHARED, **_CHRONO, "beta2": 0.999},
    "LSTM, forget bias 1": {**_SHARED, "forget_bias": 1.0, "input_scale": 10.0},
    "plain RNN": {**_SHARED, "network": "RNN"},
    "guessing": {"lag": 100, "network": "RNN", "hidden_size": 16, "guess": 100.0, "steps": 5000},
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on both sequences, or draw new weights at every step, until both are right."""
    rng = np.random.default_rng(seed)
    network = new_network(settings, settings["lag"] + 1, settings["lag"] + 1, rng)
    both = both_sequences(settings["lag"])
    if "guess" in settings:
        for step in guesses(settings, network, rng):
            error = largest_error(network, both)
            yield Step(error, 2 * step, error < 0.25)
            if error < 0.25:
                return
        return
    for name in {"Wf", "Wi", "Wc", "Wo"} & network.parameters().keys():
        network.parameters()[name][:, : settings["lag"] + 1] *= settings["input_scale"]
    loss_and_gradients = loss_at_every_step(network)
    for step, loss, _ in train_by(settings, network, loss_and_gradients, lambda _: both):
        error = largest_error(network, both) if step % 10 == 0 else 1.0
        if error < 0.25 or step == settings["steps"]:
            result = {"largest_error": error, "trace": trace_of_the_first(network, both)}
            yield Step(loss, 2 * step, error < 0.25, result)
            return
        yield Step(loss, 2 * step)


def both_sequences(lag: int) -> Sequences:
    """Return the two sequences of the task side by side."""
    batch = noise_free_long_lag(64, lag, rng=0)
    keys = batch.targets[-1].argmax(axis=0)  # (64,)
    k = [int(np.flatnonzero(keys == key)[0]) for key in (lag - 1, lag)]
    return Sequences(batch.xs[:, :, k], batch.targets[:, :, k], batch.lengths[k])


def largest_error(network: Network, both: Sequences) -> float:
    """Return the largest distance of an output from its target, over both sequences and all steps."""
    return float(abs(softmax(unroll(network, both.xs).ys) - both.targets).max())


def trace_of_the_first(network: Network, both: Sequences) -> float:
    """Return the largest distance between the two sequences' last hidden states: the first symbol's trace."""
    h = unroll(network, both.xs).h  # (H, 2)
    return float(abs(h[:, 0] - h[:, 1]).max())
