"""What several experiments share: networks with their first weights, answers at the last step, moving means.

No task and no criterion stands here; those are in the scripts.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial import LSTM, rnn, sequence, variants
from lstm_tutorial.checks import FloatArray

Rng = np.random.Generator
Network = LSTM | rnn.RNN | variants.Variant


def new_network(settings: dict[str, Any], D: int, O: int, rng: Rng) -> Network:
    """Return the network that the settings describe: an LSTM, an RNN, or an LSTM with one ``change``.

    ``forget_bias`` is a number, or "chrono" for spans up to ``t_max``.
    """
    sizes = D, settings["hidden_size"], O
    dtype = settings.get("dtype", "float64")
    if settings.get("network") == "RNN":
        return rnn.RNN(*sizes, rng=rng, dtype=dtype)
    chrono = settings["forget_bias"] == "chrono"
    forget_bias = 0.0 if chrono else settings["forget_bias"]
    if "change" in settings:
        return variants.Variant(
            *sizes, change=settings["change"], rng=rng, dtype=dtype, forget_bias=forget_bias
        )
    lstm = LSTM(*sizes, rng=rng, dtype=dtype, forget_bias=forget_bias)
    if chrono:
        chrono_biases(lstm, settings["t_max"], rng)
    return lstm


# --8<-- [start:chrono]
def chrono_biases(lstm: LSTM, t_max: float, rng: Rng) -> None:
    """Set the biases so that the units start out remembering for 2 to `t_max` steps, each for its own span.

    A forget gate of ``1 - 1/t`` keeps its unit for about t steps, and its bias is then ``ln(t - 1)``
    (Tallec & Ollivier 2018, equation 16).
    """
    spans = rng.uniform(1.0, t_max - 1.0, (lstm.hidden_size, 1))  # (H, 1), t - 1 for each unit
    lstm.Wf_bias = np.log(spans)  # (H, 1)
    lstm.Wi_bias = -np.log(spans)  # (H, 1)
    # --8<-- [end:chrono]


def unroll(network: Network, xs: FloatArray, **options: Any) -> Any:
    """Run any of the networks along a batch of sequences."""
    return _module(network).unroll(network, xs, **options)


def backpropagate(network: Network, cache: Any, dys: FloatArray) -> dict[str, FloatArray]:
    """Return the gradients of any of the networks."""
    gradients: dict[str, FloatArray] = _module(network).backpropagate(cache, dys=dys)
    return gradients


def _module(network: Network) -> Any:
    """Return the module in which a network's way along a sequence is written."""
    return {LSTM: sequence, rnn.RNN: rnn, variants.Variant: variants}[type(network)]


def last_outputs(ys: FloatArray, lengths: NDArray[Any]) -> FloatArray:
    """Return each column's output at its last true step, (O, B)."""
    return ys[lengths - 1, :, np.arange(ys.shape[2])].T  # (O, B)


def at_last_step(dy: FloatArray, steps: int, lengths: NDArray[Any]) -> FloatArray:
    """Put a gradient (O, B) at each column's last true step, and zeros elsewhere, (T, O, B)."""
    O, B = dy.shape
    dys = np.zeros((steps, O, B), dy.dtype)  # (T, O, B)
    dys[lengths - 1, :, np.arange(B)] = dy.T
    return dys


class MovingMean:
    """The mean of the last `window` values; infinite until there are so many."""

    def __init__(self, window: int) -> None:
        self.values: deque[float] = deque(maxlen=window)

    def add(self, value: float) -> float:
        """Add a value and return the mean."""
        self.values.append(value)
        full = len(self.values) == self.values.maxlen
        return sum(self.values) / len(self.values) if full else float("inf")
