"""The ladder of the chapter on speed: versions of one computation, each with one idea more than the last.

Each rung takes an LSTM and its inputs and gives the hidden states, or the weights' gradients, of the same
sequence; the last rung is the package itself. `scripts/bench/run.py` times the rungs, and a test holds that
all agree. Nothing is checked here, and states start at zero.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_tutorial import (
    LSTM,
    backpropagate,
    backpropagate_trace,
    fast,
    sigmoid,
    sigmoid_derivative,
    tanh,
    tanh_derivative,
    trace_sequence,
    unroll,
)

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
    """Let one matrix hold all weights; z is [x; h_prev; 1]."""
    T, D, B = xs.shape
    H = lstm.hidden_size
    W = np.concatenate((lstm._W, lstm._b), axis=2)  # (4, H, D+H+1)
    W = W.reshape(4 * H, -1)  # (4H, D+H+1)
    z = np.ones((T + 1, D + H + 1, B), xs.dtype)  # (T+1, D+H+1, B)
    z[:T, :D] = xs
    z[0, D : D + H] = 0
    c = np.zeros((H, B), xs.dtype)  # (H, B)
    for t in range(T):
        a_f, a_i, a_c, a_o = (W @ z[t]).reshape(4, H, B)  # (H, B) each
        c = sigmoid(a_f) * c + sigmoid(a_i) * tanh(a_c)  # (H, B)
        z[t + 1, D : D + H] = sigmoid(a_o) * tanh(c)
    return z[1:, D : D + H].copy()  # (T, H, B)
    # --8<-- [end:one-product]


def package_forward(lstm: LSTM, xs: Any) -> Any:
    """Climb the last rung: every result is written into an array that is there already."""
    return unroll(lstm, xs, keep_cache=False).hs


def plain_loop_back(lstm: LSTM, xs: Any, dhs: Any) -> Any:
    """Go back step by step and add up the weights' gradients."""
    trace = trace_sequence(lstm, xs)
    gradients = backpropagate_trace(lstm, trace, dhs=dhs)  # (T, H, D+H) each
    weights = ("Wf", "Wi", "Wc", "Wo")
    return {name: gradients[name].sum(axis=0) for name in weights}


def product_a_step(lstm: LSTM, xs: Any, dhs: Any, *, deferred: bool = False) -> Any:
    """Go back with one product a step for `dz` and one for `dW`."""
    T, D, B = xs.shape
    H = lstm.hidden_size
    state = tuple(np.zeros((2, H, B), xs.dtype))  # (H, B) each
    _, _, (z, gates, cs) = fast.run(lstm, xs, state)  # forward as the package does
    W = lstm._W.reshape(4 * H, D + H)  # (4H, D+H)
    das = np.empty((T, 4, H, B), xs.dtype)  # (T, 4, H, B)
    dW = np.zeros((4 * H, D + H), xs.dtype)  # (4H, D+H)
    dh_next, dc = np.zeros((2, H, B), xs.dtype)  # (H, B) each
    # --8<-- [start:product-a-step]
    for t in reversed(range(T)):
        f, i, c_tilde, o = gates[t].reshape(4, H, B)  # (H, B) each
        tanh_c = np.tanh(cs[t + 1])  # (H, B)
        dh = dhs[t] + dh_next  # (H, B)
        dc = dc + dh * o * tanh_derivative(tanh_c)  # (H, B)
        das[t, 0] = dc * cs[t] * sigmoid_derivative(f)
        das[t, 1] = dc * c_tilde * sigmoid_derivative(i)
        das[t, 2] = dc * i * tanh_derivative(c_tilde)
        das[t, 3] = dh * tanh_c * sigmoid_derivative(o)
        dc = dc * f  # (H, B)
        da = das[t].reshape(4 * H, B)  # (4H, B)
        dh_next = (W.T @ da)[D:]  # (H, B)
        if not deferred:
            dW += da @ z[t, : D + H].T
        # --8<-- [end:product-a-step]
    if deferred:
        # --8<-- [start:deferred]
        columns = das.reshape(T, 4 * H, B).swapaxes(0, 1)  # (4H, T, B)
        rows = z[:T, : D + H].swapaxes(1, 2)  # (T, B, D+H)
        dW = columns.reshape(4 * H, T * B) @ rows.reshape(T * B, D + H)
        # --8<-- [end:deferred]
    return dict(zip(("Wf", "Wi", "Wc", "Wo"), dW.reshape(4, H, D + H), strict=True))


def deferred_product(lstm: LSTM, xs: Any, dhs: Any) -> Any:
    """Keep the gates' gradients and take one long product for the weights at the end."""
    return product_a_step(lstm, xs, dhs, deferred=True)


def package_training(lstm: LSTM, xs: Any, dhs: Any) -> Any:
    """Climb the last rung: local derivatives for a block of steps before the loop back."""
    return backpropagate(unroll(lstm, xs).cache, dhs=dhs)


FORWARD: dict[str, Forward] = {
    "plain loop over the step": plain_loop,
    "one product a step": one_product,
    "results written in place: the package": package_forward,
}
TRAINING: dict[str, Training] = {
    "plain loop over the step": plain_loop_back,
    "forward as the package, a product a step back": product_a_step,
    "one product for all weights": deferred_product,
    "local derivatives first: the package": package_training,
}
