"""Train on one bit through noise, at several lags, and ask whether the gradient at the start decides.

``python scripts/experiments/one_bit.py`` writes ``docs/records/one_bit.json`` in a few minutes. The task is
that of the page "Why memory is hard": a marked bit, then noise, then the question. Before training, each run
measures what is left of the gradient at the bit. Two kinds of network are followed to the end of training.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm import tqdm

from lstm_tutorial import LSTM, backpropagate, rnn, unroll
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.optim import Adam
from lstm_tutorial.rnn import RNN
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.common import chrono_biases
from scripts.experiments.gradient_profile import lstm_gradients, rnn_gradients, traces_of
from scripts.experiments.records import rounded

ABOUT = {
    "task": "one marked bit, then noise as loud as the bit; answer its sign at the end",
    "criterion": "99 % of 500 fresh sequences right, checked every 10 steps",
}
H, B = 20, 32
LAGS = (10, 20, 40, 80)
STARTS = ("RNN", "0", "1", "2", "3", "chrono")  # the plain network, and forget biases of the LSTM
SEEDS = range(5)
SETTINGS = {"hidden_size": H, "batch_size": B, "learning_rate": 0.01, "clip": 1.0, "steps": 400}
FOLLOWED, FOLLOWED_LAG = ("1", "chrono"), 40  # these are measured after training, too

REPEATED = 100  # so many first losses are kept, for the test that repeats them

Rng = np.random.Generator
Batch = tuple[FloatArray, FloatArray]


def draw_batch(rng: Rng, lag: int, batch_size: int = B) -> Batch:
    """Return inputs (T, 2, B), reading and marker, and the bits (1, B)."""
    xs = np.zeros((lag + 1, 2, batch_size))  # (T, 2, B)
    xs[:, 0] = rng.standard_normal((lag + 1, batch_size))
    bits = rng.choice([-1.0, 1.0], (1, batch_size))  # (1, B)
    xs[0, 0], xs[0, 1] = bits, 1.0
    return xs, bits


def new_network(arm: str, lag: int, rng: Rng) -> LSTM | RNN:
    """Return the network of an arm; chrono initialisation is told the lag."""
    if arm == "RNN":
        return RNN(2, H, 1, rng=rng)
    if arm != "chrono":
        return LSTM(2, H, 1, rng=rng, forget_bias=float(arm))
    lstm = LSTM(2, H, 1, rng=rng)
    chrono_biases(lstm, lag + 1, rng)
    return lstm


def through_time(network: LSTM | RNN) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the pair of functions that runs this kind of network along a sequence and back."""
    return (rnn.unroll, rnn.backpropagate) if isinstance(network, RNN) else (unroll, backpropagate)


def loss_and_gradients(network: LSTM | RNN, batch: Batch) -> tuple[float, dict[str, FloatArray]]:
    """Return the mean squared error of the last output, and its gradients."""
    forward, back = through_time(network)
    xs, bits = batch
    out = forward(network, xs)
    error = out.ys[-1] - bits  # (1, B)
    dys = np.zeros_like(out.ys)  # (T, 1, B)
    dys[-1] = 2 * error / bits.shape[1]
    return float(np.mean(error**2)), back(out.cache, dys=dys)


def share_right(network: LSTM | RNN, batch: Batch) -> float:
    """Return the share of sequences in which the last output has the sign of the bit."""
    forward, _ = through_time(network)
    xs, bits = batch
    return float(np.mean(np.sign(forward(network, xs, keep_cache=False).ys[-1]) == bits))


def run(arm: str, lag: int, seed: int) -> dict[str, Any]:
    """Train one network until it answers 99 of 100 right, or to the last step if it is followed."""
    rng = np.random.default_rng(seed)
    network = new_network(arm, lag, rng)
    fresh = draw_batch(np.random.default_rng(10_000 + seed), lag, 500)
    xs = fresh[0][:, :, :B]  # (T, 2, B)
    followed = arm in FOLLOWED and lag == FOLLOWED_LAG
    left = rounded(gradient_left(network, xs)[lag], 4)
    result: dict[str, Any] = {"seed": seed, "left": left, "solved": None, "first_losses": []}
    if followed:
        result["before"] = profile(network, xs)
    if isinstance(network, RNN):
        result["radius_before"] = radius(network)
    records = train(
        network,
        lambda batch: loss_and_gradients(network, batch),
        lambda rng: draw_batch(rng, lag),
        Adam(SETTINGS["learning_rate"]),
        steps=int(SETTINGS["steps"]),
        rng=rng,
        clip=SETTINGS["clip"],
    )
    for record in records:
        if record.step <= REPEATED:
            result["first_losses"].append(rounded(record.loss, 9))
        if result["solved"] is None and record.step % 10 == 0 and share_right(network, fresh) >= 0.99:
            result["solved"] = record.step
            if not followed:
                break
    if followed:
        result["after"] = profile(network, xs)
    if isinstance(network, RNN):
        result["radius_after"] = radius(network)
    return result


def radius(rnn: RNN) -> float:
    """Return the spectral radius of the recurrent matrix."""
    return float(rounded(abs(np.linalg.eigvals(rnn.Wh[:, rnn.input_size :])).max(), 4))


def gradient_left(network: LSTM | RNN, xs: FloatArray) -> FloatArray:
    """Return the norm of the output's gradient at the state of each lag, relative to lag 0, (T,)."""
    dh = np.repeat(network.Wy.T, xs.shape[2], axis=1)  # (H, B)
    if isinstance(network, RNN):  # noqa: SIM108, two kinds of network
        norms = rnn_gradients(network, xs, dh)  # (T,)
    else:
        norms = lstm_gradients(network, xs, dh)  # (T,)
    norms /= norms[0]
    return norms


def profile(lstm: LSTM | RNN, xs: FloatArray) -> dict[str, Any]:
    """Return the gradient left at each lag, and the mean forget gate of the unit where it is largest."""
    assert isinstance(lstm, LSTM)
    f = np.array([trace.f for trace in traces_of(lstm, xs)[1:]])  # (T-1, H, B)
    return {
        "gradient": rounded(gradient_left(lstm, xs).tolist(), 4),
        "widest_forget": rounded(f.mean(axis=(0, 2)).max(), 4),
    }


def measure_all() -> dict[str, Any]:
    """Return what the record holds."""
    jobs = [(arm, lag, seed) for arm in STARTS for lag in LAGS for seed in SEEDS]
    runs: dict[str, dict[str, list[Any]]] = {arm: {str(lag): [] for lag in LAGS} for arm in STARTS}
    for arm, lag, seed in tqdm(jobs, unit="run", disable=None):
        runs[arm][str(lag)].append(run(arm, lag, seed))
    return {"settings": SETTINGS, "followed_lag": FOLLOWED_LAG, "runs": runs}


if __name__ == "__main__":
    harness.main_whole("one_bit")
