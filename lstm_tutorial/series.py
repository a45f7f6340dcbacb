"""A series to forecast, with its gaps filled and marked, and windows of it.

A series is a table with one row per step, (N, D). What is to be forecast from a window, and how, is for the
one who forecasts to say: there is no split, no scaling and no training here.
"""

from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import FloatArray, as_integers, as_real, as_size


class Weekly(NamedTuple):
    """A series with one value a week."""

    weeks: NDArray[np.datetime64]
    """The day of each value, seven days after the one before, (N,)."""
    values: FloatArray
    """The values, (N,)."""
    filled: NDArray[np.bool_]
    """True where nothing was measured and the value was filled in, (N,)."""


def co2() -> Weekly:
    """Read the weekly CO2 in the air at Mauna Loa, Hawaii, from March 1958 to December 2001, in ppm.

    A gap is filled along the straight line between its neighbors. The neighbor after a gap lies in the
    future, so do not do this within the rows that test a forecast. Here, all gaps lie before September 1985.

    References
    ----------
    Keeling & Whorf (2004). Source and license are in ``lstm_tutorial/data/README.md``.
    """
    text = files("lstm_tutorial").joinpath("data", "co2.csv").read_text(encoding="ascii")
    days, ppm = zip(*(row.split(",") for row in text.split()[1:]), strict=True)
    weeks = np.array([f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days], "datetime64[D]")  # (N,)
    values = np.array([float(value or "nan") for value in ppm])  # (N,), NaN in a gap
    filled = np.isnan(values)  # (N,)
    values[filled] = np.interp(np.flatnonzero(filled), np.flatnonzero(~filled), values[~filled])
    return Weekly(weeks, values, filled)


def windows(table: ArrayLike, ends: ArrayLike, length: int) -> NDArray[Any]:
    """Cut windows out of a table: for each end, the row of that number and the rows before it.

    Parameters
    ----------
    table : array_like, (N, D)
        One row per step, one column per feature.
    ends : array_like of int, (B,)
        The number of the last row of each window.
    length : int
        T, the number of rows of a window.

    Returns
    -------
    numpy.ndarray, (T, D, B)
        The axes that `unroll` takes. ``windows(...).transpose(2, 0, 1)`` has those of Keras: samples, steps,
        features.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape, or a window would not lie within the table.
    """
    table, T = as_real("table", table, ("N", "D")), as_size("length", length)
    ends = as_integers("ends", ends, ("B",))  # (B,)
    if ends.size and not T - 1 <= ends.min() <= ends.max() < len(table):
        raise ValueError(f"ends must lie from {T - 1} to {len(table) - 1}, got {ends.min()} to {ends.max()}")
    rows = np.arange(1 - T, 1)[:, None] + ends  # (T, B)
    cut: NDArray[Any] = table[rows]  # (T, B, D)
    return cut.transpose(0, 2, 1)  # (T, D, B)
