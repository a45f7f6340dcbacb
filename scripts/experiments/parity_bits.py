"""Parity of bits, learned on 40 steps and tested on 400: by an LSTM, sLSTM, minLSTM, and minLSTM with a sign.

The forward steps are those of `scripts.experiments.successors`; their backward passes are here. Another m
would scale c and n by the same factor and change nothing that sLSTM answers, so no gradient goes through it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lstm_tutorial import (
    LSTM,
    Adam,
    backpropagate_layers,
    clip_by_global_norm,
    layer_parameters,
    sigmoid,
    sigmoid_derivative,
    softmax_cross_entropy,
    tanh_derivative,
    unroll_layers,
)
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.network import Network, weight_gradients
from lstm_tutorial.parameters import Weight, scaled_normal
from scripts.experiments.harness import Step
from scripts.experiments.successors import min_lstm, positive, slstm

ABOUT = {
    "title": "Parity of bits",
    "task": "After each bit of a random sequence, say whether the number of ones so far is odd. Training "
    "sequences have 1 to 40 bits, test sequences 400.",
    "criterion": "Of 500 fresh sequences, each is answered rightly after 40 bits.",
    "loss": "cross-entropy per step [nats]; guessing has ln 2",
}
SEEDS = range(5)
_SHARED = {
    "hidden_size": 16,
    "layers": 1,
    "batch_size": 32,
    "length": 40,
    "dtype": "float64",
    "learning_rate": 0.01,
    "clip": 1.0,
    "steps": 2000,
}
ARMS: dict[str, dict[str, Any]] = {
    "LSTM": {**_SHARED, "network": "LSTM"},
    "sLSTM": {**_SHARED, "network": "sLSTM"},
    "minLSTM": {**_SHARED, "network": "minLSTM"},
    "minLSTM, 2 layers": {**_SHARED, "network": "minLSTM", "layers": 2},
    "minLSTM, -1 to 1": {**_SHARED, "network": "minLSTM, -1 to 1"},
}

LENGTHS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 250, 300, 400]
"""The numbers of bits after which the answers are tested."""

SLSTMStep = namedtuple(
    "SLSTMStep", "x h_prev c_prev n_prev m_prev a_f a_i a_z a_o h c n m y", defaults=[None]
)
MinLSTMStep = namedtuple("MinLSTMStep", "x h_prev a_f a_i v kept h y", defaults=[None])


class SLSTM(Network):
    """sLSTM with one head."""

    step_type = SLSTMStep
    state_names = ("h", "c", "n", "m")
    Wf, Wf_bias = Weight("_W", 0), Weight("_b", 0)  # (H, D+H), (H, 1)
    Wi, Wi_bias = Weight("_W", 1), Weight("_b", 1)
    Wz, Wz_bias = Weight("_W", 2), Weight("_b", 2)
    Wo, Wo_bias = Weight("_W", 3), Weight("_b", 3)

    def __init__(self, D: int, H: int, O: int | None, *, rng: np.random.Generator, dtype: Any) -> None:
        super().__init__(D, H, O, dtype)
        self._W = scaled_normal(rng, 4, H, D + H).astype(self.dtype)  # (4, H, D+H)
        self._b = np.zeros((4, H, 1), self.dtype)  # (4, H, 1)
        self.draw_read_out(rng)

    def _states(self, given: dict[str, Any], batch_size: int, *, optional: bool = True) -> list[FloatArray]:
        """Add n and m, which start from zero, to the two states that every caller knows."""
        h, c = super()._states(given, batch_size, optional=optional)
        return [h, c, np.zeros_like(c), np.zeros_like(c)]

    def step(self, x: FloatArray, h_prev: FloatArray, *cnm: FloatArray) -> Any:
        """Compute the equations of sLSTM."""
        pre = self._W @ np.concatenate((x, h_prev)) + self._b  # (4, H, B)
        return self.step_type(x, h_prev, *cnm, *pre, *slstm(*pre, *cnm))

    def step_backward(
        self, step: Any, dh: FloatArray, dc: FloatArray, dn: FloatArray, dm: FloatArray
    ) -> dict[str, FloatArray]:
        """Carry the gradients of h, c and n back through one step; that of m is zero throughout."""
        f = sigmoid(step.a_f) * np.exp(step.m_prev - step.m)  # (H, B), as the step scaled it
        i, z, o = np.exp(step.a_i - step.m), np.tanh(step.a_z), sigmoid(step.a_o)  # (H, B) each
        dc = dc + dh * o / step.n  # (H, B)
        dn = dn - dh * step.h / step.n  # (H, B)
        das = {
            "Wf": (dc * step.c_prev + dn * step.n_prev) * f * sigmoid(-step.a_f),  # (H, B)
            "Wi": (dc * z + dn) * i,  # (H, B)
            "Wz": dc * i * tanh_derivative(z),  # (H, B)
            "Wo": dh * step.c / step.n * sigmoid_derivative(o),  # (H, B)
        }
        gradients = weight_gradients(np.concatenate((step.x, step.h_prev)), **das)
        dxh = sum(W.T @ da for W, da in zip(self._W, das.values(), strict=True))  # (D+H, B)
        dx, dh_prev = np.split(dxh, [self.input_size])  # (D, B), (H, B)
        return gradients | {"x": dx, "h_prev": dh_prev, "c_prev": dc * f, "n_prev": dn * f, "m_prev": dm}


class MinLSTM(Network):
    """minLSTM; where `signed`, the share of the old state runs from -1 to 1 instead of from 0 to 1."""

    step_type = MinLSTMStep
    Wf, Wf_bias = Weight("_W", 0), Weight("_b", 0)  # (H, D), (H, 1)
    Wi, Wi_bias = Weight("_W", 1), Weight("_b", 1)
    Wv, Wv_bias = Weight("_W", 2), Weight("_b", 2)

    def __init__(
        self, D: int, H: int, O: int | None, *, rng: np.random.Generator, dtype: Any, signed: bool = False
    ) -> None:
        super().__init__(D, H, O, dtype)
        self.signed = signed
        self._W = scaled_normal(rng, 3, H, D).astype(self.dtype)  # (3, H, D)
        self._b = np.zeros((3, H, 1), self.dtype)  # (3, H, 1)
        self.draw_read_out(rng)

    def step(self, x: FloatArray, h_prev: FloatArray) -> Any:
        """Compute the equations of minLSTM."""
        a_f, a_i, v = self._W @ x + self._b  # (H, B) each
        kept, b = min_lstm(a_f, a_i, v)  # (H, B) each
        a = 2 * kept - 1 if self.signed else kept  # (H, B)
        return MinLSTMStep(x, h_prev, a_f, a_i, v, kept, a * h_prev + b)

    def step_backward(self, step: Any, dh: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradient of h back through one step."""
        x, h_prev, a_f, a_i, v, kept, _, _ = step
        sides = 2 if self.signed else 1
        dkept = dh * (sides * h_prev - positive(v)) * kept * (1 - kept)  # (H, B)
        dv = np.where(v >= 0, 1.0, sigmoid_derivative(sigmoid(v)))  # (H, B)
        das = (dkept * sigmoid(-a_f), -dkept * sigmoid(-a_i), dh * (1 - kept) * dv)  # (H, B) each
        gradients = weight_gradients(x, **dict(zip(("Wf", "Wi", "Wv"), das, strict=True)))
        dx = sum(W.T @ da for W, da in zip(self._W, das, strict=True))  # (D, B)
        a = 2 * kept - 1 if self.signed else kept  # (H, B)
        return gradients | {"x": dx, "h_prev": dh * a}


NETWORKS: dict[str, Any] = {
    "LSTM": LSTM,
    "sLSTM": SLSTM,
    "minLSTM": MinLSTM,
    "minLSTM, -1 to 1": partial(MinLSTM, signed=True),
}


def new_layers(settings: dict[str, Any], rng: np.random.Generator) -> list[Network]:
    """Return the layers that the settings describe, the top one with a read-out."""
    H, depth = settings["hidden_size"], settings["layers"]
    sizes = [(H if k else 1, H, 2 if k == depth - 1 else None) for k in range(depth)]
    return [NETWORKS[settings["network"]](*size, rng=rng, dtype=settings["dtype"]) for size in sizes]


def parity(batch_size: int, length: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw bits, (T, 1, B), and whether the number of ones so far is even or odd, one-hot, (T, 2, B)."""
    bits = rng.integers(0, 2, (length, 1, batch_size))  # (T, 1, B)
    odd = bits.cumsum(axis=0) % 2  # (T, 1, B)
    return bits.astype(float), np.concatenate((1.0 - odd, odd), axis=1)


def shares_right(layers: list[Network], rng: np.random.Generator) -> list[float]:
    """Return the share of 500 fresh sequences whose answer is right, at each of `LENGTHS`."""
    xs, targets = parity(500, LENGTHS[-1], rng)
    ys = unroll_layers(layers, xs).ys  # (T, 2, B)
    right = ys.argmax(axis=1) == targets.argmax(axis=1)  # (T, B)
    return [float(right[length - 1].mean()) for length in LENGTHS]


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train on fresh batches, each of one length, for a fixed time; then test at both lengths."""
    rng = np.random.default_rng(seed)
    layers = new_layers(settings, rng)
    parameters, adam = layer_parameters(layers), Adam(settings["learning_rate"])
    B, longest = settings["batch_size"], settings["length"]
    for step in range(1, settings["steps"] + 1):
        xs, targets = parity(B, int(rng.integers(1, longest + 1)), rng)
        unrolled = unroll_layers(layers, xs)
        loss, dys = softmax_cross_entropy(unrolled.ys, targets)
        found = backpropagate_layers(unrolled.cache, dys=dys)
        gradients = {name: found[name] for name in parameters}
        adam.update(parameters, clip_by_global_norm(gradients, settings["clip"])[0])
        if step < settings["steps"]:
            yield Step(loss, step * B)
    shares = shares_right(layers, rng)
    result = {
        "lengths": LENGTHS,
        "share_right": shares,
        "parameters": sum(array.size for array in parameters.values()),
    }
    yield Step(loss, step * B, shares[LENGTHS.index(longest)] == 1.0, result)
