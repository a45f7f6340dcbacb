"""SGD, Adam and clipping against PyTorch and numbers worked by hand; what is kept, changed and refused.

The numbers of PyTorch are committed, see `tests/golden`.
"""

import re
from functools import partial
from math import inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_tutorial import SGD, Adam, clip_by_global_norm, clip_by_value, cosine_schedule, global_norm
from tests.asserts import assert_raises, assert_same, copies
from tests.golden import read

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


# Updates


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


def test_the_first_step_of_adam_has_the_size_of_its_learning_rate():
    """Bias correction makes it g / |g|, whatever the size of g; the default size is 0.001."""
    w = np.array([1.0, 1.0, 1.0])
    Adam().update({"w": w}, {"w": [1e3, -1e-3, 0.0]})
    np.testing.assert_allclose(w, [1 - 1e-3, 1 + 1e-3, 1.0], rtol=1e-7)
    optimizer = Adam()
    settings = (optimizer.beta1, optimizer.beta2, optimizer.epsilon)
    assert settings == (0.9, 0.999, 1e-8)  # as in the paper


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_arrays_change_in_place_and_gradients_do_not(name):
    parameters, _ = problem()
    before, live = copies(parameters), dict(parameters)
    gradients = {key: np.ones_like(array) for key, array in before.items()} | {"xs": np.ones(1)}
    for array in gradients.values():
        array.flags.writeable = False
    assert OPTIMIZERS[name]().update(parameters, gradients) is None
    for key, array in parameters.items():
        assert array is live[key]
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
    w, v = np.array([1.0]), np.array([1.0])
    changing, constant = make({1: 0.1, 2: 0.05, 3: 0.1 / 3}.__getitem__), make(0.1)
    for t in range(1, 4):
        before = w.copy(), v.copy()
        changing.update({"w": w}, {"w": [0.5]})
        constant.update({"w": v}, {"w": [0.5]})
        np.testing.assert_allclose(before[0] - w, (before[1] - v) / t, rtol=1e-12)


# State


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("updates", [0, 1, 5])
def test_a_loaded_state_continues_bit_for_bit(name, updates):
    parameters, gradients = problem()
    optimizer = OPTIMIZERS[name]()
    for _ in range(updates):
        optimizer.update(parameters, gradients)
    state = optimizer.state()
    assert state["t"] == updates
    others, other = copies(parameters), OPTIMIZERS[name]()
    other.load(state)
    for array in state.values():
        array[...] = 7  # it is a copy both ways
    for _ in range(3):
        optimizer.update(parameters, gradients)
        other.update(others, gradients)
    assert_same(parameters, others)
    assert_same(other.state(), optimizer.state())


def test_the_names_of_the_state():
    parameters = {"W": np.ones(1), "layer/b": np.ones(1)}
    for optimizer, slots in ((SGD(0.1), "v"), (Adam(), "mv")):
        assert list(optimizer.state()) == ["t"]
        optimizer.update(parameters, copies(parameters))
        assert list(optimizer.state()) == ["t", *[f"{s}/{name}" for s in slots for name in parameters]]
        optimizer.load(optimizer.state())
        optimizer.update(parameters, copies(parameters))


ADAM = {"t": 1.0, "m/W": [1.0], "v/W": [1.0]}
UNFIT = "state is not one of {}: it holds {}"
COUNT = "state['t'] must be a number of updates, got {}"


@pytest.mark.parametrize(
    ("make", "state", "message"),
    [
        (SGD, {}, UNFIT.format("SGD", [])),
        (SGD, ADAM, UNFIT.format("SGD", sorted(ADAM))),
        (Adam, {"m/W": [1.0], "v/W": [1.0]}, UNFIT.format("Adam", ["m/W", "v/W"])),
        (Adam, {"t": 1.0}, UNFIT.format("Adam after 1 updates", ["t"])),
        (Adam, {"t": 1.0, "v/W": [1.0]}, UNFIT.format("Adam after 1 updates", ["t", "v/W"])),
        (Adam, ADAM | {"t": 0.0}, UNFIT.format("Adam after 0 updates", sorted(ADAM))),
        *[(Adam, ADAM | {"t": t}, COUNT.format(t)) for t in (1.5, -1.0)],
        (Adam, ADAM | {"t": nan}, "state['t'] must be finite in float64, got nan at []"),
        (Adam, ADAM | {"v/W": [inf]}, "state['v/W'] must be finite in float64, got inf at [0]"),
        (SGD, {"t": 1.0, "v/W": np.ma.ones(1)}, "state['v/W'] must not be a masked array"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(make, state, message):
    optimizer = make(1.0)
    optimizer.update({"W": np.ones(1)}, {"W": [2.0]})
    before = optimizer.state()
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}"):
        optimizer.load(state)
    assert_same(optimizer.state(), before)


# Clipping

THREE_FOUR = {"a": np.array([[3.0], [0.0]]), "b": np.array([0.0, -4.0])}


def test_the_global_norm_is_that_of_all_entries_together():
    assert global_norm(THREE_FOUR) == 5.0
    assert global_norm({"a": [3], "b": 4}) == 5.0
    assert global_norm({"a": np.array([[1.0, -2.0], [2.0, 0.0]])}) == 3.0
    for nothing in ({}, {"a": np.zeros(3)}, {"a": np.empty((0, 2))}):
        assert str(global_norm(nothing)) == "0.0"  # and not -0.0


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0, 1e200, 3e307, 1e-161])
def test_no_square_overflows_or_vanishes(size):
    assert global_norm({"a": [3 * size], "b": [-4 * size]}) == pytest.approx(5 * size, rel=1e-15, abs=0)


def test_single_precision_gradients_are_summed_in_double():
    for size in (1e-30, 1.0, 1e38):
        array = (size * np.random.default_rng(0).uniform(1, 3, 10**5)).astype(np.float32)
        exact = size * np.linalg.norm(array.astype(np.float64) / size)
        assert global_norm({"a": array}) == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("other", [0.0, 2.0])
def test_a_norm_that_is_not_finite_says_so(bad, other):
    for gradients in ({"a": [bad, 1.0], "b": [other]}, {"a": [other, other], "b": [bad]}):
        norm = global_norm(gradients)
        assert not np.isfinite(norm)
        for clip in (clip_by_global_norm, clip_by_value):
            message = f"gradients must be finite, got a global norm of {norm}"
            assert_raises(ValueError, message, partial(clip, gradients, 1.0))


@pytest.mark.parametrize("size", [1 / 16, 1.0, 16.0])
def test_clipping_by_norm_keeps_the_direction(size):
    gradients = {name: size * array for name, array in THREE_FOUR.items()}
    clipped, norm = clip_by_global_norm(gradients, 2.5 * size)
    assert norm == 5.0 * size
    assert clipped["a"].tolist() == [[1.5 * size], [0.0]]
    assert clipped["b"].tolist() == [0.0, -2.0 * size]


def test_short_gradients_stay_as_they_are():
    assert clip_by_global_norm({"a": [0.0]}, 1.0)[0]["a"].tolist() == [0.0]
    assert clip_by_global_norm({"a": [5e-324]}, 1.0)[0]["a"].tolist() == [5e-324]
    assert clip_by_global_norm({}, 1.0) == ({}, 0.0)
    for max_norm in (5.0, 5.1, 1e300):
        assert_same(clip_by_global_norm(THREE_FOUR, max_norm)[0], THREE_FOUR)


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


# What is refused

ONES = np.ones((2, 1))
W, G = {"W": np.ones((2, 3)), "b": ONES}, {"W": np.ones((2, 3)), "b": ONES}
BROKEN = ONES * [[1.0], [nan]]
FIXED = np.broadcast_to(1.0, (2, 1))


@pytest.mark.parametrize(
    ("make", "b", "db", "error", "message"),
    [
        (SGD, ONES, np.ones(1), ValueError, "gradients['b'] must have shape (2, 1), got (1,)"),
        (SGD, ONES, BROKEN, ValueError, "gradients['b'] must be finite in float64, got nan at [1, 0]"),
        (SGD, ONES.astype(int), ONES, TypeError, "parameters['b'] must hold floats, got dtype int64"),
        (SGD, FIXED, ONES, ValueError, "parameters['b'] must be writable, since it is changed in place"),
        (Adam, BROKEN, ONES, FloatingPointError, "update 2 would leave 'b' not finite"),
        (Adam, ONES, 1e160 * ONES, FloatingPointError, "update 2 would leave v of 'b' not finite"),
        (SGD, ONES, 1.7e308 * ONES, FloatingPointError, "update 2 would leave 'b' not finite"),
    ],
)
def test_an_update_that_fails_changes_nothing(make, b, db, error, message):
    """The parameter that fails is the last: by then the others have been computed."""
    parameters, gradients, optimizer = W | {"b": b}, G | {"b": db}, make(2.0)
    optimizer.update(copies(W), G)
    before = copies(parameters | optimizer.state())
    assert_raises(error, message, lambda: optimizer.update(parameters, gradients))
    assert_same(parameters | optimizer.state(), before)


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (lambda t: 2.0 - t, ValueError, "learning_rate must be above 0, got 0.0"),
        (lambda t: [0.1][t - 1], IndexError, "list index out of range"),
    ],
)
def test_a_learning_rate_that_turns_bad_changes_nothing(rate, error, message):
    optimizer, parameters = Adam(rate), copies(W)
    optimizer.update(parameters, G)
    before = copies(parameters | optimizer.state())
    assert_raises(error, message, lambda: optimizer.update(parameters, G))
    assert_same(parameters | optimizer.state(), before)


@pytest.mark.parametrize(
    ("make", "dtype", "gradient", "what"),
    [
        (Adam, np.float32, 1e21, "v of 'w'"),
        (lambda: SGD(1e39), np.float32, 1.0, "'w'"),
        (lambda: SGD(1.0), np.float32, -3e38, "'w'"),
        (Adam, np.float16, 0.0, "'w'"),  # in float16 its epsilon is 0, and 0/0 is NaN
    ],
)
def test_finite_gradients_leave_finite_weights(make, dtype, gradient, what):
    message = f"update 1 would leave {what} not finite"
    parameters, optimizer = {"w": np.array([3e4 if dtype == np.float16 else 3e38], dtype)}, make()
    before = copies(parameters)
    for _ in range(2):
        assert_raises(FloatingPointError, message, lambda: optimizer.update(parameters, {"w": [gradient]}))
        assert_same(parameters, before)
        assert list(optimizer.state()) == ["t"]
        assert optimizer.t == 0


@pytest.mark.parametrize(("make", "slot"), [(lambda: SGD(0.1), "SGD's v"), (Adam, "Adam's m")])
def test_other_parameters_are_refused(make, slot):
    """What is kept for one network is not used for another, whether it has more, fewer or other arrays."""
    optimizer = make()
    optimizer.update(copies(W), G)
    for name, other in (
        ("b", {"W": np.ones((2, 3))}),
        ("c", copies(W) | {"c": np.ones(1)}),
        ("W", copies(W) | {"W": np.ones((1, 3))}),
        ("V", copies(W) | {"V": np.ones(1)}),
    ):
        message = f"{slot} belongs to other parameters: {name} differs"
        assert_raises(ValueError, message, partial(optimizer.update, other, other))
    assert optimizer.t == 1


# The schedule


def test_a_schedule_is_that_of_pytorch():
    """A linear rise, then PyTorch's `CosineAnnealingLR`: its numbers for 5 updates from 0.5 to 0.1."""
    rate = cosine_schedule(0.5, 9, warm_up=4, final=0.2)
    assert [rate(t) for t in (1, 2, 3)] == [0.125, 0.25, 0.375]
    falling = [0.5, 0.46180339887498947, 0.3618033988749895, 0.23819660112501054, 0.13819660112501053, 0.1]
    np.testing.assert_allclose([rate(t) for t in range(4, 10)], falling, rtol=1e-14)
    assert rate(10) == pytest.approx(0.1)
    assert all(isinstance(rate(t), float) for t in range(1, 12))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adam_without_a_memory_takes_steps_of_one_size(dtype):
    """With both betas 0 a step is the sign of the gradient, also after a gradient a billion times larger."""
    adam, w = Adam(1.0, beta1=0.0, beta2=0.0), np.zeros(1, dtype)
    steps = []
    for gradient in (1e5, 1e-4, -1e5):
        before = w.copy()
        adam.update({"w": w}, {"w": np.array([gradient], dtype)})
        steps.append(float((w - before)[0]))
    np.testing.assert_allclose(steps, [-1, -1, 1], rtol=1e-3)


@pytest.mark.parametrize(("dtype", "gradient", "limit"), [(np.float32, 1e30, 1e-20), (np.float16, 6e4, 1e-3)])
def test_clipping_far_leaves_something(dtype, gradient, limit):
    """The factor is smaller than the smallest number of the gradients' dtype."""
    clipped, _ = clip_by_global_norm({"w": np.array([gradient], dtype)}, limit)
    assert clipped["w"].dtype == dtype
    np.testing.assert_allclose(clipped["w"], [limit], rtol=1e-3)


def test_a_weight_in_another_precision_stays_finite():
    """A momentum that fits float64 and not the weight: the step is refused and changes nothing."""
    sgd, w = SGD(1.0, momentum=0.5), np.zeros(1, np.float32)
    sgd.load({"t": 1.0, "v/w": np.array([7e38])})
    assert_raises(
        FloatingPointError,
        "update 2 would leave 'w' not finite",
        lambda: sgd.update({"w": w}, {"w": np.ones(1, np.float32)}),
    )
    assert w.tolist() == [0.0]
