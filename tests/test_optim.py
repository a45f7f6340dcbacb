"""SGD, Adam and clipping against PyTorch and numbers worked by hand; what they keep, change and refuse.

The numbers of PyTorch are committed, see `tests/golden`.
"""

from math import inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_tutorial import LSTM, SGD, Adam, clip_by_global_norm, clip_by_value, global_norm
from lstm_tutorial.optim import Optimizer
from tests.golden import read
from tests.test_gradcheck import refused

OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.03, momentum=0.9),
    "adam": lambda: Adam(0.01),
    "other adam": lambda: Adam(0.3, beta1=0.5, beta2=0.9, epsilon=1e-2),
}


def problem(dtype: Any = np.float64) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw two arrays, and a gradient for each."""
    rng = np.random.default_rng(0)
    shapes = {"W": (2, 3), "b": (2, 1)}
    draw = lambda: {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}  # noqa: E731
    return draw(), draw()


# ------------------------------------------------------------------------------------------------------------
# Updates
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_updates_are_those_of_pytorch(name):
    golden = read("optimizers")[name]
    optimizer = OPTIMIZERS[name]()
    parameters = {"W": golden["W"].copy(), "b": golden["b"].copy()}
    for step in range(50):
        optimizer.update(parameters, {"b": golden["db"][step], "W": golden["dW"][step]})
        for key, array in parameters.items():
            np.testing.assert_allclose(array, golden[f"{key}_after"][step], rtol=1e-12, atol=1e-12)
    assert optimizer.t == len(golden["dW"]) == 50


def test_momentum_by_hand():
    w = np.array([10.0])
    optimizer = SGD(0.5, momentum=0.5)
    for expected in (9.0, 7.5, 5.75):  # v = 2, 3, 3.5
        optimizer.update({"w": w}, {"w": [2.0]})
        assert w.tolist() == [expected]


def test_without_momentum_nothing_is_remembered():
    w = np.array([10.0])
    optimizer = SGD(0.5)
    for gradient, expected in ((2.0, 9.0), (0.0, 9.0), (-4.0, 11.0)):
        optimizer.update({"w": w}, {"w": [gradient]})
        assert w.tolist() == [expected]


def test_the_first_step_of_adam_has_the_size_of_its_learning_rate():
    """Bias correction makes it g / |g|, whatever the size of g; the default size is 0.001."""
    w = np.array([1.0, 1.0, 1.0])
    Adam().update({"w": w}, {"w": [1e3, -1e-3, 0.0]})
    np.testing.assert_allclose(w, [1 - 1e-3, 1 + 1e-3, 1.0], rtol=1e-7)
    optimizer = Adam()
    settings = (optimizer.beta1, optimizer.beta2, optimizer.epsilon)
    assert settings == (0.9, 0.999, 1e-8)  # as in the paper


def test_adam_without_memory_steps_by_sign():
    """With both means as short as they can be, every step is g / |g|: nothing is left of earlier ones."""
    w = np.array([10.0, 10.0])
    optimizer = Adam(0.5, beta1=0.0, beta2=0.0)
    for gradient, expected in (([3.0, -0.2], [9.5, 10.5]), ([-4.0, -1e3], [10.0, 11.0])):
        optimizer.update({"w": w}, {"w": gradient})
        np.testing.assert_allclose(w, expected, rtol=1e-7)


def test_a_method_of_ones_own_may_keep_nothing():
    class BySign(Optimizer):
        def _direction(self, gradient: Any, *kept: Any) -> Any:
            assert kept == ()
            return np.sign(gradient)

    w = np.array([1.0, 2.0])
    optimizer = BySign(0.5)
    optimizer.update({"w": w}, {"w": [3.0, -4.0]})
    assert w.tolist() == [0.5, 2.5]
    assert optimizer.state() == {"t": 1}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_arrays_change_in_place_and_gradients_do_not(name):
    lstm = LSTM(2, 3, 1, rng=0)
    before = {key: array.copy() for key, array in lstm.parameters().items()}
    gradients = {key: np.ones_like(array) for key, array in before.items()} | {"xs": np.ones(1)}
    for array in gradients.values():
        array.flags.writeable = False
    assert OPTIMIZERS[name]().update(lstm.parameters(), gradients) is None
    for key, array in lstm.parameters().items():
        assert (array < before[key]).all()
        assert (gradients[key] == 1.0).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_stays_float32(name):
    (double, gradients), (single, _) = problem(), problem(np.float32)
    optimizer, other = OPTIMIZERS[name](), OPTIMIZERS[name]()
    for _ in range(3):
        optimizer.update(double, gradients)
        other.update(single, {key: g.astype(np.float32) for key, g in gradients.items()})
    for key, array in single.items():
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, double[key], rtol=1e-5)
    state = other.state()
    del state["t"]
    assert all(array.dtype == np.float32 for array in state.values())


@pytest.mark.parametrize("make", [SGD, Adam])
def test_a_learning_rate_may_depend_on_the_update(make):
    asked: list[int] = []

    def rate(t):
        asked.append(t)
        return 0.1 / t

    w, v = np.array([1.0]), np.array([1.0])
    changing, constant = make(rate), make(0.1)
    for t in range(1, 4):
        before = w.copy(), v.copy()
        changing.update({"w": w}, {"w": [0.5]})
        constant.update({"w": v}, {"w": [0.5]})
        np.testing.assert_allclose(before[0] - w, (before[1] - v) / t, rtol=1e-12)
    assert asked == [1, 2, 3]


def test_a_learning_rate_that_turns_bad_changes_nothing():
    w = np.array([1.0])
    optimizer = SGD(lambda t: 1.0 - 0.5 * t)
    optimizer.update({"w": w}, {"w": [1.0]})
    refused(
        ValueError,
        "learning_rate must be above 0, got 0.0",
        lambda: optimizer.update({"w": w}, {"w": [1.0]}),
    )
    assert (optimizer.t, w[0]) == (1, 0.5)


# ------------------------------------------------------------------------------------------------------------
# State
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("updates", [0, 1, 5])
def test_a_loaded_state_continues_bit_for_bit(name, updates):
    parameters, gradients = problem()
    optimizer = OPTIMIZERS[name]()
    for _ in range(updates):
        optimizer.update(parameters, gradients)
    state = optimizer.state()
    assert state["t"] == updates
    copies = {key: array.copy() for key, array in parameters.items()}
    other = OPTIMIZERS[name]()
    other.load(state)
    for _ in range(3):
        optimizer.update(parameters, gradients)
        other.update(copies, gradients)
    for key, array in parameters.items():
        assert np.array_equal(array, copies[key])
    for key, array in other.state().items():
        assert np.array_equal(array, optimizer.state()[key])


def test_the_names_of_the_state():
    parameters, gradients = problem()
    for optimizer, slots in ((SGD(0.1), ["v"]), (Adam(), ["m", "v"])):
        assert list(optimizer.state()) == ["t"]
        optimizer.update(parameters, gradients)
        assert list(optimizer.state()) == ["t", *[f"{s}/{name}" for s in slots for name in ("W", "b")]]


def test_names_with_a_slash_survive():
    w = {"layer/W": np.ones(1)}
    optimizer, other = Adam(), Adam()
    optimizer.update(w, {"layer/W": [2.0]})
    other.load(optimizer.state())
    assert list(other.state()) == ["t", "m/layer/W", "v/layer/W"]
    other.update(w, {"layer/W": [2.0]})


def test_a_state_is_a_copy_both_ways():
    parameters, gradients = problem()
    optimizer, other = Adam(), Adam()
    optimizer.update(parameters, gradients)
    state = optimizer.state()
    kept = {key: array.copy() for key, array in state.items()}
    other.load(state)
    for some in (optimizer, other):
        some.update(parameters, gradients)
    for key, array in state.items():
        assert np.array_equal(array, kept[key])


def test_the_state_of_another_method_is_refused():
    parameters, gradients = problem()
    sgd, adam = SGD(0.1), Adam()
    for optimizer in (sgd, adam):
        optimizer.update(parameters, gradients)
    message = "state is not one of Adam: it holds ['t', 'v/W', 'v/b']"
    refused(ValueError, message, lambda: Adam().load(sgd.state()))
    message = "state is not one of SGD: it holds ['m/W', 'm/b', 't', 'v/W', 'v/b']"
    refused(ValueError, message, lambda: SGD(0.1).load(adam.state()))
    refused(ValueError, "state is not one of SGD: it holds []", lambda: SGD(0.1).load({}))
    refused(
        ValueError,
        "state is not one of Adam: it holds ['m/W', 'v/W']",
        lambda: Adam().load({"v/W": [1.0], "m/W": [1.0]}),
    )
    refused(
        TypeError,
        "W must hold real numbers, got dtype <U1",
        lambda: SGD(0.1).load({"t": 1.0, "v/W": ["a"]}),
    )


# ------------------------------------------------------------------------------------------------------------
# Clipping
# ------------------------------------------------------------------------------------------------------------

THREE_FOUR = {"a": np.array([[3.0], [0.0]]), "b": np.array([0.0, -4.0])}


def test_the_global_norm_is_that_of_all_entries_together():
    assert global_norm(THREE_FOUR) == 5.0
    assert global_norm({"a": [3], "b": 4}) == 5.0
    assert global_norm({"a": np.array([[1.0, -2.0], [2.0, 0.0]])}) == 3.0
    for nothing in ({}, {"a": np.zeros(3)}, {"a": np.empty((0, 2))}):
        assert str(global_norm(nothing)) == "0.0"  # and not -0.0


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0, 1e200, 3e307])
def test_no_square_overflows_or_vanishes(size):
    assert global_norm({"a": [3 * size], "b": [-4 * size]}) == pytest.approx(5 * size, rel=1e-15, abs=0)


def test_single_precision_gradients_are_summed_in_double():
    for size in (1e-30, 1.0, 1e38):
        array = (size * np.random.default_rng(0).uniform(1, 3, 10**5)).astype(np.float32)
        exact = size * np.linalg.norm(array.astype(np.float64) / size)
        assert global_norm({"a": array}) == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("first", [True, False])
def test_a_norm_that_is_not_finite_says_so(bad, first):
    a, b = ([bad, 1.0], [2.0]) if first else ([1.0, 2.0], [bad])
    norm = global_norm({"a": a, "b": b})
    assert not np.isfinite(norm)
    for clip in (clip_by_global_norm, clip_by_value):
        message = f"gradients must be finite, got a global norm of {norm}"
        refused(ValueError, message, lambda clip=clip: clip({"a": a, "b": b}, 1.0))


@pytest.mark.parametrize("size", [1 / 16, 1.0, 16.0])
def test_clipping_by_norm_keeps_the_direction(size):
    gradients = {name: size * array for name, array in THREE_FOUR.items()}
    clipped, norm = clip_by_global_norm(gradients, 2.5 * size)
    assert norm == 5.0 * size
    assert clipped["a"].tolist() == [[1.5 * size], [0.0]]
    assert clipped["b"].tolist() == [0.0, -2.0 * size]


@pytest.mark.parametrize("max_norm", [5.0, 5.1, 1e300])
def test_short_gradients_stay_as_they_are(max_norm):
    clipped, norm = clip_by_global_norm(THREE_FOUR, max_norm)
    assert norm == 5.0
    for key, array in clipped.items():
        assert np.array_equal(array, THREE_FOUR[key])


def test_zero_and_tiny_gradients_can_be_clipped():
    assert clip_by_global_norm({"a": [0.0]}, 1.0)[0]["a"].tolist() == [0.0]
    assert clip_by_global_norm({"a": [5e-324]}, 1.0)[0]["a"].tolist() == [5e-324]
    assert clip_by_global_norm({}, 1.0) == ({}, 0.0)


def test_clipping_by_value_turns_the_direction():
    clipped, norm = clip_by_value({"a": [[3.0, -0.5]], "b": [-4.0]}, 1.0)
    assert norm == pytest.approx(sqrt(9 + 0.25 + 16), rel=1e-15)
    assert clipped["a"].tolist() == [[1.0, -0.5]]
    assert clipped["b"].tolist() == [-1.0]


@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
@pytest.mark.parametrize("limit", [0.1, 1e9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping_returns_new_arrays_of_the_same_dtype(clip, limit, dtype):
    gradients = {name: array.astype(dtype) for name, array in THREE_FOUR.items()}
    for array in gradients.values():
        array.flags.writeable = False
    clipped, _ = clip(gradients, limit)
    assert list(clipped) == ["a", "b"]
    for name, array in clipped.items():
        assert array.dtype == dtype
        assert not np.shares_memory(array, gradients[name])


@given(st.lists(st.floats(-1e300, 1e300), min_size=1), st.floats(1e-3, 1e3))
def test_nothing_is_longer_than_the_limit(values, limit):
    clipped, norm = clip_by_global_norm({"a": values}, limit)
    assert global_norm(clipped) <= limit * (1 + 1e-12)
    assert global_norm(clipped) == pytest.approx(min(norm, limit), rel=1e-9, abs=1e-300)
    assert abs(clip_by_value({"a": values}, limit)[0]["a"]).max() <= limit


# ------------------------------------------------------------------------------------------------------------
# What is refused
# ------------------------------------------------------------------------------------------------------------

LACKS = "gradients must hold one for every parameter, but lacks W, b"
REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "no learning rate": (lambda: SGD(0.0), ValueError, "learning_rate must be above 0, got 0.0"),
    "uphill": (lambda: Adam(-1e-3), ValueError, "learning_rate must be above 0, got -0.001"),
    "a learning rate in words": (
        lambda: SGD("fast"),  # type: ignore[arg-type]
        TypeError,
        "learning_rate must be a real number, got 'fast'",
    ),
    "momentum of 1": (
        lambda: SGD(0.1, momentum=1.0),
        ValueError,
        "momentum must be at least 0 and below 1, got 1.0",
    ),
    "negative momentum": (
        lambda: SGD(0.1, momentum=-0.1),
        ValueError,
        "momentum must be at least 0 and below 1, got -0.1",
    ),
    "momentum in words": (
        lambda: SGD(0.1, momentum="much"),  # type: ignore[arg-type]
        TypeError,
        "momentum must be a real number, got 'much'",
    ),
    "beta1": (lambda: Adam(beta1=1.0), ValueError, "beta1 must be at least 0 and below 1, got 1.0"),
    "beta2": (lambda: Adam(beta2=1.5), ValueError, "beta2 must be at least 0 and below 1, got 1.5"),
    "epsilon": (lambda: Adam(epsilon=0.0), ValueError, "epsilon must be above 0, got 0.0"),
    "max_norm": (lambda: clip_by_global_norm({}, 0.0), ValueError, "max_norm must be above 0, got 0.0"),
    "max_value": (lambda: clip_by_value({}, -1.0), ValueError, "max_value must be above 0, got -1.0"),
    "gradients in words": (
        lambda: global_norm({"W": ["a"]}),
        TypeError,
        "W must hold real numbers, got dtype <U1",
    ),
    "gradients in words, by norm": (
        lambda: clip_by_global_norm({"W": ["a"]}, 1.0),
        TypeError,
        "W must hold real numbers, got dtype <U1",
    ),
    "no gradients": (lambda: SGD(0.1).update(problem()[0], {}), ValueError, LACKS),
    "a gradient that would broadcast": (
        lambda: SGD(0.1).update(problem()[0], {"W": np.ones((2, 3)), "b": np.ones(1)}),
        ValueError,
        "gradients['b'] must have shape (2, 1), got (1,)",
    ),
    "a gradient that is not finite": (
        lambda: Adam().update(problem()[0], {"W": np.ones((2, 3)), "b": [[nan], [1.0]]}),
        ValueError,
        "gradients['b'] must be finite in float64, got nan at [0, 0]",
    ),
}


def test_settings_are_given_by_name():
    for positional in (lambda: SGD(0.1, 0.9), lambda: Adam(0.1, 0.9)):  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="positional"):
            positional()
    assert SGD(learning_rate=0.1).learning_rate == Adam(learning_rate=0.1).learning_rate == 0.1


@pytest.mark.parametrize("name", ["W", "b"])
def test_gradients_too_large_for_float32_are_refused(name):
    """A float64 that float32 cannot hold would turn into infinity without a word."""
    parameters, _ = problem(np.float32)
    _, gradients = problem()
    gradients[name][0, 0] = 1e39
    message = f"gradients['{name}'] must be finite in float32, got 1e+39 at [0, 0]"
    refused(ValueError, message, lambda: SGD(0.1).update(parameters, gradients))


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what):
    call, error, message = REFUSED[what]
    refused(error, message, call)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_refused_update_changes_nothing(name):
    parameters, gradients = problem()
    optimizer = OPTIMIZERS[name]()
    optimizer.update(parameters, gradients)
    before = {key: array.copy() for key, array in (parameters | optimizer.state()).items()}
    with pytest.raises(ValueError, match="finite"):
        optimizer.update(parameters, {"W": gradients["W"], "b": [[nan], [0.0]]})
    for key, array in (parameters | optimizer.state()).items():
        assert np.array_equal(array, before[key])


@pytest.mark.parametrize(("make", "slot"), [(lambda: SGD(0.1), "SGD's v"), (Adam, "Adam's m")])
def test_other_parameters_are_refused(make, slot):
    """What is kept for one network is not used for another, whether it has more, fewer or other arrays."""
    parameters, gradients = problem()
    optimizer = make()
    optimizer.update(parameters, gradients)
    others: list[tuple[str, dict[str, Any]]] = [
        ("b", {"W": parameters["W"]}),
        ("c", parameters | {"c": np.ones(1)}),
        ("W", parameters | {"W": np.ones((3, 2))}),
        ("W", parameters | {"W": np.ones((1, 3))}),
        ("V", {"V": parameters["W"], "W": parameters["W"], "b": parameters["b"]}),
    ]
    for name, other in others:
        message = f"{slot} belongs to other parameters: {name} differs"
        refused(ValueError, message, lambda other=other: optimizer.update(other, other))
    assert optimizer.t == 1
