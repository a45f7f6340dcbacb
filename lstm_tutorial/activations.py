"""The activation functions of a recurrent network, sigmoid, tanh and softmax, each with its derivative.

Sigmoid and tanh act on one number at a time and squash the line into an interval: sigmoid into (0, 1), the
range of a gate, and tanh into (-1, 1), the range of a candidate. Softmax turns a column of outputs into
probabilities. There are no weights here, and no losses: see `lstm_tutorial.losses`.
"""

import numpy as np
from numpy.typing import ArrayLike

from lstm_tutorial.checks import FloatArray, as_array, as_floats, as_outputs


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


def sigmoid_derivative(s: ArrayLike) -> FloatArray:
    r"""Return the derivative of sigmoid, from its value: :math:`\sigma' = s (1 - s)`.

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
    r"""Return the derivative of tanh, from its value: :math:`\tanh' = 1 - t^2`.

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
    ys = as_outputs("ys", ys)
    with np.errstate(over="ignore"):  # a difference of two huge outputs is -inf, and its exponential 0
        exponentials = np.exp(ys - ys.max(axis=-2, keepdims=True))  # (T, O, B), at most 1
    total = exponentials.sum(axis=-2, keepdims=True, dtype=np.float64)  # (T, 1, B)
    p: FloatArray = (exponentials / total).astype(ys.dtype)  # (T, O, B)
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
    p = as_outputs("p", p)
    dp = as_array("dp", dp, p.shape, p.dtype)
    mean = (p * dp).sum(axis=-2, keepdims=True, dtype=np.float64)  # (T, 1, B)
    dys: FloatArray = (p * (dp - mean)).astype(p.dtype)  # (T, O, B)
    return dys
