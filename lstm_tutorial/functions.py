"""The functions that act on one number at a time: sigmoid and tanh, with their derivatives.

Both squash the whole line into an interval: sigmoid into (0, 1), where a gate lives, and tanh into (-1, 1),
where what is stored lives. No weights here, and no time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lstm_tutorial.checks import FloatArray, as_floats


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
