"""Train on one bit through noise, at several lags, and ask whether the gradient at the start decides.

The task is that of the page "Why memory is hard". Before training, each run measures what is left of the
gradient at the bit. Two kinds of network are followed to the end of training, and measured again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import squared_error, trace_sequence
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import Sequences, one_bit
from scripts.experiments.common import answers, loss_at_last_step, new_network, train_by
from scripts.experiments.gradient_profile import gradient_by_lag
from scripts.experiments.harness import Step
from scripts.experiments.records import read_record, rounded

ABOUT = {
    "title": "One bit through noise",
    "task": "One marked bit, then noise as loud as the bit; answer the bit at the end.",
    "criterion": "99 % of 500 fresh sequences have the sign of the bit, checked every 10 updates.",
    "loss": "mean squared error",
}
LAGS = (10, 20, 40, 80)
SEEDS = range(5)
SETTINGS = {"hidden_size": 20, "batch_size": 32, "learning_rate": 0.01, "clip": 1.0, "steps": 400}
FOLLOWED, FOLLOWED_LAG = ("1", "chrono"), 40  # these are measured after training, too


def _start(start: str, lag: int) -> dict[str, Any]:
    """Return the settings of a plain network, or of a forget bias; chrono initialization is told the lag."""
    if start == "RNN":
        return {"network": "RNN"}
    return {"forget_bias": start, "t_max": lag + 1} if start == "chrono" else {"forget_bias": float(start)}


ARMS: dict[str, dict[str, Any]] = {
    f"{start}, lag {lag}": {
        **SETTINGS,
        **_start(start, lag),
        "lag": lag,
        "followed": start in FOLLOWED and lag == FOLLOWED_LAG,
    }
    for start in ("RNN", "0", "1", "2", "3", "chrono")
    for lag in LAGS
}


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train one network until it answers 99 of 100 right, or to the last step if it is followed.

    The result has the gradient left at the bit before training ("left"), the updates until the criterion was
    met or None ("solved"), and what `profile` returns before and after training.
    """
    rng = np.random.default_rng(seed)
    network = new_network(settings, 2, 1, rng)
    B, lag = settings["batch_size"], settings["lag"]
    fresh = one_bit(500, lag, rng=10_000 + seed)
    xs = fresh.xs[:, :, :B]  # (T, 2, B)

    loss_and_gradients = loss_at_last_step(network, squared_error)
    result: dict[str, Any] = {"left": rounded(float(gradient_left(network, xs)[lag]), 4), "solved": None}
    result["before"] = profile(network, xs, settings)
    for step, loss, _ in train_by(
        settings, network, loss_and_gradients, lambda rng: one_bit(B, lag, rng=rng), rng
    ):
        if result["solved"] is None and step % 10 == 0 and share_right(network, fresh) >= 0.99:
            result["solved"] = step
        solved = result["solved"] is not None
        if step == settings["steps"] or (solved and not settings["followed"]):
            result["after"] = profile(network, xs, settings)
            yield Step(loss, step * B, solved, result)
            return
        yield Step(loss, step * B)


def share_right(network: Network, batch: Sequences) -> float:
    """Return the share of sequences in which the last output has the sign of the bit."""
    return float(np.mean(np.sign(answers(network, batch)) == batch.targets))


def gradient_left(network: Network, xs: FloatArray) -> FloatArray:
    """Return the norm of the output's gradient at the state of each lag, relative to lag 0, (T,)."""
    norms = gradient_by_lag(network, xs, np.repeat(network.Wy.T, xs.shape[2], axis=1))  # (T,)
    norms /= norms[0]
    return norms


def profile(network: Any, xs: FloatArray, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the spectral radius of a plain network; of a followed LSTM, what it keeps.

    That is the gradient left at each lag, and the mean forget gate of the unit where it is largest.
    """
    if settings.get("network") == "RNN":
        U = network.Wh[:, network.input_size :]  # (H, H)
        return {"radius": rounded(float(abs(np.linalg.eigvals(U)).max()), 4)}
    if not settings["followed"]:
        return {}
    f = trace_sequence(network, xs).f[1:]  # (T-1, H, B)
    return {
        "gradient": rounded(gradient_left(network, xs).tolist(), 4),
        "widest_forget": rounded(float(f.mean(axis=(0, 2)).max()), 4),
    }


def results() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the results in the record for each seed, by initialization and lag: ``["chrono"]["40"]``."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for arm, kept in read_record("one_bit")["arms"].items():
        start, lag = arm.split(", lag ")
        found.setdefault(start, {})[lag] = [run["result"] for run in kept["runs"]]
    return found
