"""Measure how much of a gradient is left at each lag, before any training: RNN and LSTM, many seeds.

``python scripts/experiments/gradient_profile.py`` writes ``docs/records/gradient_profile.json``, in a few
seconds. It follows the gradient of a random linear read-out of the last hidden state back along a sequence of
noise, at the size of the example: 10 inputs, 20 hidden units, 5 outputs. Nothing is trained here; see
`scripts.experiments.one_bit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tqdm import tqdm

from lstm_tutorial import LSTM, StepTrace
from lstm_tutorial.activations import tanh_derivative
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.rnn import RNN, unroll
from scripts.experiments import harness
from scripts.experiments.common import chrono_biases
from scripts.experiments.records import rounded

ABOUT = {
    "task": "gradient of a random linear read-out of the last hidden state, relative to lag 0",
}
D, H, O, T = 10, 20, 5, 100
SEEDS = range(50)
RADII: tuple[float | None, ...] = (None, 0.5, 0.9, 1.1, 1.5, 2.0, 4.0)  # None leaves the draw as it is
BIASES: tuple[float | str, ...] = (0.0, 1.0, 2.0, 3.0, 5.0, "chrono")
CHRONO_SPAN = T
QUANTILES = (0.1, 0.5, 0.9)
LAGS = sorted({1, 10, 50, *range(0, T, 3)})  # the lags that the record keeps

Rng = np.random.Generator


# ----------------------------------------------------------------------------------------------------
# The networks
# ----------------------------------------------------------------------------------------------------


def draw_uniform(network: LSTM | RNN, rng: Rng) -> None:
    """Draw all weights and biases from the interval of 1/sqrt(H) around zero, as PyTorch does."""
    bound = 1 / np.sqrt(network.hidden_size)
    for array in network.parameters().values():
        array[...] = rng.uniform(-bound, bound, array.shape)


def new_rnn(rng: Rng, radius: float | None) -> RNN:
    """Return a plain network whose recurrent matrix has this spectral radius."""
    rnn = RNN(D, H, O, rng=rng)
    draw_uniform(rnn, rng)
    if radius is not None:
        rnn.Wh[:, D:] *= radius / abs(np.linalg.eigvals(rnn.Wh[:, D:])).max()
    return rnn


def new_lstm(rng: Rng, bias: float | str) -> LSTM:
    """Return an LSTM with this forget bias, or chrono initialisation (Tallec & Ollivier 2018, eq. 16)."""
    lstm = LSTM(D, H, O, rng=rng)
    draw_uniform(lstm, rng)
    if bias == "chrono":
        chrono_biases(lstm, CHRONO_SPAN, rng)
    else:
        lstm.Wf_bias = np.full((H, 1), bias)
    return lstm


# ----------------------------------------------------------------------------------------------------
# The way back
# ----------------------------------------------------------------------------------------------------


def rnn_gradients(rnn: RNN, xs: FloatArray, dh: FloatArray) -> FloatArray:
    """Return the norm of the gradient with respect to h at every lag, (T,)."""
    hs = unroll(rnn, xs).hs  # (T, H, B)
    norms = []
    for h in hs[::-1]:
        norms.append(np.linalg.norm(dh))
        dh = rnn.Wh[:, rnn.input_size :].T @ (dh * tanh_derivative(h))  # (H, B)
    return np.array(norms)


def traces_of(lstm: LSTM, xs: FloatArray) -> list[StepTrace]:
    """Run the cell along the sequence and keep every step."""
    h, c = lstm.initial_state(xs.shape[2])  # (H, B) each
    traces = []
    for x in xs:
        traces.append(lstm.trace(x, h, c))
        h, c = traces[-1].h, traces[-1].c
    return traces


def cell_gradients(
    lstm: LSTM, traces: list[StepTrace], dh: FloatArray, dc: FloatArray
) -> Iterator[FloatArray]:
    """Yield the gradient with respect to c along the real graph, (H, B), from the last step back."""
    for trace in reversed(traces):
        yield dc + dh * trace.o * tanh_derivative(np.tanh(trace.c))  # both paths into c
        gradients = lstm.backward(trace, dh=dh, dc=dc)
        dh, dc = gradients["h_prev"], gradients["c_prev"]


def lstm_gradients(lstm: LSTM, xs: FloatArray, dh: FloatArray) -> FloatArray:
    """Return the norm of the gradient with respect to c at every lag, (T,)."""
    steps = cell_gradients(lstm, traces_of(lstm, xs), dh, np.zeros_like(dh))
    return np.array([np.linalg.norm(dc) for dc in steps])


def two_paths(lstm: LSTM, xs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the size of dc_T/dc_t at every lag, (T,): the direct path alone, and along the real graph.

    The sequence is run in H equal columns; each carries one row of the Jacobian back. Both sizes are the
    Frobenius norm over the root of H, so that the identity has size 1.
    """
    traces = traces_of(lstm, np.repeat(xs, H, axis=2))
    real = cell_gradients(lstm, traces, np.zeros((H, H)), np.eye(H))
    real_sizes = np.array([np.linalg.norm(dc) for dc in real]) / np.sqrt(H)  # (T,)
    forgets = np.array([trace.f[:, 0] for trace in traces[:0:-1]])  # (T-1, H), from the last step back
    products = np.vstack((np.ones(H), np.cumprod(forgets, axis=0)))  # (T, H)
    return np.linalg.norm(products, axis=1) / np.sqrt(H), real_sizes


# ----------------------------------------------------------------------------------------------------
# Many seeds
# ----------------------------------------------------------------------------------------------------


def rnn_profile(seed: int, radius: float | None) -> FloatArray:
    """Return what is left of the gradient at each lag for one draw, relative to lag 0, (lags,)."""
    rng = np.random.default_rng(seed)
    rnn = new_rnn(rng, radius)
    xs, dh = rng.standard_normal((T, D, 1)), rnn.Wy.T @ rng.standard_normal((O, 1))  # (T, D, 1), (H, 1)
    norms = rnn_gradients(rnn, xs, dh)[LAGS]  # (lags,)
    norms /= norms[0]
    return norms


def lstm_profile(seed: int, bias: float | str) -> FloatArray:
    """Return what is left of the gradient at each lag for one draw, relative to lag 0, (lags,)."""
    rng = np.random.default_rng(seed)
    lstm = new_lstm(rng, bias)
    xs, dh = rng.standard_normal((T, D, 1)), lstm.Wy.T @ rng.standard_normal((O, 1))  # (T, D, 1), (H, 1)
    norms = lstm_gradients(lstm, xs, dh)[LAGS]  # (lags,)
    norms /= norms[0]
    return norms


def paths_profile(seed: int, bias: float | str) -> FloatArray:
    """Return both sizes of dc_T/dc_t for one draw, (2, lags)."""
    rng = np.random.default_rng(seed)
    lstm = new_lstm(rng, bias)
    return np.array(two_paths(lstm, rng.standard_normal((T, D, 1))))[:, LAGS]


def band(profiles: FloatArray) -> dict[str, list[float]]:
    """Return the median over seeds and the band that holds the middle 80 percent, at every lag."""
    low, median, high = np.quantile(profiles, QUANTILES, axis=0)  # (lags,) each
    values = {"low": low.tolist(), "median": median.tolist(), "high": high.tolist()}
    result: dict[str, list[float]] = rounded(values, 4)
    return result


def measure(seeds: range) -> dict[str, Any]:
    """Measure every profile over these seeds."""
    rnn, lstm, direct, real = {}, {}, {}, {}
    for radius in tqdm(RADII, desc="RNN", disable=None):
        rnn[label(radius)] = band(np.array([rnn_profile(seed, radius) for seed in seeds]))
    for bias in tqdm(BIASES, desc="LSTM", disable=None):
        lstm[label(bias)] = band(np.array([lstm_profile(seed, bias) for seed in seeds]))
        both = np.array([paths_profile(seed, bias) for seed in seeds])  # (seeds, 2, lags)
        direct[label(bias)], real[label(bias)] = band(both[:, 0]), band(both[:, 1])
    return {"rnn": rnn, "lstm": lstm, "direct": direct, "real": real}


def label(setting: float | str | None) -> str:
    """Name a setting in the record."""
    return "as drawn" if setting is None else setting if isinstance(setting, str) else f"{setting:g}"


def measure_all() -> dict[str, Any]:
    """Return what the record holds."""
    first = measure(SEEDS[:1])
    return {
        "settings": {"D": D, "H": H, "O": O, "T": T, "weights": "uniform in ±1/sqrt(H)", "span": CHRONO_SPAN},
        "lags": LAGS,
        "profiles": measure(SEEDS),
        "first_seed": {k: {n: p["median"] for n, p in kind.items()} for k, kind in first.items()},
    }


if __name__ == "__main__":
    harness.main_whole("gradient_profile")
