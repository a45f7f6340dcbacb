"""The functions that the network is made of, and the losses that judge it, each with its derivative.

Sigmoid and tanh act on one number at a time and squash the whole line into an interval: sigmoid into (0, 1),
where a gate lives, and tanh into (-1, 1), where what is stored lives. Softmax turns a column of outputs into
probabilities. A loss turns outputs and targets into one number. No weights here, and no time but for the mask
that keeps padded steps out of a loss.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import FloatArray, as_array, as_floats, as_lengths, shape_text


# --8<-- [start:sigmoid]
def sigmoid(x: ArrayLike) -> FloatArray:
    r"""Squash any real number into (0, 1): :math:`\sigma(x) = 1 / (1 + e^{-x})`.

    The textbook form overflows for very negative `x`. Here no exponent is ever positive: for `x` below zero
    the same fraction is written :math:`e^{x} / (1 + e^{x})`, so the result is right to the last bits over
    the whole float range, down to the smallest subnormal number, and no warning is raised.

    Parameters
    ----------
    x : array_like
        Any shape. Floating dtypes are kept; integers are computed in float64.

    Returns
    -------
    numpy.ndarray
        The same shape, between 0 and 1. Exactly 0 or 1 where the true value rounds to it.
    """
    x = as_floats("x", x)
    return np.exp(np.minimum(x, 0.0)) / (1.0 + np.exp(np.copysign(x, -1.0)))
    # --8<-- [end:sigmoid]


def tanh(x: ArrayLike) -> FloatArray:
    r"""Squash any real number into (-1, 1): the hyperbolic tangent, :math:`2\sigma(2x) - 1`.

    Parameters
    ----------
    x : array_like
        Any shape. Floating dtypes are kept; integers are computed in float64.

    Returns
    -------
    numpy.ndarray
        The same shape, between -1 and 1.
    """
    return np.tanh(as_floats("x", x))


# --8<-- [start:derivatives]
def sigmoid_derivative(s: ArrayLike) -> FloatArray:
    r"""Give the slope of sigmoid from the value that it took: :math:`\sigma' = s (1 - s)`.

    Parameters
    ----------
    s : array_like
        Values of `sigmoid`, not its arguments. Any shape.

    Returns
    -------
    numpy.ndarray
        The same shape. At most 1/4, which it reaches at ``s = 1/2``.
    """
    s = as_floats("s", s)
    return s * (1.0 - s)


def tanh_derivative(t: ArrayLike) -> FloatArray:
    r"""Give the slope of tanh from the value that it took: :math:`\tanh' = 1 - t^2`.

    Parameters
    ----------
    t : array_like
        Values of `tanh`, not its arguments. Any shape.

    Returns
    -------
    numpy.ndarray
        The same shape. At most 1, which it reaches at ``t = 0``.
    """
    t = as_floats("t", t)
    return 1.0 - t * t
    # --8<-- [end:derivatives]


# --8<-- [start:softmax]
def softmax(ys: ArrayLike) -> FloatArray:
    r"""Turn each column of outputs into probabilities: :math:`p_k = e^{y_k} / \sum_j e^{y_j}`.

    The largest output of a column is subtracted first, which changes no probability and lets no exponential
    overflow.

    Parameters
    ----------
    ys : array_like, (T, O, B) or (O, B)
        Outputs; the sum runs over the axis O. Floating dtypes are kept; integers are computed in float64.

    Returns
    -------
    numpy.ndarray
        The same shape: not negative, and one in sum over O.

    Raises
    ------
    TypeError, ValueError
        If `ys` does not hold real numbers or has neither shape.
    """
    ys = _as_outputs(ys)
    exponentials: FloatArray = np.exp(ys - ys.max(axis=-2, keepdims=True))  # (T, O, B), at most 1
    p: FloatArray = exponentials / exponentials.sum(axis=-2, keepdims=True)  # (T, O, B)
    return p


def softmax_gradient(p: ArrayLike, dp: ArrayLike) -> FloatArray:
    r"""Carry a gradient back through softmax.

    :math:`\mathrm{d}y_k = p_k (\mathrm{d}p_k - \sum_j p_j \mathrm{d}p_j)`

    Parameters
    ----------
    p : array_like, (T, O, B) or (O, B)
        Values of `softmax`, not its arguments.
    dp : array_like, the shape of `p`
        Gradient of a loss with respect to `p`.

    Returns
    -------
    numpy.ndarray
        Gradient with respect to the arguments of `softmax`, the shape of `p`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or has another shape.
    """
    p = _as_outputs(p, "p")
    dp = as_array("dp", dp, p.shape, p.dtype)
    dys: FloatArray = p * (dp - (p * dp).sum(axis=-2, keepdims=True))  # (T, O, B)
    return dys
    # --8<-- [end:softmax]


# --8<-- [start:losses]
def squared_error(
    ys: ArrayLike, targets: ArrayLike, *, lengths: ArrayLike | None = None
) -> tuple[float, FloatArray]:
    """Measure the squared distance of outputs from targets: **summed** over O, **averaged** over T and B.

    Parameters
    ----------
    ys : array_like, (T, O, B) or (O, B)
        Outputs. An overflow in them is not refused: it shows as a loss that is not finite.
    targets : array_like, the shape of `ys`
        What the outputs should be.
    lengths : array_like, (B,), optional
        The number of steps of each column that count. The others add nothing to the loss or to the number
        that the average divides by, and their gradient is zero. Only where `ys` has steps.

    Returns
    -------
    loss : float
        The mean over the steps that count, of all columns; 0 where none counts.
    dys : numpy.ndarray, the shape of `ys`
        Gradient of the loss with respect to `ys`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or has another shape.
    """
    ys, targets, counts, weight = _loss_arguments(ys, targets, lengths)
    with np.errstate(over="ignore"):
        error = np.where(counts, ys - targets, 0)  # (T, O, B)
        return float((weight * error * error).sum()), 2 * weight * error


def softmax_cross_entropy(
    ys: ArrayLike, targets: ArrayLike, *, lengths: ArrayLike | None = None
) -> tuple[float, FloatArray]:
    r"""Measure how surprising the targets are to the softmax of the outputs, in nats per step.

    :math:`-\sum_k t_k \ln \mathrm{softmax}(y)_k`: **summed** over O, **averaged** over T and B.
    Softmax and logarithm are taken together, so that no probability underflows to a logarithm of zero, and
    the gradient is the difference of two distributions.

    Parameters
    ----------
    ys : array_like, (T, O, B) or (O, B)
        Outputs before softmax. An overflow in them is not refused: it shows as a loss that is not finite.
    targets : array_like, the shape of `ys`
        A distribution over O at each step that counts: one-hot, or any other that adds up to 1.
    lengths : array_like, (B,), optional
        The number of steps of each column that count, as in `squared_error`.

    Returns
    -------
    loss : float
        The mean over the steps that count, of all columns; 0 where none counts.
    dys : numpy.ndarray, the shape of `ys`
        Gradient of the loss with respect to `ys`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or has another shape, or the targets of a step that counts
        are negative or do not add up to 1.
    """
    ys, targets, counts, weight = _loss_arguments(ys, targets, lengths)
    total = np.where(counts, targets.sum(axis=-2, keepdims=True), 1)  # (T, 1, B)
    if (np.where(counts, targets, 0) < 0).any() or (abs(total - 1) > 1e-4).any():
        raise ValueError("targets must be one distribution per step: not negative, and 1 in sum over O")
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = np.where(counts, ys - ys.max(axis=-2, keepdims=True), 0)  # (T, O, B), at most 0
        log_p = shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))  # (T, O, B)
        return float((weight * targets * -log_p).sum()), weight * (np.exp(log_p) - targets)
    # --8<-- [end:losses]


def _as_outputs(ys: ArrayLike, name: str = "ys") -> FloatArray:
    """Return an array with the axes (T, O, B) or (O, B), or refuse it."""
    ys = as_floats(name, ys)
    if ys.ndim not in (2, 3) or ys.shape[-2] == 0:
        raise ValueError(f"{name} must have shape (T, O, B) or (O, B), got {shape_text(ys.shape)}")
    return ys


def _loss_arguments(
    ys: ArrayLike, targets: ArrayLike, lengths: ArrayLike | None
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_], FloatArray]:
    """Return the arrays of a loss, which steps count, and the share of the mean that each of those has."""
    ys = _as_outputs(ys)
    targets = as_array("targets", targets, ys.shape, ys.dtype)
    if lengths is not None and ys.ndim == 2:
        raise ValueError(f"lengths needs ys of shape (T, O, B), got {shape_text(ys.shape)}")
    counts = np.ones((1, ys.shape[-1]), bool)  # (1, B)
    if ys.ndim == 3:
        T, _, B = ys.shape
        counts = np.arange(T).reshape(T, 1, 1) < as_lengths(lengths, T, B)  # (T, 1, B)
    weight = counts.astype(ys.dtype) / max(int(counts.sum()), 1)  # (T, 1, B), 1 in sum
    return ys, targets, counts, weight
