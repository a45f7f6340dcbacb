"""Measure how much of a gradient is left at each lag, before any training: RNN and LSTM, many seeds.

Follows the gradient of a random linear read-out of the last hidden state back along a sequence of noise, at
the size of the example: 10 inputs, 20 hidden units, 5 outputs. Nothing is trained here; see
`scripts.experiments.one_bit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import LSTM, RNN, backpropagate_trace, trace_sequence
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.network import Network
from scripts.experiments.common import Rng, chrono_biases
from scripts.experiments.harness import Step
from scripts.experiments.records import read_record, rounded

ABOUT = {
    "title": "The gradient before training",
    "task": "The gradient of a random linear read-out of the last hidden state, by lag, relative to lag 0.",
    "criterion": "None: nothing is trained.",
    "loss": "none; the gradient left at the longest lag",
}
D, H, O, T = 10, 20, 5, 100
LAGS = [0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 99]
QUANTILES = (0.1, 0.5, 0.9)
SEEDS = range(50)
_SIZES = {"D": D, "H": H, "O": O, "T": T, "lags": LAGS}
ARMS: dict[str, dict[str, Any]] = {
    "RNN, as drawn": {**_SIZES, "radius": None},
    **{f"RNN, {radius:g}": {**_SIZES, "radius": radius} for radius in (0.5, 0.9, 1.1, 1.5, 2.0, 4.0)},
    **{f"LSTM, {bias:g}": {**_SIZES, "forget_bias": bias} for bias in (0.0, 1.0, 2.0, 3.0, 5.0)},
    "LSTM, chrono": {**_SIZES, "forget_bias": "chrono"},
}


def draw_uniform(network: Network, rng: Rng) -> None:
    """Draw all weights and biases from the interval of 1/sqrt(H) around zero, as PyTorch does."""
    bound = 1 / np.sqrt(network.hidden_size)
    for array in network.parameters().values():
        array[...] = rng.uniform(-bound, bound, array.shape)


def new_rnn(rng: Rng, radius: float | None) -> RNN:
    """Return a plain network whose recurrent matrix has this spectral radius; None leaves it as drawn."""
    rnn = RNN(D, H, O, rng=rng)
    draw_uniform(rnn, rng)
    if radius is not None:
        rnn.Wh[:, D:] *= radius / abs(np.linalg.eigvals(rnn.Wh[:, D:])).max()
    return rnn


def new_lstm(rng: Rng, forget_bias: float | str) -> LSTM:
    """Return an LSTM with this forget bias, or under "chrono" initialization for spans up to T."""
    lstm = LSTM(D, H, O, rng=rng)
    draw_uniform(lstm, rng)
    if forget_bias == "chrono":
        chrono_biases(lstm, T, rng)
    else:
        lstm.Wf_bias = np.full((H, 1), forget_bias)
    return lstm


def gradient_by_lag(network: Network, xs: FloatArray, dh: FloatArray) -> FloatArray:
    """Return the norm of the gradient at every lag, (T,), where `dh` reaches the last hidden state.

    It is the gradient at the cell state, along the real graph; at the hidden state where there is no other.
    """
    gradients = backpropagate_trace(network, trace_sequence(network, xs), dh=dh)
    states = gradients.get("c", gradients["h"])  # (T, H, B)
    norms: FloatArray = np.linalg.norm(states, axis=(1, 2))[::-1]  # (T,)
    return norms


def two_paths(lstm: LSTM, xs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the size of dc_T/dc_t at every lag, (T,): the direct path alone, and along the real graph.

    The sequence is run in H equal columns; each carries one row of the Jacobian back. Both sizes are the
    Frobenius norm over the root of H, so that the identity has size 1.
    """
    trace = trace_sequence(lstm, np.repeat(xs, H, axis=2))
    real = backpropagate_trace(lstm, trace, dc=np.eye(H))["c"]  # (T, H, H)
    forgets = trace.f[:0:-1, :, 0]  # (T-1, H), from the last step back
    direct = np.vstack((np.ones(H), np.cumprod(forgets, axis=0)))  # (T, H)
    return np.linalg.norm(direct, axis=1) / np.sqrt(H), np.linalg.norm(real, axis=(1, 2))[::-1] / np.sqrt(H)


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Draw one network and one sequence, and yield one step with what is left at each lag."""
    rng = np.random.default_rng(seed)
    plain = "radius" in settings
    network: Any = new_rnn(rng, settings["radius"]) if plain else new_lstm(rng, settings["forget_bias"])
    xs = rng.standard_normal((T, D, 1))  # (T, D, 1)
    dh = network.Wy.T @ rng.standard_normal((O, 1))  # (H, 1)
    norms = gradient_by_lag(network, xs, dh)  # (T,)
    result = {"gradient": norms / norms[0]}
    if not plain:
        result["direct"], result["real"] = two_paths(network, xs)
    kept = {name: rounded(values[LAGS].tolist(), 4) for name, values in result.items()}
    yield Step(kept["gradient"][-1], 1, result=kept)


def bands() -> dict[str, Any]:
    """Return the lags, and the profiles in the record: median, and the band of the middle 80 percent.

    ``bands()["profiles"]["lstm"]["1"]["median"]`` belongs to forget bias 1. The kinds are "rnn" and "lstm",
    with the gradient relative to lag 0, and "direct" and "real", with both sizes of dc_T/dc_t.
    """
    profiles: dict[str, dict[str, dict[str, list[float]]]] = {"rnn": {}, "lstm": {}, "direct": {}, "real": {}}
    for arm, kept in read_record("gradient_profile")["arms"].items():
        network, setting = arm.split(", ")
        for name in kept["runs"][0]["result"]:
            values = np.array([run["result"][name] for run in kept["runs"]])  # (seeds, lags)
            low, median, high = np.quantile(values, QUANTILES, axis=0)  # (lags,) each
            kind = network.lower() if name == "gradient" else name
            profiles[kind][setting] = {"low": low.tolist(), "median": median.tolist(), "high": high.tolist()}
    return {"lags": LAGS, "profiles": profiles}
