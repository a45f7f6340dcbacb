"""The functions of one number against numbers that this project did not compute.

mpmath gives sigmoid and tanh to 50 digits; central differences give the derivatives. What the network does
with these functions is tested in `test_lstm`.
"""

import mpmath
import numpy as np
import pytest

from lstm_tutorial import sigmoid, sigmoid_derivative, tanh, tanh_derivative

FUNCTIONS = [sigmoid, tanh, sigmoid_derivative, tanh_derivative]


def both_signs(x):
    return np.concatenate((-x[::-1], x))


# From the smallest subnormal number to 1e308, both signs: 1,000 points spread evenly over the exponents,
# where a naive form overflows. Then points where the result turns subnormal and vanishes, and where it is
# steep.
WHOLE_RANGE = both_signs(np.append(10.0 ** np.linspace(-323, 308, 499), 5e-324))
VANISHING = np.linspace(-746.0, -709.0, 200)
STEEP = np.linspace(-40.0, 40.0, 401)
SINGLE = both_signs(np.append(10.0 ** np.linspace(-44, 38, 299), 1.5e-45)).astype(np.float32)
SINGLE_VANISHING = np.linspace(-105.0, -86.0, 200).astype(np.float32)
HALF = np.arange(0, 0x7C00, 13, dtype=np.uint16).view(np.float16)  # every 13th of float16's finite numbers


def ulps(values, exact):
    """Return the largest distance from the exact values, in units of the last place of the exact value."""
    assert not np.isnan(values).any()  # NaN would be the largest of nothing
    worst = mpmath.mpf(0)
    for value, true in zip(values, exact, strict=True):
        place = mpmath.mpf(float(np.spacing(np.abs(values.dtype.type(float(true))))))
        worst = max(worst, abs(mpmath.mpf(float(value)) - true) / place)
    return float(worst)


def exact_sigmoid(xs):
    with mpmath.workdps(50):
        return [1 / (1 + mpmath.exp(-mpmath.mpf(float(x)))) for x in xs]


@pytest.mark.parametrize(
    "x",
    [WHOLE_RANGE, VANISHING, STEEP, SINGLE, SINGLE_VANISHING, STEEP.astype(np.float32), both_signs(HALF)],
    ids=["float64", "vanishing", "steep", "float32", "vanishing32", "steep32", "float16"],
)
def test_sigmoid_is_exact_to_the_last_bits(x):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        s = sigmoid(x)
    assert s.dtype == x.dtype
    allowed = 3 if x.dtype == np.float32 else 2  # NumPy's own exp is off by up to 2.5 in float32
    with mpmath.workdps(50):
        assert ulps(s, exact_sigmoid(x)) <= allowed


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_sigmoid_saturates_cleanly(dtype):
    """Far out, it is 0 and 1, not almost and not NaN, and infinity is only further out."""
    far = np.finfo(dtype).max
    ends = np.array([-np.inf, -far, far, np.inf], dtype)
    np.testing.assert_array_equal(sigmoid(ends), np.array([0, 0, 1, 1], dtype))


def test_sigmoid_of_zero_is_a_half_whatever_its_sign():
    np.testing.assert_array_equal(sigmoid(np.array([0.0, -0.0])), [0.5, 0.5])


def test_not_a_number_stays_not_a_number():
    """The functions are plain mathematics: it is the network that refuses NaN."""
    for function in FUNCTIONS:
        assert np.isnan(function(np.array([np.nan, 0.0]))).tolist() == [True, False]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 4), (2, 1, 2)])
def test_shape_and_dtype_are_kept(function, dtype, shape):
    x = np.full(shape, 0.25, dtype)
    result = function(x)
    assert result.shape == shape
    assert result.dtype == dtype


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("value", [[[0, 1], [-2, 3]], np.array([[0, 1], [-2, 3]], np.int8)])
def test_integers_and_nested_lists_are_computed_in_float64(function, value):
    result = function(value)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, function(np.array(value, np.float64)))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_argument_is_left_alone(function):
    x = np.linspace(-1, 1, 5)
    x.flags.writeable = False
    result = function(x[::2])
    assert not np.shares_memory(result, x)
    np.testing.assert_array_equal(x, np.linspace(-1, 1, 5))


@pytest.mark.parametrize(("function", "derivative"), [(sigmoid, sigmoid_derivative), (tanh, tanh_derivative)])
def test_derivatives_are_central_differences(function, derivative):
    """A central difference over 2e-5 has an error of about 1e-10, and so must the two agree."""
    x = np.linspace(-8, 8, 161)
    step = 1e-5
    difference = (function(x + step) - function(x - step)) / (2 * step)
    np.testing.assert_allclose(derivative(function(x)), difference, rtol=0, atol=3e-10)


def test_derivatives_against_fifty_digits():
    """The derivatives by their definitions, e^-x / (1 + e^-x)^2 and 1 / cosh^2, where floats are exact."""
    values = [0.5, 0.25, 0.75, 0.125, 0.96875]
    with mpmath.workdps(50):
        for s in map(mpmath.mpf, values):
            x = mpmath.log(s / (1 - s))
            exact = mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2
            assert float(sigmoid_derivative(float(s))) == pytest.approx(float(exact), rel=4e-16)
        for t in map(mpmath.mpf, values):
            exact = 1 / mpmath.cosh(mpmath.atanh(t)) ** 2
            assert float(tanh_derivative(float(t))) == pytest.approx(float(exact), rel=4e-16)


def test_the_steepest_points():
    """Sigmoid's derivative is at most a quarter, tanh's at most one; textbooks build arguments on both."""
    assert sigmoid_derivative(sigmoid(0.0)) == 0.25
    assert tanh_derivative(tanh(0.0)) == 1.0
    assert np.all(sigmoid_derivative(sigmoid(STEEP)) <= 0.25)
    assert np.all(tanh_derivative(tanh(STEEP)) <= 1.0)


def test_tanh_against_fifty_digits():
    x = both_signs(np.append(10.0 ** np.linspace(-300, 300, 250), STEEP[STEEP > 0]))
    with mpmath.workdps(50):
        exact = [mpmath.tanh(mpmath.mpf(float(v))) if abs(v) < 1e3 else mpmath.sign(v) for v in x]
        assert ulps(tanh(x), exact) <= 2
