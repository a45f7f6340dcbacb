"""The ladder of the chapter on speed: one sequence, one idea more on every rung.

Each function takes an LSTM and its inputs and gives the hidden states, or the weights' gradients, of the same
sequence; the top rung is the package itself. `scripts/bench/run.py` times them, and a test holds that all
agree. Nothing is checked here, and states start at zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_tutorial import LSTM, backpropagate, sigmoid, sigmoid_derivative, tanh, tanh_derivative, unroll

Forward = Callable[[LSTM, Any], Any]
Training = Callable[[LSTM, Any, Any], Any]


# --8<-- [start:loop]
def plain_loop(lstm: LSTM, xs: Any) -> Any:
    """Call the step, which checks its arguments, once per step."""
    h, c = lstm.initial_state(xs.shape[2])
    hs = []
    for x in xs:
        _, h, c = lstm.forward(x, h, c)
        hs.append(h)
    return np.array(hs)  # (T, H, B)
    # --8<-- [end:loop]


# --8<-- [start:one-product]
def one_product(lstm: LSTM, xs: Any) -> Any:
    """Let one matrix hold all weights and biases, one column all they act on."""
    T, D, B = xs.shape
    H = lstm.hidden_size
    W = np.concatenate((lstm._W, lstm._b), axis=2).reshape(4 * H, -1)  # (4H, D+H+1)
    z = np.ones((T + 1, D + H + 1, B), xs.dtype)  # (T+1, D+H+1, B), [x; h_prev; 1]
    z[:T, :D] = xs
    z[0, D : D + H] = 0
    c = np.zeros((H, B), xs.dtype)  # (H, B)
    for t in range(T):
        a = (W @ z[t]).reshape(4, H, B)  # (4, H, B)
        o, i, f = sigmoid(a[:3])  # (H, B) each
        c = f * c + i * tanh(a[3])  # (H, B)
        z[t + 1, D : D + H] = o * tanh(c)
    return z[1:, D : D + H].copy()  # (T, H, B)
    # --8<-- [end:one-product]


# --8<-- [start:in-place]
def in_place(lstm: LSTM, xs: Any) -> Any:
    """Write every result into memory that is there already."""
    T, D, B = xs.shape
    H = lstm.hidden_size
    W = np.concatenate((lstm._W, lstm._b), axis=2).reshape(4 * H, -1)  # (4H, D+H+1)
    z = np.ones((T + 1, D + H + 1, B), xs.dtype)  # (T+1, D+H+1, B)
    z[:T, :D] = xs
    z[0, D : D + H] = 0
    one = np.asarray(1.0, xs.dtype)  # ()
    a = np.empty((4 * H, B), xs.dtype)  # (4H, B)
    o, i, f, c_tilde = a.reshape(4, H, B)  # (H, B) each, views
    sigmoids, candidate = a[: 3 * H], a[3 * H :]  # (3H, B), (H, B), views
    c, kept = np.zeros((2, H, B), xs.dtype)  # (H, B) each
    for z_t, h in zip(z[:T], z[1:, D : D + H], strict=True):
        W.dot(z_t, a)
        np.negative(sigmoids, sigmoids)
        np.exp(sigmoids, sigmoids)
        np.add(sigmoids, one, sigmoids)
        np.reciprocal(sigmoids, sigmoids)
        np.tanh(candidate, candidate)
        np.multiply(f, c, c)
        np.multiply(i, c_tilde, kept)
        np.add(c, kept, c)
        np.tanh(c, kept)
        np.multiply(o, kept, h)
    return z[1:, D : D + H].copy()  # (T, H, B)
    # --8<-- [end:in-place]


def package_forward(lstm: LSTM, xs: Any) -> Any:
    """Climb the last rung: one tanh for all gates, and the candidate beside the cell state."""
    return unroll(lstm, xs, keep_cache=False).hs


# --8<-- [start:loop-back]
def plain_loop_back(lstm: LSTM, xs: Any, dhs: Any) -> Any:
    """Call `trace` and `backward` once per step and add up the weights' gradients."""
    h, c = lstm.initial_state(xs.shape[2])
    traces = []
    for x in xs:
        traces.append(lstm.trace(x, h, c))
        h, c = traces[-1].h, traces[-1].c
    dh, dc = np.zeros_like(h), np.zeros_like(c)  # (H, B) each
    total: dict[str, Any] = {}
    for trace, dh_t in zip(reversed(traces), dhs[::-1], strict=True):
        step = lstm.backward(trace, dh=dh_t + dh, dc=dc)
        dh, dc = step["h_prev"], step["c_prev"]
        for name in ("Wf", "Wi", "Wc", "Wo"):
            total[name] = total.get(name, 0) + step[name]
    return total
    # --8<-- [end:loop-back]


def _quick_traces(lstm: LSTM, xs: Any) -> list[Any]:
    """Run forward as the package does; return each step's z (D+H+1, B), gates (5, H, B) and c (H, B)."""
    cache = unroll(lstm, xs).cache
    assert cache is not None
    traces: list[Any] = []
    for z, planes in cache.values:
        gates = planes[:-1].copy()  # (K, 5, H, B), with c_prev behind them
        gates[:, :3] = (1 + gates[:, :3]) / 2  # from tanh(a/2) to the sigmoids
        traces += zip(z, gates, planes[1:, 4], strict=False)
    return traces


# --8<-- [start:product-a-step]
def product_a_step(lstm: LSTM, xs: Any, dhs: Any, *, deferred: bool = False) -> Any:
    """Go back with one product a step for `dz` and one for `dW`."""
    traces = _quick_traces(lstm, xs)
    T, D, B = xs.shape
    H = lstm.hidden_size
    W = lstm._W.reshape(4 * H, D + H)  # (4H, D+H)
    das = np.empty((T, 4, H, B), xs.dtype)  # (T, 4, H, B)
    dW = np.zeros((4 * H, D + H), xs.dtype)  # (4H, D+H)
    dh_next, dc = np.zeros((2, H, B), xs.dtype)  # (H, B) each
    for t in reversed(range(T)):
        z, (o, i, f, c_tilde, c_prev), c = traces[t]  # (D+H+1, B), (H, B) each
        tanh_c = np.tanh(c)  # (H, B)
        dh = dhs[t] + dh_next  # (H, B)
        dc = dc + dh * o * tanh_derivative(tanh_c)  # (H, B)
        das[t, 0] = dh * tanh_c * sigmoid_derivative(o)
        das[t, 1] = dc * c_tilde * sigmoid_derivative(i)
        das[t, 2] = dc * c_prev * sigmoid_derivative(f)
        das[t, 3] = dc * i * tanh_derivative(c_tilde)
        dc = dc * f  # (H, B)
        da = das[t].reshape(4 * H, B)  # (4H, B)
        dh_next = (W.T @ da)[D:]  # (H, B)
        if not deferred:
            dW += da @ z[: D + H].T
    # --8<-- [end:product-a-step]
    # --8<-- [start:deferred]
    if deferred:
        rows = das.reshape(T, 4 * H, B).swapaxes(0, 1).reshape(4 * H, T * B)  # (4H, T*B)
        columns = np.stack([z[: D + H] for z, _, _ in traces], axis=1)  # (D+H, T, B)
        dW = rows @ columns.reshape(D + H, T * B).T  # (4H, D+H), summed over steps
    # --8<-- [end:deferred]
    return dict(zip(("Wo", "Wi", "Wf", "Wc"), dW.reshape(4, H, D + H), strict=True))


def deferred_product(lstm: LSTM, xs: Any, dhs: Any) -> Any:
    """Keep the gates' gradients and take one long product for the weights at the end."""
    return product_a_step(lstm, xs, dhs, deferred=True)


def package_training(lstm: LSTM, xs: Any, dhs: Any) -> Any:
    """Climb the last rung: slopes ahead of time, in blocks, and room that is used again."""
    return backpropagate(unroll(lstm, xs).cache, dhs=dhs)


FORWARD: dict[str, Forward] = {
    "plain loop over the step": plain_loop,
    "one product a step": one_product,
    "results written in place": in_place,
    "one tanh: the package": package_forward,
}
TRAINING: dict[str, Training] = {
    "plain loop over the step": plain_loop_back,
    "sequence forward, a product a step back": product_a_step,
    "one product for all weights": deferred_product,
    "slopes ahead, in blocks: the package": package_training,
}
