"""Numerical gradients of any function, and a report that compares them with the gradients that you claim.

It knows nothing of networks. It moves one entry of an array at a time, calls your function again and looks at
what changed; so it needs a plain function, the arrays that the function reads, and float64.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import hypot, inf, isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import (
    FloatArray,
    RandomSource,
    as_array,
    as_gradients,
    as_positive,
    as_rng,
    as_size,
    check_live,
    refuse_masked,
    shape_text,
)

Function = Callable[[], Any]
"""Takes nothing, reads the arrays where they are, returns a number, an array or a tuple of arrays."""

EPSILON = float(np.finfo(np.float64).eps)

STEP = EPSILON ** (1 / 3)
"""How far an entry of size 1 is moved: 6e-6.

The error of the formula grows with the square of the step, the error of
rounding with its inverse. The sum is smallest near the cube root of the
machine epsilon."""

ROUNDING = 8 * EPSILON / STEP
"""What eight roundings of an output of size 1 may add to a difference."""


class Row(NamedTuple):
    """What the check found for one array."""

    shape: tuple[int, ...]
    """Its shape."""
    error: float
    """Norm of the difference over the larger of the two norms; infinite if a numerical one is not finite."""
    worst: tuple[int, ...]
    """The entry with the greatest difference, or the first whose numerical gradient is not finite."""
    claimed: float
    """The claimed gradient there."""
    numerical: float
    """The numerical gradient there."""
    checked: int
    """How many entries were compared."""


@dataclass(frozen=True)
class GradientReport:
    """What `check_gradients` found; ``print(report)`` writes it as a table."""

    rows: dict[str, Row]
    """One row for each array, by its name."""
    tolerance: float
    """The greatest error that counts as agreement."""

    @property
    def ok(self) -> bool:
        """True if every array agrees."""
        return not self.wrong

    @property
    def max_error(self) -> float:
        """The greatest error of all arrays; NaN if one is NaN."""
        return float(np.max([row.error for row in self.rows.values()]))

    @property
    def wrong(self) -> list[str]:
        """The names of the arrays that do not agree. An error that is NaN is no agreement."""
        return [name for name, row in self.rows.items() if not row.error <= self.tolerance]

    def __str__(self) -> str:
        """Write one line for each array, and a verdict."""
        lines: list[tuple[str, ...]] = [("array", "shape", "error", "worst at", "claimed", "numerical", "")]
        for name, row in self.rows.items():
            values = [f"{value:+.4e}" for value in (row.claimed, row.numerical)]
            verdict = "WRONG" if name in self.wrong else "ok"
            where = shape_text(row.worst)
            lines.append((name, shape_text(row.shape), f"{row.error:.1e}", where, *values, verdict))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        agree = len(self.rows) - len(self.wrong)
        table.append(f"{agree} of {len(self.rows)} arrays agree to {self.tolerance:.0e}")
        return "\n".join(table)


def numerical_gradient(f: Function, array: FloatArray) -> FloatArray:
    """Return the gradient of a number with respect to every entry of an array, by central differences.

    Parameters
    ----------
    f : callable
        Takes nothing and returns a number that depends on `array`, which it reads where it is.
    array : numpy.ndarray of float64
        Any shape. Its entries are moved one at a time and put back, also if `f` raises.

    Returns
    -------
    numpy.ndarray
        The shape of `array`.

    Raises
    ------
    TypeError, ValueError
        If `array` is not a writable float64 array of finite numbers, or `f` does not return a finite number.
    FloatingPointError
        If a difference is too large for float64.
    """
    _check_movable("array", array)
    _evaluate(f, scalar=True)
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        gradient[index] = _central_difference(f, array, index, [np.ones(())])
        if not isfinite(gradient[index]):
            raise FloatingPointError(f"the difference of f at array{list(index)} is {gradient[index]}")
    return gradient


def check_gradients(
    f: Function,
    parameters: Mapping[str, FloatArray],
    gradients: Mapping[str, ArrayLike] | Callable[..., Mapping[str, ArrayLike]],
    *,
    samples: int | None = None,
    tolerance: float = 1e-7,
    rng: RandomSource = 0,
) -> GradientReport:
    """Compare the gradients that you claim with central differences of your function.

    If `f` returns a number, its gradients are compared. If it returns arrays, each is multiplied by random
    weights, and the sum of all products is differentiated. With equal weights an error in one output could
    hide behind another; with random weights it cannot. In this case `gradients` is the backward pass itself,
    a callable that takes the gradient of every output.

    The error of an array is the norm of the difference over the larger of the two norms. A difference that is
    no larger than the rounding errors of the numerical gradient counts as agreement, however small the norms.

    Parameters
    ----------
    f : callable
        Takes nothing and returns a number, an array or a tuple of arrays, in float64. It reads `parameters`
        where they are, and returns the same for the same arrays.
    parameters : dict of str to numpy.ndarray of float64
        The live arrays by name. Entries are moved one at a time and put back, also if `f` raises.
    gradients : dict of str to array_like, or callable
        The gradients by the names of `parameters`; further names are ignored. Or a callable that returns
        them: it is called once, with one array for every array that `f` returns, and with nothing if `f`
        returns a number.
    samples : int, optional
        Check no more than this many entries of each array, drawn by `rng`. All of them without it.
    tolerance : float
        The greatest error that counts as agreement. Right gradients are mostly below 1e-8, wrong ones mostly
        above 1e-3.
    rng : None, int or numpy.random.Generator
        Where the random weights and samples come from. The default repeats itself.

    Returns
    -------
    GradientReport
        ``report.ok``, ``report.max_error``, ``report.wrong``; ``print(report)`` writes a table.

    Raises
    ------
    TypeError, ValueError
        If an array is not a writable float64 array of finite numbers, two share memory, a gradient is missing
        or of another shape, or `f` does not return the same finite numbers twice.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_tutorial import check_gradients
    >>> w = np.array([1.0, 2.0, 3.0])
    >>> report = check_gradients(lambda: (w**2).sum(), {"w": w}, {"w": 2 * w})
    >>> report.ok
    True
    """
    tolerance = as_positive("tolerance", tolerance)
    samples = None if samples is None else as_size("samples", samples)
    rng = as_rng(rng)
    _check_parameters(parameters)
    outputs, again = _evaluate(f, scalar=not callable(gradients)), _evaluate(f)
    if len(outputs) != len(again) or not all(map(np.array_equal, outputs, again)):
        raise ValueError("f returned two results for the same arrays: does it draw numbers or keep a state?")

    is_number = len(outputs) == 1 and outputs[0].ndim == 0
    weights: list[FloatArray] = [np.ones(()) if is_number else rng.standard_normal(y.shape) for y in outputs]
    if callable(gradients):
        gradients = gradients() if is_number else gradients(*[v.copy() for v in weights])
    claims = {name: claim.copy() for name, claim in as_gradients(gradients, parameters).items()}
    noise = hypot(*[n for v, y in zip(weights, outputs, strict=True) for n in (v * (y * ROUNDING)).flat])

    rows = {}
    for name, array in parameters.items():
        indices = list(np.ndindex(array.shape))
        if samples is not None and samples < len(indices):
            indices = [indices[k] for k in np.sort(rng.choice(len(indices), samples, replace=False))]
        claimed = np.array([claims[name][index] for index in indices])  # (number of entries checked,)
        numerical = np.array([_central_difference(f, array, index, weights) for index in indices])
        least = noise * sqrt(len(indices))  # the norm of mere rounding
        rows[name] = _compare(array.shape, indices, claimed, numerical, least, tolerance)
    return GradientReport(rows, tolerance)


def _compare(
    shape: tuple[int, ...],
    indices: list[tuple[int, ...]],
    claimed: FloatArray,
    numerical: FloatArray,
    least: float,
    tolerance: float,
) -> Row:
    """Return the row for one array. A difference no larger than `least` has an error within `tolerance`."""
    if not indices:
        return Row(shape, 0.0, (), 0.0, 0.0, 0)
    finite = np.isfinite(numerical)  # (number of entries checked,)
    if not finite.all():
        error, worst = inf, int(finite.argmin())
    else:
        largest = float(max(abs(claimed).max(), abs(numerical).max(), least))
        scale = largest or 1.0  # so that no square overflows
        claims, differences = claimed / scale, numerical / scale  # (number of entries checked,) each
        norm, distance = max(hypot(*claims), hypot(*differences)), hypot(*(claims - differences))
        if distance <= least / scale:
            norm = max(norm, least / scale / tolerance)
        error = distance / norm if norm else 0.0
        worst = int(abs(claims - differences).argmax())
    return Row(shape, error, indices[worst], float(claimed[worst]), float(numerical[worst]), len(indices))


# --8<-- [start:difference]
def _central_difference(
    f: Function,
    array: FloatArray,
    index: tuple[int, ...],
    weights: list[FloatArray],
) -> float:
    """Return the central difference of f along one entry.

    If f has several outputs, the difference is that of their weighted sum.
    """
    step = STEP * max(1.0, abs(float(array[index])))
    with _moved(array, index, +step) as above:
        ys_above = _evaluate(f, like=weights)
    with _moved(array, index, -step) as below:
        ys_below = _evaluate(f, like=weights)
    outputs = zip(weights, ys_above, ys_below, strict=True)
    with np.errstate(over="ignore", invalid="ignore"):  # the result is looked at instead
        change = sum(float((v * (up - down)).sum()) for v, up, down in outputs)
    return change / (above - below)


@contextmanager
def _moved(
    array: FloatArray,
    index: tuple[int, ...],
    by: float,
) -> Iterator[float]:
    """Change one entry while the block runs; yield its new value."""
    before = array[index].copy()
    try:
        array[index] += by
        yield float(array[index])
    finally:
        array[index] = before
    # --8<-- [end:difference]


def _evaluate(
    f: Function, *, scalar: bool = False, like: list[FloatArray] | None = None
) -> list[NDArray[np.float64]]:
    """Call f and return copies of its outputs: finite, in float64, and of the shapes of `like` if given."""
    result = f()
    results = result if isinstance(result, (tuple, list)) else [result]
    for y in results:
        refuse_masked("the result of f", y)
    outputs = [np.array(y) for y in results]
    if like is not None and [y.shape for y in outputs] != [v.shape for v in like]:
        raise ValueError("f must return results of the same shapes each time, whatever its arrays hold")
    for y in outputs:
        if y.dtype != np.float64:
            raise TypeError(f"f must return float64, got {y.dtype}: differences need all the digits")
        if not np.isfinite(y).all():
            raise ValueError(f"f must return finite numbers, got {y[~np.isfinite(y)][0]}")
    if scalar and (len(outputs) != 1 or outputs[0].ndim):
        shapes = ", ".join(shape_text(y.shape) for y in outputs) or "nothing"
        raise ValueError(
            f"f must return a number, got {shapes}: for arrays, gradients must be a callable that takes the"
            " gradient of each"
        )
    return outputs


def _check_movable(name: str, array: FloatArray) -> None:
    """Refuse what cannot be moved in place and with enough digits."""
    check_live(name, array)
    if array.dtype != np.float64:
        raise TypeError(f"{name} must be float64, got {array.dtype}: differences need all the digits")
    as_array(name, array, array.shape, array.dtype)


def _check_parameters(parameters: Mapping[str, FloatArray]) -> None:
    """Refuse arrays that cannot be moved one at a time."""
    if not parameters:
        raise ValueError("parameters must hold at least one array")
    names = list(parameters)
    for k, name in enumerate(names):
        _check_movable(f"parameters[{name!r}]", parameters[name])
        for other in names[:k]:
            if np.shares_memory(parameters[name], parameters[other]):
                raise ValueError(f"parameters {other!r} and {name!r} share memory: moving one moves both")
