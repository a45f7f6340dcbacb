"""Checks of what a caller passes: arrays, sizes, dtypes and random generators.

Every public function of the package sends its arguments through here before it computes, so that a bad one
is refused by name and nothing broadcasts silently. This file computes nothing of an LSTM.
"""

import operator
from collections.abc import Mapping
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray = NDArray[np.floating[Any]]
RandomSource = None | int | np.random.Generator


def as_array(name: str, value: ArrayLike, shape: tuple[int | str, ...], dtype: np.dtype[Any]) -> FloatArray:
    """Return `value` as a finite real array of exactly this shape and dtype.

    Parameters
    ----------
    name : str
        The argument's name, for the error message.
    value : array_like
        What the caller passed. Integers and nested lists are converted; an array that already fits is
        returned as it is, not copied.
    shape : tuple of int or str
        The expected shape. A letter stands for an axis of any length, as in ``(10, "B")``.
    dtype : numpy.dtype
        The dtype of the result.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If the shape is another one, or an entry is NaN or infinite, or too large for `dtype`.
    """
    if (
        type(value) is np.ndarray
        and value.dtype == dtype
        and (value.shape == shape or _matches(value.shape, shape))
        and is_finite(value)
    ):
        return value
    return _convert(name, value, shape, dtype)


def as_sequence(
    name: str, value: ArrayLike, shape: tuple[int | str, ...], dtype: np.dtype[Any], lengths: ArrayLike | None
) -> FloatArray:
    """Return `value` as a batch of sequences of this shape and dtype, with zeros past each column's length.

    The padding is never read: it may be NaN, infinite or too large for `dtype`.

    Parameters
    ----------
    name : str
        The argument's name, for the error message.
    value : array_like, (T, rows, B)
        What the caller passed. An array that fits and has no padding is returned as it is, not copied.
    shape : tuple of int or str
        The expected shape, as in `as_array`: for example ``("T", 10, "B")``.
    dtype : numpy.dtype
        The dtype of the result.
    lengths : array_like of int, (B,), or None
        The number of valid steps of each column; None where all steps are valid.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers, or `lengths` does not hold integers.
    ValueError
        If the shape is another one, an entry of a valid step is NaN or infinite, or too large for `dtype`, or
        the lengths do not fit.
    """
    if lengths is None:
        return as_array(name, value, shape, dtype)
    array = as_real(name, value, shape)
    T, _, B = array.shape
    valid = valid_steps(lengths, T, B)  # (T, 1, B)
    return as_array(name, array if valid.all() else np.where(valid, array, 0), shape, dtype)


def valid_steps(lengths: ArrayLike | None, steps: int, batch_size: int) -> NDArray[np.bool_]:
    """Return a mask of shape (T, 1, B): True where a step lies within its column's length."""
    return np.arange(steps)[:, None, None] < as_lengths(lengths, steps, batch_size)  # (T, 1, B)


def is_finite(array: FloatArray) -> bool:
    """Return True if no entry is NaN or infinite."""
    # Both survive a sum of squares, which is quick. Only where it overflows, every entry is looked at.
    return isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def _matches(shape: tuple[int, ...], expected: tuple[int | str, ...]) -> bool:
    """Return True if a shape is the expected one, where a letter stands for any length."""
    axes = zip(shape, expected, strict=False)
    return len(shape) == len(expected) and all(isinstance(m, str) or n == m for n, m in axes)


def _convert(name: str, value: ArrayLike, shape: tuple[int | str, ...], dtype: np.dtype[Any]) -> FloatArray:
    """Return a converted copy of what does not fit as it is, or refuse it."""
    array = as_real(name, value, shape)
    with np.errstate(over="ignore"):  # a number too large for the dtype becomes infinite and is refused below
        converted = array.astype(dtype, copy=False)
    if not is_finite(converted):
        where = np.argwhere(~np.isfinite(converted))[0].tolist()
        raise ValueError(f"{name} must be finite in {dtype}, got {array[tuple(where)]} at {where}")
    return converted


def as_real(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> NDArray[Any]:
    """Return `value` as an array of real numbers of this shape: floats or integers of any size, also NaN.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If the shape is another one.
    """
    array = _as_real(name, value, f"an array of shape {shape_text(shape)}")
    if not _matches(array.shape, shape):
        raise ValueError(f"{name} must have shape {shape_text(shape)}, got {shape_text(array.shape)}")
    return array


def as_integers(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> NDArray[np.intp]:
    """Return `value` as a new array of integers of this shape.

    Raises
    ------
    TypeError
        If `value` does not hold integers.
    ValueError
        If the shape is another one.
    """
    array = _as_numpy(name, value, f"an array of shape {shape_text(shape)}")
    if array.dtype.kind not in "iu" and array.size:  # an empty list has the dtype of floats
        raise TypeError(f"{name} must hold integers, got dtype {array.dtype}")
    return as_real(name, array, shape).astype(np.intp)


def as_floats(name: str, value: ArrayLike) -> FloatArray:
    """Return `value` as an array of floats of any shape: floats as they are, integers in float64.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If `value` is a list of rows of different lengths.
    """
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    array = _as_real(name, value, "an array")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def as_gradients(
    gradients: Mapping[str, ArrayLike], parameters: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the gradient of every parameter, of its shape and dtype; further names are left out.

    Raises
    ------
    TypeError, ValueError
        If a gradient is missing, has another shape or is not finite.
    """
    missing = [name for name in parameters if name not in gradients]
    if missing:
        raise ValueError(f"gradients must hold one for every parameter, but lacks {', '.join(missing)}")
    return {n: as_array(f"gradients[{n!r}]", gradients[n], p.shape, p.dtype) for n, p in parameters.items()}


def as_outputs(name: str, ys: ArrayLike) -> FloatArray:
    """Return an array with the axes (T, O, B) or (O, B), or refuse it."""
    ys = as_floats(name, ys)
    if ys.ndim not in (2, 3) or ys.shape[-2] == 0:
        raise ValueError(f"{name} must have shape (T, O, B) or (O, B), got {shape_text(ys.shape)}")
    return ys


def _as_real(name: str, value: ArrayLike, expected: str) -> NDArray[Any]:
    """Return `value` as an array of floats or integers, or refuse it."""
    array = _as_numpy(name, value, expected)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


def _as_numpy(name: str, value: ArrayLike, expected: str) -> NDArray[Any]:
    """Return `value` as an array of any dtype; refuse a masked array and rows of different lengths."""
    refuse_masked(name, value)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be {expected}, got a sequence that is none: {error}") from error


def refuse_masked(name: str, value: Any) -> None:
    """Refuse a masked array, also in a list: NumPy would drop its mask and compute with what is hidden.

    Raises
    ------
    TypeError
        If `value` is a masked array or a list or tuple that holds one.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array; fill it, or pass lengths for padded sequences")
    if isinstance(value, (list, tuple)):
        for part in value:
            refuse_masked(name, part)


def check_live(name: str, array: Any) -> None:
    """Refuse what cannot be changed in place.

    Raises
    ------
    TypeError
        If `array` is not an array, or a masked array.
    ValueError
        If it is read-only.
    """
    refuse_masked(name, array)
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} must be an array, since it is changed in place, got {type(array).__name__}")
    if not array.flags.writeable:
        raise ValueError(f"{name} must be writable, since it is changed in place")


def shape_text(shape: tuple[int | str, ...]) -> str:
    """Write a shape as Python writes a tuple, but letters without quotes: ``(10, B)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def as_size(name: str, value: int) -> int:
    """Return `value` as a positive Python int; refuse booleans and everything that is not an integer.

    Raises
    ------
    TypeError
        If `value` is a boolean or not an integer. NumPy's integers are integers.
    ValueError
        If `value` is zero or negative.
    """
    if isinstance(value, (bool, np.bool_, np.ndarray)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a positive integer, got {value!r}")
    size = operator.index(value)
    if size < 1:
        raise ValueError(f"{name} must be a positive integer, got {size}")
    return size


def as_number(name: str, value: float) -> float:
    """Return `value` as a finite Python float.

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If `value` is NaN or infinite.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # an integer beyond the largest float
        number = inf
    if not isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


def as_positive(name: str, value: float) -> float:
    """Return `value` as a finite Python float above zero.

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If `value` is NaN, infinite, zero or negative.
    """
    number = as_number(name, value)
    if number <= 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return number


def as_float_dtype(dtype: DTypeLike, *more: str) -> np.dtype[Any]:
    """Return ``numpy.dtype(dtype)`` if it is float32, float64 or one of `more`.

    Raises
    ------
    TypeError
        If `dtype` is anything else.
    """
    try:
        result = None if dtype is None else np.dtype(dtype)
    except (TypeError, ValueError):
        result = None
    # To NumPy, None is as good as float64; here it is not.
    allowed = (*more, "float32", "float64")
    if result is None or result not in [np.dtype(name) for name in allowed]:
        raise TypeError(f"dtype must be {', '.join(allowed[:-1])} or {allowed[-1]}, got {dtype!r}")
    return result


def as_rng(rng: RandomSource) -> np.random.Generator:
    """Return a generator: a new one for None or a seed, the caller's own otherwise.

    Raises
    ------
    TypeError
        If `rng` is neither None, nor an int, nor a `numpy.random.Generator`.
    ValueError
        If the seed is negative.
    """
    if rng is None or isinstance(rng, np.random.Generator):
        return np.random.default_rng(rng)
    if isinstance(rng, (bool, np.bool_)) or not isinstance(rng, (int, np.integer)):
        raise TypeError(f"rng must be None, an int or a numpy.random.Generator, got {rng!r}")
    if rng < 0:
        raise ValueError(f"rng must be a non-negative seed, got {rng}")
    return np.random.default_rng(int(rng))


def as_lengths(lengths: ArrayLike | None, steps: int, batch_size: int) -> NDArray[np.intp]:
    """Return the number of valid steps of each column of a batch; `steps` for all where `lengths` is None.

    Raises
    ------
    TypeError
        If `lengths` does not hold integers.
    ValueError
        If the shape is not (B,), or a length is negative or greater than `steps`.
    """
    if lengths is None:
        return np.full(batch_size, steps, np.intp)
    array = as_integers("lengths", lengths, (batch_size,))
    if batch_size and not 0 <= array.min() <= array.max() <= steps:
        raise ValueError(f"lengths must lie between 0 and {steps}, got {array.tolist()}")
    return array
