"""The losses that judge outputs, each with its gradient with respect to the outputs.

A loss turns outputs and targets into one number: summed over the outputs, averaged over steps and examples.
It is computed in float64; the gradient has the dtype of the outputs. Padded steps do not count and are never
read. There are no weights here: `backpropagate` carries the gradient on.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import FloatArray, as_floats, as_outputs, as_sequence, shape_text, valid_steps


def squared_error(
    ys: ArrayLike, targets: ArrayLike, *, lengths: ArrayLike | None = None
) -> tuple[float, FloatArray]:
    """Measure the squared distance of outputs from targets: **summed** over O, **averaged** over T and B.

    Parameters
    ----------
    ys : array_like, (T, O, B) or (O, B)
        Outputs. Infinity and NaN are not refused: they show as a loss that is not finite, and so does an
        error whose square is too large for a float.
    targets : array_like, the shape of `ys`
        What the outputs should be.
    lengths : array_like of int, (B,), optional
        The number of valid steps of each column; only for `ys` of shape (T, O, B). The steps after them count
        neither in the sum nor in the average, `ys` and `targets` may hold anything there, and the gradient is
        zero there.

    Returns
    -------
    loss : float
        The mean over the valid steps of all columns; 0 where there is none.
    dys : numpy.ndarray, the shape of `ys`
        Gradient of the loss with respect to `ys`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or has another shape.
    """
    ys, targets, _, n = _loss_arguments(ys, targets, lengths)
    with np.errstate(over="ignore"):
        error = ys - targets  # (T, O, B), in float64
        return float(np.square(error).sum()) / n, (2 / n * error).astype(ys.dtype)


def softmax_cross_entropy(
    ys: ArrayLike, targets: ArrayLike, *, lengths: ArrayLike | None = None
) -> tuple[float, FloatArray]:
    r"""Measure how surprising the targets are to the softmax of the outputs, in nats per step.

    :math:`-\sum_k t_k \ln \mathrm{softmax}(y)_k`: **summed** over O, **averaged** over T and B.
    Softmax and logarithm are taken together, so no probability underflows to a logarithm of zero. The
    gradient is the difference of two distributions.

    Parameters
    ----------
    ys : array_like, (T, O, B) or (O, B)
        Outputs before softmax. ``-inf`` masks a class: its probability and its gradient are 0. Infinity, NaN
        and a column of nothing but ``-inf`` are not refused: they show as a loss that is not finite.
    targets : array_like, the shape of `ys`
        A distribution over O at each valid step: one-hot, or any other that adds up to 1.
    lengths : array_like of int, (B,), optional
        The number of valid steps of each column, as in `squared_error`.

    Returns
    -------
    loss : float
        The mean over the valid steps of all columns; 0 where there is none.
    dys : numpy.ndarray, the shape of `ys`
        Gradient of the loss with respect to `ys`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold real numbers or has another shape, or the targets of a valid step are
        negative or do not add up to 1.
    """
    rounding = float(np.finfo(as_floats("targets", targets).dtype).eps)
    ys, targets, valid, n = _loss_arguments(ys, targets, lengths)
    sums = targets.sum(axis=-2, keepdims=True)  # (T, 1, B)
    if (targets < 0).any() or (abs(sums - 1) > max(1e-4, rounding))[valid].any():
        raise ValueError("targets must be one distribution per step: not negative, and 1 in sum over O")
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = np.subtract(ys, ys.max(axis=-2, keepdims=True), dtype=np.float64)  # (T, O, B), at most 0
        exponentials = np.exp(shifted)  # (T, O, B)
        total = exponentials.sum(axis=-2, keepdims=True)  # (T, 1, B)
        nats = np.log(total) - shifted  # (T, O, B), minus the logarithm of softmax
        loss = float((targets * np.where(targets > 0, nats, 0)).sum()) / n
        dys = ((exponentials / total - targets) / n).astype(ys.dtype)  # (T, O, B)
        np.copyto(dys, 0, where=~valid)
        return loss, dys


def _loss_arguments(
    ys: ArrayLike, targets: ArrayLike, lengths: ArrayLike | None
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_], int]:
    """Return `ys`, and targets in float64, with zeros in the padding; the valid steps, and their number."""
    ys = as_outputs("ys", ys)
    if lengths is not None and ys.ndim == 2:
        raise ValueError(f"lengths needs ys of shape (T, O, B), got {shape_text(ys.shape)}")
    targets = as_sequence("targets", targets, ys.shape, np.dtype(np.float64), lengths)
    B = ys.shape[-1]
    valid = np.ones((1, B), bool) if ys.ndim == 2 else valid_steps(lengths, len(ys), B)  # (T, 1, B) or (1, B)
    ys = ys if valid.all() else np.where(valid, ys, 0)  # (T, O, B)
    return ys, targets, valid, max(int(valid.sum()), 1)
