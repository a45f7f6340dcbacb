"""The losses that judge outputs, each with its gradient with respect to the outputs.

A loss turns outputs and targets into one number: summed over the outputs, averaged over steps and examples.
Padded steps do not count. There are no weights here; `lstm_tutorial.network` carries the gradient on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import FloatArray, as_array, as_lengths, as_outputs, shape_text


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


def _loss_arguments(
    ys: ArrayLike, targets: ArrayLike, lengths: ArrayLike | None
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_], FloatArray]:
    """Return the arrays of a loss, which steps count, and the share of the mean that each of those has."""
    ys = as_outputs("ys", ys)
    targets = as_array("targets", targets, ys.shape, ys.dtype)
    if lengths is not None and ys.ndim == 2:
        raise ValueError(f"lengths needs ys of shape (T, O, B), got {shape_text(ys.shape)}")
    counts = np.ones((1, ys.shape[-1]), bool)  # (1, B)
    if ys.ndim == 3:
        T, _, B = ys.shape
        counts = np.arange(T).reshape(T, 1, 1) < as_lengths(lengths, T, B)  # (T, 1, B)
    weight = counts.astype(ys.dtype) / max(int(counts.sum()), 1)  # (T, 1, B), 1 in sum
    return ys, targets, counts, weight
