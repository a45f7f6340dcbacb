"""The gradient checker against gradients known by hand, and its manners: what it sees, restores and refuses.

Nothing here says that the package's own gradients are right; that is in the tests of what has gradients. The
checker must find an error wherever one is put, find none where there is none, and leave the arrays alone.
"""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import LSTM, check_gradients, numerical_gradient, softmax, softmax_gradient
from lstm_tutorial.gradcheck import GradientReport, Row

CUBE_ROOT = 6.0554544523933395e-06  # of 2**-52, by mpmath


def refused(error: type[Exception], message: str, call: Any) -> None:
    """Assert that a call raises this error in exactly these words."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


# ------------------------------------------------------------------------------------------------------------
# Numerical gradients
# ------------------------------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("failing_call", range(1, 10))
def test_arrays_are_put_back_even_if_the_function_raises(failing_call):
    x = np.array([0.1, 1e-300, -7e20, 0.3])
    before = x.tobytes()
    calls = 0

    def f():
        nonlocal calls
        calls += 1
        if calls == failing_call:
            raise KeyboardInterrupt
        return float(x.sum())

    with pytest.raises(KeyboardInterrupt):
        numerical_gradient(f, x)
    assert calls == failing_call
    assert x.tobytes() == before


def test_arrays_are_put_back_bit_for_bit():
    x = np.array([0.1, 1e-300, -0.0, 0.3, 1e20, 5e-324])
    before = x.tobytes()
    check_gradients(lambda: x[:4].sum(), {"x": x}, {"x": np.ones(6)})
    assert x.tobytes() == before


@pytest.mark.parametrize("order", ["C", "F", "strided", "reversed"])
def test_any_memory_layout(order):
    base = np.random.default_rng(1).standard_normal((4, 6))
    views = {"C": base, "F": np.asfortranarray(base), "strided": base[::2, 1::2], "reversed": base[::-1]}
    x = views[order]
    assert check_gradients(lambda: (x**3).sum(), {"x": x}, {"x": 3 * x**2}).ok


def test_a_function_that_reuses_its_output_is_read_in_time():
    x, out = np.array([1.0, 2.0]), np.empty(2)

    def f():
        return np.multiply(x, x, out=out)

    assert check_gradients(f, {"x": x}, lambda dy: {"x": dy * 2 * x}).max_error < 1e-9


def test_gradients_that_live_in_a_reused_array_are_read_in_time():
    x, dx = np.array([1.0, 2.0]), np.empty(2)

    def f():
        dx[:] = np.nan  # the next forward pass overwrites what the last backward pass returned
        return (x**2).sum()

    def backward():
        dx[:] = 2 * x
        return {"x": dx}

    assert check_gradients(f, {"x": x}, backward).max_error < 1e-9


# ------------------------------------------------------------------------------------------------------------
# Reports
# ------------------------------------------------------------------------------------------------------------


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


def test_the_larger_norm_is_the_measure_whichever_it_is():
    x = np.array([8.0])
    for claim, error in [(2.0, 0.75), (32.0, 0.75), (0.0, 1.0), (-8.0, 2.0)]:
        row = check_gradients(lambda: x[0] ** 2 / 2, {"x": x}, {"x": [claim]}).rows["x"]
        assert row.error == pytest.approx(error, rel=1e-8)


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


def test_a_report_cannot_be_changed():
    report = GradientReport({"x": Row((1,), 1e-3, (0,), 0.0, 0.0, 1)}, 1e-7)
    with pytest.raises(AttributeError):
        report.tolerance = 1.0  # type: ignore[misc]
    assert not report.ok


def test_an_error_as_large_as_the_tolerance_still_agrees():
    row = Row((1,), 1e-7, (0,), 0.0, 0.0, 1)
    assert GradientReport({"x": row}, 1e-7).ok
    assert GradientReport({"x": row}, 1e-7).wrong == []
    assert not GradientReport({"x": row._replace(error=1.01e-7)}, 1e-7).ok
    assert not GradientReport({"x": row, "y": row._replace(error=2e-7)}, 1e-7).ok


def test_what_differences_cannot_see_is_measured_against_what_they_can():
    """A gradient of zero meets differences that are mere rounding; a wrong one still stands out."""
    x = np.array([1.0, 2.0, 3.0, 4.0])
    claim = np.full(4, 1e-6)
    row = check_gradients(lambda: 3.0, {"x": x}, {"x": claim}, tolerance=1e-5).rows["x"]
    rounding = 8 * 2**-52 * 3.0 / CUBE_ROOT * 2  # eight roundings of f, over the step, in four entries
    assert row.error == pytest.approx(2e-6 / (rounding / 1e-5), rel=1e-12)
    assert row.numerical == 0.0
    assert not check_gradients(lambda: 3.0, {"x": x}, {"x": np.full(4, 1e-3)}).ok


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


def test_zero_against_zero_agrees():
    x = np.array([1.0])
    report = check_gradients(lambda: 0.0, {"x": x}, {"x": [0.0]})
    assert report.ok
    assert report.max_error == 0.0


def test_empty_arrays_agree():
    x, w = np.empty((0, 3)), np.array([2.0])
    report = check_gradients(lambda: x.sum() + w[0], {"x": x, "w": w}, {"x": x, "w": [1.0]})
    assert report.ok
    assert report.rows["x"] == Row((0, 3), 0.0, (), 0.0, 0.0, 0)
    assert str(report).splitlines()[1].split() == [
        "x",
        "(0,",
        "3)",
        "0.0e+00",
        "()",
        *["+0.0000e+00"] * 2,
        "ok",
    ]


def test_the_tolerance_is_the_callers():
    x = np.array([1.0])
    for tolerance, ok in [(1e-3, True), (1e-5, False)]:
        report = check_gradients(lambda: x[0], {"x": x}, {"x": [1.0001]}, tolerance=tolerance)
        assert report.ok is ok
        assert report.tolerance == tolerance


# ------------------------------------------------------------------------------------------------------------
# Array outputs and random weights
# ------------------------------------------------------------------------------------------------------------


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


def test_a_number_needs_no_weights():
    x = np.array([1.0, 2.0])
    assert check_gradients(lambda: (x**2).sum(), {"x": x}, lambda: {"x": 2 * x}).ok
    assert check_gradients(lambda: float((x**2).sum()), {"x": x}, {"x": 2 * x}).ok


def test_a_function_without_results_depends_on_nothing():
    x = np.array([3.0])
    assert check_gradients(tuple, {"x": x}, lambda: {"x": [0.0]}).ok
    assert check_gradients(tuple, {"x": x}, lambda: {"x": [1.0]}).wrong == ["x"]


def weights_given(f, x, backward, **options):
    """Return what a check hands to the backward pass."""
    given: list[Any] = []

    def gradients(*dys):
        given.extend(dys)
        return {"x": backward(*dys)}

    check_gradients(f, {"x": x}, gradients, **options)
    return given


def test_one_array_gets_weights_also_if_it_has_one_entry():
    x = np.array([3.0])
    (given,) = weights_given(lambda: x**2, x, lambda dy: dy * 2 * x)
    assert given.shape == (1,)
    assert given[0] == np.random.default_rng(0).standard_normal()


def test_two_numbers_get_weights():
    x = np.array([3.0])
    report = check_gradients(lambda: (x[0], x[0] ** 2), {"x": x}, lambda da, db: {"x": [da + db * 2 * x[0]]})
    assert report.max_error < 1e-9


def weights_of(rng):
    """Return the weights that a check of three numbers draws."""
    x = np.zeros(3)
    (given,) = weights_given(lambda: x, x, lambda dy: dy, rng=rng)
    return given


def test_the_weights_come_from_the_rng():
    generator = np.random.default_rng(5)
    assert weights_of(generator).tolist() == np.random.default_rng(5).standard_normal(3).tolist()
    assert weights_of(generator).tolist() != weights_of(5).tolist()  # the caller's generator moves on
    assert weights_of(5).tolist() == weights_of(5).tolist()
    assert weights_of(None).tolist() != weights_of(None).tolist()
    with pytest.raises(TypeError, match="rng"):
        weights_of("5")


# ------------------------------------------------------------------------------------------------------------
# Samples
# ------------------------------------------------------------------------------------------------------------


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


def test_samples_come_from_the_rng():
    def sampled(rng):
        x = np.ones(1000)
        return check_gradients(lambda: x.sum(), {"x": x}, {"x": 1 + x}, samples=1, rng=rng).rows["x"].worst

    assert sampled(1) == sampled(1)
    assert len({sampled(seed) for seed in range(10)}) > 5


# ------------------------------------------------------------------------------------------------------------
# What is refused
# ------------------------------------------------------------------------------------------------------------

DIGITS = "differences need all the digits"
ARRAYS = "for arrays, gradients must be a callable that takes the gradient of each"
WRITABLE = "must be writable, since it is moved in place; pass a copy that f reads"

X = np.array([1.0, 2.0])
READ_ONLY = np.array([1.0, 2.0])
READ_ONLY.flags.writeable = False

NOT_MOVABLE: dict[str, tuple[Any, type[Exception], str]] = {
    "a list": ([1.0, 2.0], TypeError, "{} must be an array, since it is moved in place, got list"),
    "float32": (X.astype(np.float32), TypeError, "{} must be float64, got float32: " + DIGITS),
    "integers": (np.arange(2), TypeError, "{} must be float64, got int64: " + DIGITS),
    "complex numbers": (X + 1j, TypeError, "{} must be float64, got complex128: " + DIGITS),
    "read-only": (READ_ONLY, ValueError, "{} " + WRITABLE),
    "nan": (np.array([1.0, np.nan]), ValueError, "{} must be finite in float64, got nan at [1]"),
}


@pytest.mark.parametrize("what", NOT_MOVABLE)
def test_arrays_that_cannot_be_moved(what):
    array, error, message = NOT_MOVABLE[what]
    refused(error, message.format("array"), lambda: numerical_gradient(lambda: 1.0, array))
    parameters = {"good": X.copy(), "w": array}
    claims = {"good": X, "w": X}
    refused(
        error, message.format("parameters['w']"), lambda: check_gradients(lambda: 1.0, parameters, claims)
    )


RESULTS: dict[str, tuple[Any, type[Exception], str]] = {
    "float32": (np.float32(1.0), TypeError, "f must return float64, got float32: " + DIGITS),
    "an integer": (1, TypeError, "f must return float64, got int64: " + DIGITS),
    "nothing": (None, TypeError, "f must return float64, got object: " + DIGITS),
    "infinity": (np.inf, ValueError, "f must return finite numbers, got inf"),
    "one nan": (np.array([1.0, np.nan]), ValueError, "f must return finite numbers, got nan"),
    "nan after infinity": (np.array([np.inf, np.nan]), ValueError, "f must return finite numbers, got inf"),
    "an array": (X, ValueError, "f must return a number, got (2,): " + ARRAYS),
    "one entry": (X[:1], ValueError, "f must return a number, got (1,): " + ARRAYS),
    "two": ((1.0, X), ValueError, "f must return a number, got (), (2,): " + ARRAYS),
    "none": ((), ValueError, "f must return a number, got nothing: " + ARRAYS),
}


@pytest.mark.parametrize("what", RESULTS)
def test_results_that_are_not_a_number(what):
    result, error, message = RESULTS[what]
    refused(error, message, lambda: numerical_gradient(lambda: result, X))
    refused(error, message, lambda: check_gradients(lambda: result, {"x": X}, {"x": X}))


CHECKS: dict[str, tuple[Any, type[Exception], str]] = {
    "no arrays": (
        lambda: check_gradients(lambda: 1.0, {}, {}),
        ValueError,
        "parameters must hold at least one array",
    ),
    "one array twice": (
        lambda: check_gradients(lambda: X.sum(), {"a": X, "b": X[1:]}, {"a": X, "b": X[1:]}),
        ValueError,
        "parameters 'a' and 'b' share memory: moving one moves both",
    ),
    "the third is the first": (
        lambda: check_gradients(lambda: 1.0, {"a": X, "b": X + 1, "c": X}, {"a": X, "b": X, "c": X}),
        ValueError,
        "parameters 'a' and 'c' share memory: moving one moves both",
    ),
    "missing gradients": (
        lambda: check_gradients(lambda: 1.0, {"a": X, "b": X + 1, "c": X + 1}, {"b": X}),
        ValueError,
        "gradients must hold one for every array, but lacks a, c",
    ),
    "a gradient of another shape": (
        lambda: check_gradients(lambda: X.sum(), {"a": X}, {"a": [[1.0, 1.0]]}),
        ValueError,
        "gradients['a'] must have shape (2,), got (1, 2)",
    ),
    "a gradient that is not a number": (
        lambda: check_gradients(lambda: X.sum(), {"a": X}, lambda: {"a": [1.0, np.nan]}),
        ValueError,
        "gradients['a'] must be finite in float64, got nan at [1]",
    ),
    "noise": (
        lambda: check_gradients(np.random.default_rng(0).standard_normal, {"a": X}, {"a": X}),
        ValueError,
        "f returned two results for the same arrays: does it draw numbers or keep a state?",
    ),
    "a tolerance of zero": (
        lambda: check_gradients(lambda: 1.0, {"a": X}, {"a": X}, tolerance=0),
        ValueError,
        "tolerance must be above 0, got 0",
    ),
    "no samples": (
        lambda: check_gradients(lambda: 1.0, {"a": X}, {"a": X}, samples=0),
        ValueError,
        "samples must be a positive integer, got 0",
    ),
}


def test_a_function_whose_outputs_change_in_number_is_refused():
    x = np.array([1.0])
    message = "f returned two results for the same arrays: does it draw numbers or keep a state?"
    for results in ([(x, x), (x,)], [(x,), (x, x)]):
        f = iter(results).__next__
        refused(ValueError, message, lambda f=f: check_gradients(f, {"x": x}, lambda *dys: {"x": x}))
    with pytest.raises(ValueError, match="same shapes"):
        check_gradients(lambda: (x, x) if x[0] <= 1 else (x,), {"x": x}, lambda *dys: {"x": x})
    assert x[0] == 1.0


@pytest.mark.parametrize("what", CHECKS)
def test_checks_that_cannot_be_made(what):
    call, error, message = CHECKS[what]
    refused(error, message, call)


def test_options_are_given_by_name():
    """What is checked may be given either way."""
    assert check_gradients(f=X.sum, parameters={"x": X}, gradients={"x": np.ones(2)}).ok
    with pytest.raises(TypeError, match="positional"):
        check_gradients(X.sum, {"x": X}, {"x": np.ones(2)}, 1)  # type: ignore[call-arg]


def test_a_result_that_turns_bad_on_the_way_is_refused():
    x = np.array([0.0])
    refused(
        ValueError,
        "f must return finite numbers, got inf",
        lambda: numerical_gradient(lambda: np.inf if x[0] < 0 else 0.0, x),
    )
    assert x[0] == 0.0


# ------------------------------------------------------------------------------------------------------------
# Properties, and the cell
# ------------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 5), where=st.integers(0, 24), size=st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
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


def test_one_step_of_the_cell_with_a_batch():
    rng = np.random.default_rng(0)
    lstm = LSTM(3, 4, 2, rng=rng)
    arrays: dict[str, Any] = {"x": rng.standard_normal((3, 2))}  # (D, B)
    arrays |= {name: rng.standard_normal((4, 2)) for name in ("h_prev", "c_prev")}  # (H, B)

    def backward(dy, dh, dc):
        return lstm.backward(lstm.trace(**arrays), dy=dy, dh=dh, dc=dc)

    report = check_gradients(lambda: lstm.forward(**arrays), lstm.parameters() | arrays, backward)
    assert report.max_error < 1e-8
    assert len(report.rows) == 13
