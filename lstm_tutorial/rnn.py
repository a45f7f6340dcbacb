"""The plain tanh network that the LSTM replaced: one step, the sequence, and the way back.

One matrix, one tanh, no gate and no cell state (Elman 1990). `unroll` and `backpropagate` mean here what they
mean in `lstm_tutorial.sequence`, with a hidden state and no cell state. Its gradient over time is a product
of one Jacobian per step, which is why it forgets.

Letters: T = time, D = input_size, H = hidden_size, O = output_size, B = batch. There is no checkpointing and
no training here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lstm_tutorial.activations import tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_array, as_lengths, as_rng, as_size
from lstm_tutorial.parameters import Parameters, Weight, scaled_normal


class RNN(Parameters):
    r"""A plain recurrent network with a linear read-out.

    The new hidden state is :math:`h_t = \tanh(W_h [x_t; h_{t-1}] + b_h)`. The matrices are drawn from a
    standard normal divided by the square root of their number of columns; the biases are zero.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        D, H and O: the number of input features, of hidden units and of outputs.
    rng : None, int or numpy.random.Generator
        Where the weights come from. The same seed gives the same weights; a generator is advanced.
    dtype : dtype_like
        ``float64`` or ``float32``; everything is stored and computed in it.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range; the message names it.
    """

    Wh = Weight("_W")
    """Weights of the hidden state, (H, D+H)."""
    Wh_bias = Weight("_b")
    """Bias of the hidden state, (H, 1)."""
    Wy = Weight("_Wy")
    """Weights of the read-out, (O, H)."""
    Wy_bias = Weight("_by")
    """Bias of the read-out, (O, 1)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(input_size, hidden_size, output_size, dtype)
        D, H, O = self.input_size, self.hidden_size, self.output_size
        rng = as_rng(rng)
        self._W = scaled_normal(rng, H, D + H).astype(self.dtype)  # (H, D+H)
        self._b = np.zeros((H, 1), self.dtype)  # (H, 1)
        self._Wy = scaled_normal(rng, O, H).astype(self.dtype)  # (O, H)
        self._by = np.zeros((O, 1), self.dtype)  # (O, 1)

    def initial_state(self, batch_size: int = 1) -> FloatArray:
        """Return the hidden state before the first step: zeros, (H, B)."""
        return np.zeros((self.hidden_size, as_size("batch_size", batch_size)), self.dtype)

    def forward(self, x: ArrayLike, h_prev: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Take one step: mix input and memory, squash, answer.

        Parameters
        ----------
        x : array_like, (D, B)
            Input: one column per example.
        h_prev : array_like, (H, B)
            Hidden state of the step before.

        Returns
        -------
        y : numpy.ndarray, (O, B)
            Output.
        h : numpy.ndarray, (H, B)
            New hidden state.

        Raises
        ------
        TypeError, ValueError
            If an argument is not a finite real matrix of its shape; the message names it.
        """
        x = as_array("x", x, (self.input_size, "B"), self.dtype)
        h_prev = as_array("h_prev", h_prev, (self.hidden_size, x.shape[1]), self.dtype)
        # --8<-- [start:step]
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        h = tanh(self.Wh @ xh + self.Wh_bias)  # (H, B), all of it written anew
        y = self.Wy @ h + self.Wy_bias  # (O, B)
        # --8<-- [end:step]
        return y, h


class UnrolledRNN(NamedTuple):
    """The outputs and states of a sequence, and what `backpropagate` needs to go back."""

    ys: FloatArray
    """Outputs, (T, O, B). Zero past a column's length."""
    hs: FloatArray
    """Hidden states, (T, H, B). Zero past a column's length."""
    h: FloatArray
    """Hidden state after each column's last true step, (H, B)."""
    cache: RNNCache | None
    """For `backpropagate`; None where it was not kept."""


@dataclass(frozen=True)
class RNNCache:
    """What a forward pass leaves for the way back: the weights as they were, and every step's values."""

    Wh: FloatArray
    """Weights of the hidden state, (H, D+H)."""
    Wy: FloatArray
    """Weights of the read-out, (O, H)."""
    xh: FloatArray
    """What each step reads, ``[x; h_prev]``, (T+1, D+H, B); the last holds only the final `h`."""
    lengths: NDArray[np.intp]
    """True length of each column, (B,)."""


def unroll(
    rnn: RNN,
    xs: ArrayLike,
    h0: ArrayLike | None = None,
    *,
    lengths: ArrayLike | None = None,
    keep_cache: bool = True,
) -> UnrolledRNN:
    """Run a plain network along a batch of sequences.

    Parameters
    ----------
    rnn : RNN
        The network. Its weights are copied into the cache, so changing them later does not change the way
        back.
    xs : array_like, (T, D, B)
        Inputs: ``xs[t]`` is the input of step t, one column per sequence. T may be 0.
    h0 : array_like, (H, B), optional
        State before the first step; zeros where none is given.
    lengths : array_like of int, (B,), optional
        True length of each column, as in `lstm_tutorial.sequence.unroll`.
    keep_cache : bool
        False where no gradient is needed.

    Returns
    -------
    UnrolledRNN
        ``ys``, ``hs``, ``h`` and ``cache``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it.
    """
    if not isinstance(rnn, RNN):
        raise TypeError(f"rnn must be an RNN, got {type(rnn).__name__}")
    D, H = rnn.input_size, rnn.hidden_size
    xs = as_array("xs", xs, ("T", D, "B"), rnn.dtype)  # (T, D, B)
    T, _, B = xs.shape
    h0 = rnn.initial_state(B) if h0 is None else as_array("h0", h0, (H, B), rnn.dtype)  # (H, B)
    true_lengths = as_lengths(lengths, T, B)  # (B,)

    xh = np.empty((T + 1, D + H, B), rnn.dtype)  # (T+1, D+H, B)
    xh[:T, :D] = xs
    xh[0, D:] = h0
    # --8<-- [start:unroll]
    for t in range(T):
        a = rnn.Wh @ xh[t]  # (H, B)
        a += rnn.Wh_bias
        np.tanh(a, out=xh[t + 1, D:])  # (H, B), h is what the next step reads
    # --8<-- [end:unroll]
    hs = xh[1:, D:].copy()  # (T, H, B)
    h = xh[true_lengths, D:, np.arange(B)].T.copy()  # (H, B), after each column's last true step
    ys = rnn.Wy @ hs + rnn.Wy_bias  # (T, O, B)
    padding = np.arange(T)[:, None, None] >= true_lengths  # (T, 1, B)
    np.copyto(ys, 0, where=padding)
    np.copyto(hs, 0, where=padding)
    cache = RNNCache(rnn.Wh.copy(), rnn.Wy.copy(), xh, true_lengths) if keep_cache else None
    return UnrolledRNN(ys, hs, h, cache)


def backpropagate(
    cache: RNNCache | None,
    *,
    dys: ArrayLike | None = None,
    dhs: ArrayLike | None = None,
    dh: ArrayLike | None = None,
) -> dict[str, FloatArray]:
    """Carry the gradient of a loss back through a sequence.

    Parameters
    ----------
    cache : RNNCache
        From `unroll`. It is not changed and can be used again.
    dys : array_like, (T, O, B), optional
        Gradient with respect to ``ys``. What stands past a column's length is ignored.
    dhs : array_like, (T, H, B), optional
        Gradient with respect to ``hs``. What stands past a column's length is ignored.
    dh : array_like, (H, B), optional
        Gradient with respect to ``h``, the state after each column's last true step.

    Returns
    -------
    dict of str to numpy.ndarray
        Gradients with respect to the four parameters by name, summed over steps and batch, and to ``xs``
        (T, D, B) and ``h0`` (H, B).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape; the message names it.
    """
    if not isinstance(cache, RNNCache):
        raise TypeError(f"cache must be the cache of unroll, got {type(cache).__name__}")
    O, H = cache.Wy.shape
    steps, _, B = cache.xh.shape
    T, D, dtype = steps - 1, cache.Wh.shape[1] - H, cache.Wh.dtype
    true = np.arange(T)[:, None, None] < cache.lengths  # (T, 1, B), steps that are no padding
    dys = np.zeros((T, O, B), dtype) if dys is None else as_array("dys", dys, (T, O, B), dtype) * true
    dhs = np.zeros((T, H, B), dtype) if dhs is None else as_array("dhs", dhs, (T, H, B), dtype) * true
    dh_last = np.zeros((H, B), dtype) if dh is None else as_array("dh", dh, (H, B), dtype)  # (H, B)

    hs = cache.xh[1:, D:]  # (T, H, B)
    dh_loss = dhs + cache.Wy.T @ dys  # (T, H, B), what the loss itself says of each h
    ended = np.flatnonzero(cache.lengths)  # columns that have a last step
    dh_loss[cache.lengths[ended] - 1, :, ended] += dh_last[:, ended].T
    slopes = tanh_derivative(hs)  # (T, H, B)
    da = np.empty_like(dh_loss)  # (T, H, B)
    dh_next = np.zeros((H, B), dtype)  # (H, B), from the step after
    # --8<-- [start:backpropagate]
    back = cache.Wh[:, D:].T  # (H, H)
    for t in reversed(range(T)):
        np.multiply(dh_loss[t] + dh_next, slopes[t], out=da[t])  # (H, B), through the tanh
        dh_next = back @ da[t]  # (H, B), through the loop: one more factor of the Jacobian
    # --8<-- [end:backpropagate]
    dh_next[:, cache.lengths == 0] += dh_last[:, cache.lengths == 0]
    return {
        "Wh": _sum_of_products(da, cache.xh[:-1]),  # (H, D+H)
        "Wh_bias": da.sum(axis=(0, 2))[:, None],  # (H, 1)
        "Wy": _sum_of_products(dys, hs),  # (O, H)
        "Wy_bias": dys.sum(axis=(0, 2))[:, None],  # (O, 1)
        "xs": cache.Wh[:, :D].T @ da,  # (T, D, B)
        "h0": dh_next,  # (H, B)
    }


def _sum_of_products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Sum ``a[t] @ b[t].T`` over all steps, as one product of matrices with a column per step and example."""
    rows = a.swapaxes(0, 1).reshape(a.shape[1], -1)  # (rows of a, T*B)
    columns = b.swapaxes(0, 1).reshape(b.shape[1], -1)  # (rows of b, T*B)
    return rows @ columns.T
