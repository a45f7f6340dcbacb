"""What is refused, and in which words: every bad call names the argument, what was expected and what came.

Each row of a table is one call that must not compute. Good arguments of odd kinds are in `test_cell`.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import LSTM
from lstm_tutorial.checks import (
    as_array,
    as_float_dtype,
    as_floats,
    as_number,
    as_rng,
    as_sequence,
    as_size,
)

D, H, O, B = 3, 4, 2, 5

X = np.ones((D, B))
STATE = np.ones((H, B))
EXPECTED = {"x": f"({D}, B)", "h_prev": f"({H}, {B})", "c_prev": f"({H}, {B})"}
SIZES = ("input_size", "hidden_size", "output_size")


def spoiled(array, value):
    """Return a copy of a good array with one bad entry in its last place."""
    result = array.copy()
    result[-1, -1] = value
    return result


def refusals_of_an_array(name: str, good: Any, shape: str) -> list[tuple[str, Any, type[Exception], str]]:
    """List what nobody may pass for one array argument: what it is, the value, the error, its words."""
    n, b = good.shape
    end = f"[{n - 1}, {b - 1}]"
    wrong_shapes = {
        "a vector": good[:, 0],
        "a number": np.float64(1.0),
        "three axes": good[None],
        "rows for columns": good.T,
        "a row too many": np.ones((n + 1, b)),
        "one row, which would broadcast": good[:1],
        "no rows": good[:0],
    }
    wrong_kinds = {
        "text": ("[[1, 2]]", "<U8"),
        "an array of text": (good.astype(str), "<U32"),
        "objects": (good.astype(object), "object"),
        "nothing": (None, "object"),
        "a dict": ({}, "object"),
        "complex numbers": (good * 1j, "complex128"),
        "booleans": (good > 0, "bool"),
        "dates": (np.zeros((n, b), "datetime64[s]"), "datetime64[s]"),
        "fractions": ([[Fraction(1, 2)] * b] * n, "object"),
    }
    not_finite = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}
    return [
        *(
            (what, value, ValueError, f"{name} must have shape {shape}, got {value.shape}")
            for what, value in wrong_shapes.items()
        ),
        *(
            (what, value, TypeError, f"{name} must hold real numbers, got dtype {kind}")
            for what, (value, kind) in wrong_kinds.items()
        ),
        *(
            (text, spoiled(good, value), ValueError, f"{name} must be finite in float64, got {text} at {end}")
            for text, value in not_finite.items()
        ),
        ("rows of different lengths", [[1.0, 2.0], [3.0]], ValueError, f"{name} must be an array of shape"),
    ]


KINDS_OF_REFUSAL = len(refusals_of_an_array("x", X, ""))

FORWARD = [
    pytest.param(name, value, error, words, id=f"{name}: {what}")
    for name, good in (("x", X), ("h_prev", STATE), ("c_prev", STATE))
    for what, value, error, words in refusals_of_an_array(name, good, EXPECTED[name])
] + [
    pytest.param(
        name,
        np.ones((H, batch)),
        ValueError,
        f"{name} must have shape ({H}, {B}), got ({H}, {batch})",
        id=f"{name}: a batch of {batch}",
    )
    for name in ("h_prev", "c_prev")
    for batch in (1, B - 1, B + 1)
]


def refuse(call, error, words):
    """Make the call and compare its error with the beginning of the words."""
    with pytest.raises(error, match="^" + re.escape(words)):
        call()


@pytest.mark.parametrize("method", ["forward", "trace"])
@pytest.mark.parametrize(("name", "value", "error", "words"), FORWARD)
def test_bad_inputs_of_a_step(method, name, value, error, words):
    lstm = LSTM(D, H, O, rng=0)
    arguments = {"x": X, "h_prev": STATE, "c_prev": STATE} | {name: value}
    refuse(lambda: getattr(lstm, method)(**arguments), error, words)


def test_sixty_bad_calls_and_more():
    assert len(FORWARD) >= 60


@pytest.mark.parametrize("name", ["x", "h_prev", "c_prev"])
def test_numbers_too_large_for_float32(name):
    """A float64 that float32 cannot hold would turn into infinity without a word."""
    lstm = LSTM(D, H, O, rng=0, dtype=np.float32)
    arguments: dict[str, Any] = {"x": X, "h_prev": STATE, "c_prev": STATE}
    arguments[name] = spoiled(arguments[name], 1e39)
    refuse(lambda: lstm.forward(**arguments), ValueError, f"{name} must be finite in float32, got 1e+39 at ")


@pytest.mark.parametrize(("dtype", "large"), [(np.float64, 1e300), (np.float32, 1e30)])
def test_large_numbers_whose_squares_overflow_are_fine(dtype, large):
    """The quick check for NaN sums squares; what overflows there is looked at again, entry by entry."""
    value = np.full((2, 3), large, dtype)
    assert as_array("x", value, (2, "B"), np.dtype(dtype)) is value
    refuse(
        lambda: as_array("x", spoiled(value, np.nan), (2, "B"), np.dtype(dtype)),
        ValueError,
        "x must be finite",
    )


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (np.int64(0), ValueError),
        (1.5, TypeError),
        (2.0, TypeError),
        (True, TypeError),
        (np.True_, TypeError),
        ("3", TypeError),
        (None, TypeError),
        ((3,), TypeError),
        (np.array(3), TypeError),
        (Decimal(3), TypeError),
        (3 + 0j, TypeError),
    ],
    ids=repr,
)
def test_bad_sizes(name, value, error):
    sizes = dict.fromkeys(SIZES, 2) | {name: value}
    got = str(value) if error is ValueError else repr(value)
    refuse(lambda: LSTM(**sizes), error, f"{name} must be a positive integer, got {got}")


@pytest.mark.parametrize("value", [0, -2, 1.0, True, "1", None], ids=repr)
def test_bad_batch_sizes(value):
    error = ValueError if type(value) is int else TypeError
    refuse(
        lambda: LSTM(D, H, O).initial_state(value),
        error,
        f"batch_size must be a positive integer, got {value!r}",
    )


@pytest.mark.parametrize(
    "dtype",
    [
        np.float16,
        np.longdouble,
        int,
        bool,
        complex,
        object,
        str,
        "float",
        "nothing",
        ">f8",
        None,
        7,
        "f4, f4",
    ],
    ids=repr,
)
def test_bad_dtypes(dtype):
    if dtype == "float":  # NumPy's name for float64, and as good as it
        assert LSTM(D, H, O, dtype=dtype).dtype == np.float64
        return
    refuse(lambda: LSTM(D, H, O, dtype=dtype), TypeError, f"dtype must be float32 or float64, got {dtype!r}")


@pytest.mark.parametrize(
    ("rng", "error", "words"),
    [
        (-1, ValueError, "rng must be a non-negative seed, got -1"),
        *(
            (value, TypeError, f"rng must be None, an int or a numpy.random.Generator, got {value!r}")
            for value in (1.5, True, np.True_, "0", [1, 2], np.random, np.random.PCG64(0))
        ),
    ],
    ids=repr,
)
def test_bad_sources_of_randomness(rng, error, words):
    refuse(lambda: LSTM(D, H, O, rng=rng), error, words)


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        *(
            (v, TypeError, f"forget_bias must be a real number, got {v!r}")
            for v in ("1", None, True, 1j, [1.0])
        ),
        *(
            (v, ValueError, f"forget_bias must be finite, got {v!r}")
            for v in (np.nan, np.inf, -np.inf, 10**400)
        ),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_bad_forget_biases(value, error, words):
    refuse(lambda: LSTM(D, H, O, forget_bias=value), error, words)


def test_a_forget_bias_too_large_for_float32():
    refuse(
        lambda: LSTM(D, H, O, dtype=np.float32, forget_bias=1e39),
        ValueError,
        "forget_bias must be finite in float32, got 1e+39",
    )


@pytest.mark.parametrize("name", ["dy", "dh", "dc"])
@pytest.mark.parametrize("what", range(KINDS_OF_REFUSAL))
def test_bad_gradients(name, what):
    lstm = LSTM(D, H, O, rng=0)
    good = np.ones((O if name == "dy" else H, B))
    _, value, error, words = refusals_of_an_array(name, good, str(good.shape))[what]
    if value is None:  # the one that is fine here: no gradient
        lstm.backward(lstm.trace(X, STATE, STATE), **{name: value})
        return
    refuse(lambda: lstm.backward(lstm.trace(X, STATE, STATE), **{name: value}), error, words)


@pytest.mark.parametrize(
    ("trace", "error", "words"),
    [
        (None, TypeError, "trace must be a StepTrace, got None"),
        ((1, 2, 3), TypeError, "trace must be a StepTrace, got (1, 2, 3)"),
        (
            LSTM(D, 1, O).trace(X, STATE[:1], STATE[:1]),
            ValueError,
            f"trace.h_prev must have shape ({H}, {B}), got (1, {B})",
        ),
        (
            LSTM(D + 1, H, O).trace(np.ones((D + 1, B)), STATE, STATE),
            ValueError,
            f"trace.x must have shape ({D}, B), got ({D + 1}, {B})",
        ),
        (
            LSTM(D, H, 1).trace(X, STATE, STATE),
            ValueError,
            f"trace.y must have shape ({O}, {B}), got (1, {B})",
        ),
    ],
    ids=["nothing", "a tuple", "other hidden units", "other inputs", "other outputs"],
)
def test_a_trace_of_another_network(trace, error, words):
    """A trace with one hidden unit would broadcast through the whole backward pass."""
    refuse(lambda: LSTM(D, H, O).backward(trace), error, words)


PARAMETERS = {name: array.shape for name, array in LSTM(D, H, O).parameters().items()}


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("what", range(KINDS_OF_REFUSAL))
def test_bad_weights(name, what):
    """An assignment that is refused leaves the weight as it was."""
    lstm = LSTM(D, H, O, rng=0)
    before = {k: v.copy() for k, v in lstm.parameters().items()}
    rows, columns = PARAMETERS[name]
    _, value, error, words = refusals_of_an_array(name, np.ones((rows, columns)), f"({rows}, {columns})")[
        what
    ]
    refuse(lambda: setattr(lstm, name, value), error, words)
    for key, array in lstm.parameters().items():
        np.testing.assert_array_equal(array, before[key])


def test_weights_too_large_for_float32():
    lstm = LSTM(D, H, O, dtype=np.float32)
    refuse(
        lambda: setattr(lstm, "Wy_bias", [[1e39], [0]]),
        ValueError,
        "Wy_bias must be finite in float32, got 1e+39 at [0, 0]",
    )


def test_what_fits_is_not_copied():
    """A check costs next to nothing on the way through: the array itself comes back."""
    x = np.ones((D, B))
    assert as_array("x", x, (D, "B"), x.dtype) is x
    assert as_floats("x", x) is x


FLOAT32 = np.dtype(np.float32)


@pytest.mark.parametrize("padding", [np.nan, np.inf, -np.inf, 1e300, 7.0])
@pytest.mark.parametrize("lengths", [[2, 0], (3, 1), np.array([0, 0])])
def test_padding_is_never_read(padding, lengths):
    xs = np.ones((3, 4, 2))  # (T, D, B)
    expected = np.zeros((3, 4, 2), np.float32)
    for b, length in enumerate(lengths):
        xs[length:, :, b] = padding
        expected[:length, :, b] = 1
    before = xs.copy()
    result = as_sequence("xs", xs, ("T", 4, "B"), FLOAT32, lengths)
    assert result.dtype == FLOAT32
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(xs, before)


def test_a_valid_step_of_a_padded_sequence_must_be_finite():
    xs = np.ones((3, 4, 2))
    xs[1, 2, 0] = 1e300
    message = "xs must be finite in float32, got 1e+300 at [1, 2, 0]"
    refuse(lambda: as_sequence("xs", xs, ("T", 4, "B"), FLOAT32, [2, 0]), ValueError, message)
    as_sequence("xs", xs, ("T", 4, "B"), FLOAT32, [1, 3])


@pytest.mark.parametrize("lengths", [None, [3, 3], np.full(2, 3)])
def test_a_sequence_without_padding_is_not_copied(lengths):
    xs = np.ones((3, 4, 2), np.float32)
    assert as_sequence("xs", xs, ("T", 4, "B"), FLOAT32, lengths) is xs


def test_good_values_of_odd_kinds():
    odd: Any = {"size": np.uint8(3), "number": np.float32(0.5), "integer": np.int8(2), "seed": np.int64(1)}
    assert as_size("n", odd["size"]) == 3
    assert type(as_size("n", odd["size"])) is int
    assert as_number("n", odd["number"]) == 0.5
    assert type(as_number("n", odd["integer"])) is float
    assert as_float_dtype("f4") == np.float32
    assert as_float_dtype(float) == np.float64
    generator = np.random.default_rng(1)
    assert as_rng(generator) is generator
    assert as_rng(odd["seed"]).random() == np.random.default_rng(1).random()
    assert as_rng(None).random() != as_rng(None).random()
