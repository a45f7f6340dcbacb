"""The gradient checker against gradients known by hand; what it moves, restores, reports and refuses.

Nothing here says that the package's own gradients are right; that is in the tests of what has gradients. The
checker must find an error wherever one is put, find none where there is none, and leave the arrays alone.
"""

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import check_gradients, numerical_gradient, softmax, softmax_gradient
from lstm_tutorial.gradcheck import GradientReport, Row
from tests.asserts import assert_raises

CUBE_ROOT = 6.0554544523933395e-06  # of 2**-52, by mpmath


# Numerical gradients

KNOWN: dict[str, tuple[Any, Any]] = {  # a function of one number, and its derivative
    "square": (lambda x: x**2, lambda x: 2 * x),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "exponential": (np.exp, np.exp),
    "sine": (np.sin, np.cos),
    "constant": (lambda x: 0 * x + 2.0, lambda x: 0 * x),
}


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3)])
def test_numerical_gradients_of_known_functions(name, shape):
    f, derivative = KNOWN[name]
    x = np.array(np.random.default_rng(0).uniform(-2, 2, shape))
    gradient = numerical_gradient(lambda: f(x).sum(), x)
    assert gradient.shape == x.shape
    np.testing.assert_allclose(gradient, derivative(x), rtol=0, atol=3e-9)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e3, 1e6])
def test_the_step_suits_the_size_of_the_entry(size):
    x = np.array([1.7 * size])
    np.testing.assert_allclose(numerical_gradient(lambda: (x**3).sum(), x), 3 * x**2, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("value", [0.0, 0.25, -1.0, 3.0, -1e4])
def test_what_the_function_sees(value):
    """One entry at a time moves, up and then down, by the cube root of the machine epsilon times its size."""
    x = np.array([7.0, value])
    seen = []

    def f():
        seen.append(x.copy())
        return x.sum()

    check_gradients(f, {"x": x}, {"x": np.ones(2)})
    assert len(seen) == 2 + 2 * 2
    still, again, up0, down0, up1, down1 = seen
    for untouched in (still, again):
        assert untouched.tolist() == [7.0, value]
    step = CUBE_ROOT * max(1.0, abs(value))
    np.testing.assert_allclose([up0[0], down0[0]], [7 + 7 * CUBE_ROOT, 7 - 7 * CUBE_ROOT], rtol=1e-15)
    np.testing.assert_allclose([up1[1] - value, down1[1] - value], [step, -step], rtol=1e-9)
    assert up0[1] == down0[1] == value
    assert up1[0] == down1[0] == 7.0


def test_the_move_that_is_divided_by_is_the_one_that_happened():
    """1e10 moves by 60554.544… and not by the number before rounding: a slope of 1 is exactly 1."""
    x = np.array([12345678901.0])
    assert numerical_gradient(lambda: x[0], x).tolist() == [1.0]


@pytest.mark.parametrize("failing_call", [1, 2, 5, 9, None])
def test_arrays_are_put_back_bit_for_bit_even_if_the_function_raises(failing_call):
    x = np.array([0.1, 1e-300, -0.0, -7e20, 5e-324])
    before = x.tobytes()
    calls = 0

    def f():
        nonlocal calls
        calls += 1
        if calls == failing_call:
            raise KeyboardInterrupt
        return float(x[:3].sum())

    with pytest.raises(KeyboardInterrupt) if failing_call else nullcontext():
        numerical_gradient(f, x)
    assert calls == (failing_call or 11)
    assert x.tobytes() == before


@pytest.mark.parametrize("order", ["C", "F", "strided", "reversed"])
def test_any_memory_layout(order):
    base = np.random.default_rng(1).standard_normal((4, 6))
    views = {"C": base, "F": np.asfortranarray(base), "strided": base[::2, 1::2], "reversed": base[::-1]}
    x = views[order]
    assert check_gradients(lambda: (x**3).sum(), {"x": x}, {"x": 3 * x**2}).ok


def test_outputs_and_gradients_that_live_in_reused_arrays_are_read_in_time():
    x, out, dx = np.array([1.0, 2.0]), np.empty(2), np.empty(2)

    def f():
        dx[:] = np.nan  # the next forward pass overwrites what the last backward pass returned
        return np.multiply(x, x, out=out)

    def backward(dy):
        return {"x": np.multiply(dy, 2 * x, out=dx)}

    assert check_gradients(f, {"x": x}, backward).max_error < 1e-9


# Reports


def test_a_report_says_what_is_wrong_and_where():
    """Doubled, one entry is off by its own size: the error is that over the norm of what is claimed."""
    a, b = np.array([[3.0, 0.0], [4.0, 12.0]]), np.array([2.0])
    report = check_gradients(
        lambda: (a**2).sum() / 2 + 5 * b[0], {"a": a, "b": b}, {"a": [[3, 0], [4, 24]], "b": [5], "c": [0]}
    )
    assert not report.ok
    assert report.wrong == ["a"]
    assert list(report.rows) == ["a", "b"]
    row = report.rows["a"]
    assert (row.shape, row.worst, row.claimed) == ((2, 2), (1, 1), 24.0)
    assert row.numerical == pytest.approx(12.0, rel=1e-8)
    assert row.error == pytest.approx(12 / np.sqrt(9 + 16 + 24**2), rel=1e-8)
    assert report.max_error == row.error
    assert report.rows["b"].error < 1e-9
    assert report.tolerance == 1e-7
    assert str(report).endswith("\n1 of 2 arrays agree to 1e-07")


def test_the_worst_entry_is_the_one_with_the_greatest_difference_of_either_sign():
    x = np.ones((2, 3))
    for sign in (1, -1):
        claim = np.ones((2, 3))
        claim[0, 1] += 0.5
        claim[1, 2] += sign * 2.0
        assert check_gradients(lambda: x.sum(), {"x": x}, {"x": claim}).rows["x"].worst == (1, 2)


def test_a_report_prints_as_a_table():
    rows = {
        "Wf": Row((4, 7), 1.2e-11, (2, 0), -0.125, -0.125, 28),
        "Wf_bias": Row((4, 1), 0.5, (3, 0), 1.0, 2.0, 4),
        "c0": Row((4,), 1e-7, (3,), 0.0, 1e-9, 4),
    }
    assert str(GradientReport(rows, 1e-7)) == "\n".join(
        [
            "array    shape   error    worst at  claimed      numerical",
            "Wf       (4, 7)  1.2e-11  (2, 0)    -1.2500e-01  -1.2500e-01  ok",
            "Wf_bias  (4, 1)  5.0e-01  (3, 0)    +1.0000e+00  +2.0000e+00  WRONG",
            "c0       (4,)    1.0e-07  (3,)      +0.0000e+00  +1.0000e-09  ok",
            "2 of 3 arrays agree to 1e-07",
        ]
    )


def test_an_error_as_large_as_the_tolerance_still_agrees():
    row = Row((1,), 1e-7, (0,), 0.0, 0.0, 1)
    assert GradientReport({"x": row}, 1e-7).ok
    assert GradientReport({"x": row}, 1e-7).wrong == []
    assert not GradientReport({"x": row._replace(error=1.01e-7)}, 1e-7).ok
    assert not GradientReport({"x": row, "y": row._replace(error=2e-7)}, 1e-7).ok


def test_an_error_that_is_not_a_number_is_no_agreement():
    right, nan = Row((1,), 1e-9, (0,), 0.0, 0.0, 1), Row((1,), np.nan, (0,), 0.0, 0.0, 1)
    for rows in ({"a": right, "b": nan}, {"b": nan, "a": right}):
        report = GradientReport(rows, 1e-7)
        assert not report.ok
        assert report.wrong == ["b"]
        assert np.isnan(report.max_error)
        assert str(report).count("WRONG") == 1


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e155, 1e170, 1e250, 1e305])
def test_functions_of_any_size_are_compared(size):
    """Squares of such numbers overflow or vanish; the comparison does not."""
    x = np.array([1.0, -2.0, 0.5])
    f = lambda: size * (x @ x)  # noqa: E731
    right = 2 * size * x
    assert check_gradients(f, {"x": x}, {"x": right}).ok
    wrong = check_gradients(f, {"x": x}, {"x": right * [1, 1.5, 1]})
    assert wrong.wrong == ["x"]
    assert wrong.rows["x"].worst == (1,)
    assert wrong.rows["x"].error == pytest.approx(2 / np.sqrt(41), rel=1e-3)
    several = check_gradients(lambda: (f(), size * x), {"x": x}, lambda da, db: {"x": da * right + size * db})
    assert several.ok


@pytest.mark.parametrize("claim", [1e155, 1e170, -1.7e308])
def test_a_huge_claim_is_wrong_and_is_named(claim):
    a, b = np.array([1.0, 2.0]), np.array([3.0])
    report = check_gradients(lambda: a.sum() + b.sum(), {"a": a, "b": b}, {"a": [1.0, claim], "b": [1.0]})
    assert report.wrong == ["a"]
    assert report.rows["a"].worst == (1,)
    assert report.rows["a"].error == pytest.approx(1.0)


def test_a_difference_that_is_not_finite_is_wrong_and_is_named():
    """A step from -1e308 to 1e308 is too large for a float, and so is any slope there."""
    x, y = np.array([1.0, 0.0]), np.array([1.0])
    f = lambda: np.array([1e308 * np.sign(x[1]) + 0 * y[0]])  # noqa: E731
    for claim in (0.0, 1.7e308):
        report = check_gradients(f, {"y": y, "x": x}, lambda dy, claim=claim: {"y": [0.0], "x": [0.0, claim]})
        assert report.wrong == ["x"]
        assert report.max_error == np.inf
        assert report.rows["x"].worst == (1,)
        assert str(report).splitlines()[2].endswith("WRONG")
    message = "the difference of f at array[1] is inf"
    assert_raises(FloatingPointError, message, lambda: numerical_gradient(lambda: f()[0], x))
    assert x.tolist() == [1.0, 0.0]


def test_what_differences_cannot_see_is_measured_against_what_they_can():
    """A gradient of zero meets differences that are mere rounding; a wrong one still stands out."""
    x = np.array([1.0, 2.0, 3.0, 4.0])
    claim = np.full(4, 1e-10)
    row = check_gradients(lambda: 3.0, {"x": x}, {"x": claim}, tolerance=1e-5).rows["x"]
    rounding = 8 * 2**-52 * 3.0 / CUBE_ROOT * 2  # eight roundings of f, over the step, in four entries
    assert row.error == pytest.approx(2e-10 / (rounding / 1e-5), rel=1e-12)
    assert row.numerical == 0.0
    assert check_gradients(lambda: 3.0, {"x": x}, {"x": np.full(4, 1e-8)}).max_error == 1.0


@pytest.mark.parametrize("tolerance", [5e-324, 1e-12, 1e-7])
def test_the_error_of_a_wrong_gradient_is_relative_however_small_it_is(tolerance):
    """Small beside its function, and twice the right one."""
    w = np.array([1.0, 2.0, 3.0])
    report = check_gradients(
        lambda: 100 + 1e-5 * (w**2).sum(), {"w": w}, {"w": 4e-5 * w}, tolerance=tolerance
    )
    assert not report.ok
    assert report.max_error == pytest.approx(0.5, abs=1e-3)


def test_the_rounding_of_several_outputs_is_that_of_their_weighted_norm():
    x = np.array([1.0])
    outputs = np.array([3.0, 4.0]), np.array([[12.0]])
    given: list[Any] = []

    def backward(*dys):
        given.extend(dys)
        return {"x": [1e-9]}

    row = check_gradients(lambda: outputs, {"x": x}, backward).rows["x"]
    size = np.sqrt(sum(((v * y) ** 2).sum() for v, y in zip(given, outputs, strict=True)))
    assert row.error == pytest.approx(1e-9 / (8 * 2**-52 * size / CUBE_ROOT / 1e-7), rel=1e-12)


def test_the_rounding_of_outputs_near_the_largest_float_is_finite():
    """Their products with the random weights are not."""
    x, y = np.array([1.0]), np.array([1.7e308] * 9)
    assert check_gradients(lambda: y, {"x": x}, lambda dy: {"x": [1e295]}).ok
    assert check_gradients(lambda: y, {"x": x}, lambda dy: {"x": [1e308]}).wrong == ["x"]


def test_zero_against_zero_and_nothing_against_nothing_agree():
    x, empty = np.array([1.0]), np.empty((0, 3))
    report = check_gradients(lambda: 0.0, {"x": x, "empty": empty}, {"x": [0.0], "empty": empty})
    assert report.ok
    assert report.max_error == 0.0
    assert report.rows["empty"] == Row((0, 3), 0.0, (), 0.0, 0.0, 0)
    assert str(report).splitlines()[2].endswith("ok")


# Array outputs and random weights


def test_random_weights_show_what_equal_weights_hide():
    """The probabilities of softmax add up to 1 whatever happens, so their sum checks nothing."""
    ys = np.random.default_rng(0).standard_normal((5, 2))
    hidden = check_gradients(lambda: softmax(ys).sum(), {"ys": ys}, {"ys": np.zeros((5, 2))})
    assert hidden.ok
    p = softmax(ys)
    assert not check_gradients(lambda: softmax(ys), {"ys": ys}, lambda dp: {"ys": np.zeros((5, 2))}).ok
    assert check_gradients(lambda: softmax(ys), {"ys": ys}, lambda dp: {"ys": softmax_gradient(p, dp)}).ok


def test_the_backward_pass_gets_one_array_for_every_output():
    x = np.arange(1.0, 7.0).reshape(2, 3)

    def backward(*dys):
        assert [dy.shape for dy in dys] == [(2, 3), (3,), ()]
        d_square, d_sum, d_total = (dy.copy() for dy in dys)
        for dy in dys:
            dy *= 0  # what is done to them does not change the check
        return {"x": 2 * x * d_square + d_sum + d_total}

    def f():
        return x**2, x.sum(axis=0), x.sum()

    assert check_gradients(f, {"x": x}, backward).max_error < 1e-9
    assert check_gradients(lambda: list(f()), {"x": x}, backward).max_error < 1e-9


def weights_of(rng, n=3):
    """Return the weights that a check of n numbers in one array draws."""
    given: dict[str, Any] = {}
    x = np.zeros(n)
    check_gradients(lambda: x, {"x": x}, lambda dy: given.setdefault("weights", {"x": dy}), rng=rng)
    return given["weights"]["x"]


def test_the_weights_come_from_the_rng():
    generator = np.random.default_rng(5)
    assert weights_of(generator).tolist() == np.random.default_rng(5).standard_normal(3).tolist()
    assert weights_of(generator).tolist() != weights_of(5).tolist()  # the caller's generator moves on
    assert weights_of(5).tolist() == weights_of(5).tolist()
    assert weights_of(None).tolist() != weights_of(None).tolist()
    assert weights_of(5, n=1) == np.random.default_rng(5).standard_normal()  # also one entry gets a weight


# Samples


@pytest.mark.parametrize(("samples", "checked"), [(None, 40), (1, 1), (7, 7), (39, 39), (40, 40), (41, 40)])
def test_samples_limit_how_many_entries_are_moved(samples, checked):
    x = np.ones((5, 8))
    moved: list[Any] = []

    def f():
        moved.extend(map(tuple, np.argwhere(x > 1.0)))
        return x.sum()

    report = check_gradients(f, {"x": x}, {"x": np.full((5, 8), 3.0)}, samples=samples)
    assert report.rows["x"].checked == len(moved) == len(set(moved)) == checked
    assert moved == sorted(moved)
    assert report.rows["x"].error == pytest.approx(2 / 3, rel=1e-8)  # of those that were looked at
    assert report.rows["x"].worst in moved


# What is refused

DIGITS = "differences need all the digits"
ARRAYS = "for arrays, gradients must be a callable that takes the gradient of each"
TWICE = "f returned two results for the same arrays: does it draw numbers or keep a state?"
SHARED = "parameters 'a' and 'c' share memory: moving one moves both"
LACKS = "gradients must hold one for every parameter, but lacks a, c"
NOT_FINITE = "gradients['a'] must be finite in float64, got nan at [1]"
MASK = "the result of f must not be a masked array; fill it, or pass lengths for padded sequences"

X = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        ([1.0, 2.0], TypeError, "{} must be an array, since it is changed in place, got list"),
        (X.astype(np.float32), TypeError, "{} must be float64, got float32: " + DIGITS),
        (np.broadcast_to(1.0, 2), ValueError, "{} must be writable, since it is changed in place"),
        (np.array([1.0, np.nan]), ValueError, "{} must be finite in float64, got nan at [1]"),
    ],
)
def test_arrays_that_cannot_be_moved(array, error, message):
    assert_raises(error, message.format("array"), lambda: numerical_gradient(lambda: 1.0, array))
    call = lambda: check_gradients(lambda: 1.0, {"a": X.copy(), "w": array}, {"a": X, "w": X})  # noqa: E731
    assert_raises(error, message.format("parameters['w']"), call)


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (np.float32(1.0), TypeError, "f must return float64, got float32: " + DIGITS),
        (None, TypeError, "f must return float64, got object: " + DIGITS),
        (np.array([np.inf, np.nan]), ValueError, "f must return finite numbers, got inf"),
        (np.array([1.0, np.nan]), ValueError, "f must return finite numbers, got nan"),
        (np.ma.array([1.0]), TypeError, MASK),
        (X[:1], ValueError, "f must return a number, got (1,): " + ARRAYS),
        ((1.0, X), ValueError, "f must return a number, got (), (2,): " + ARRAYS),
        ((), ValueError, "f must return a number, got nothing: " + ARRAYS),
    ],
)
def test_results_that_are_not_a_number(result, error, message):
    assert_raises(error, message, lambda: numerical_gradient(lambda: result, X))
    assert_raises(error, message, lambda: check_gradients(lambda: result, {"x": X}, {"x": X}))


@pytest.mark.parametrize(
    ("f", "parameters", "gradients", "message"),
    [
        (X.sum, {}, {}, "parameters must hold at least one array"),
        (X.sum, {"a": X, "b": X + 1, "c": X[1:]}, {}, SHARED),
        (X.sum, {"a": X, "b": X + 1, "c": X + 1}, {"b": X}, LACKS),
        (X.sum, {"a": X}, {"a": [[1.0, 1.0]]}, "gradients['a'] must have shape (2,), got (1, 2)"),
        (X.sum, {"a": X}, lambda: {"a": [1.0, np.nan]}, NOT_FINITE),
        (np.random.default_rng(0).standard_normal, {"a": X}, {"a": X}, TWICE),
    ],
)  # fmt: skip
def test_checks_that_cannot_be_made(f, parameters, gradients, message):
    assert_raises(ValueError, message, lambda: check_gradients(f, parameters, gradients))


@pytest.mark.parametrize("results", [[(X, X), (X,)], [(X,), (X, X)], [(X,), (X[:1],)]])
def test_a_function_whose_outputs_change_in_number_or_shape_is_refused(results):
    f = iter(results).__next__
    assert_raises(ValueError, TWICE, lambda: check_gradients(f, {"x": X}, lambda *dys: {"x": X}))
    x = np.array([1.0])
    message = "f must return results of the same shapes each time, whatever its arrays hold"
    f = lambda: results[int(x[0] > 1)]  # noqa: E731
    assert_raises(ValueError, message, lambda: check_gradients(f, {"x": x}, lambda *dys: {"x": x}))
    assert x[0] == 1.0


def test_a_result_that_turns_bad_on_the_way_is_refused():
    x = np.array([0.0])
    message = "f must return finite numbers, got inf"
    assert_raises(ValueError, message, lambda: numerical_gradient(lambda: np.inf if x[0] < 0 else 0.0, x))
    assert x[0] == 0.0


# A property


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 5), where=st.integers(0, 24), size=st.floats(-3, 3))
@settings(max_examples=50)
def test_right_gradients_pass_and_any_error_is_measured(seed, n, where, size):
    """A quadratic form has the gradient (A + Aᵀ)x; what is added to one entry is what the report finds."""
    rng = np.random.default_rng(seed)
    A, x = rng.standard_normal((n, n)), rng.standard_normal(n)  # (n, n), (n,)
    exact = (A + A.T) @ x  # (n,)
    assert check_gradients(lambda: x @ A @ x, {"x": x}, {"x": exact}).ok
    claim = exact.copy()
    error = np.sign(size) * 10.0 ** (-abs(size)) if size else 0.5
    claim[where % n] += error
    row = check_gradients(lambda: x @ A @ x, {"x": x}, {"x": claim}).rows["x"]
    assert row.worst == (where % n,)
    expected = abs(error) / max(np.linalg.norm(exact), np.linalg.norm(claim))
    assert row.error == pytest.approx(expected, rel=1e-4)
