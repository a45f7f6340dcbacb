"""Softmax and the losses against PyTorch, mpmath and differences; what padding may not do; what is refused.

The numbers of PyTorch are committed, see `tests/golden`.
"""

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_tutorial import (
    check_gradients,
    softmax,
    softmax_cross_entropy,
    softmax_gradient,
    squared_error,
)
from tests.golden import read
from tests.test_gradcheck import refused

T, O, B = 4, 3, 5
LENGTHS = [4, 1, 0, 3, 2]
LOSSES = [squared_error, softmax_cross_entropy]


def problem(shape: tuple[int, ...] = (T, O, B), seed: int = 0) -> tuple[Any, Any]:
    """Draw outputs, and targets that are distributions, so that both losses take them."""
    rng = np.random.default_rng(seed)
    *front, o, b = shape
    return rng.standard_normal(shape), rng.dirichlet(np.ones(o), (*front, b)).swapaxes(-1, -2)


# ------------------------------------------------------------------------------------------------------------
# Values
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", read("losses"))
def test_losses_and_gradients_are_those_of_pytorch(case, loss):
    golden = read("losses")[case]
    value, dys = loss(golden["ys"], golden["targets"], lengths=golden.get("lengths"))
    assert type(value) is float
    assert value == pytest.approx(float(golden[loss.__name__]), rel=1e-13)
    np.testing.assert_allclose(dys, golden[f"{loss.__name__}_dys"], rtol=1e-12, atol=1e-15)


def test_squared_error_by_hand():
    """Summed over the outputs, averaged over steps and columns: ((1 + 4) + (9 + 16)) / 2."""
    ys = [[[1.0, 3.0], [2.0, 4.0]]]  # (1, 2, 2)
    value, dys = squared_error(ys, np.zeros((1, 2, 2)))
    assert value == 15.0
    assert dys.tolist() == ys  # 2 y / 2
    assert squared_error(ys[0], np.zeros((2, 2)))[0] == 15.0


def test_cross_entropy_by_hand():
    """Two equal outputs cost one bit, whichever is right, and so do they on average."""
    value, dys = softmax_cross_entropy([[0.0, 7.0], [0.0, 7.0]], [[1.0, 0.0], [0.0, 1.0]])
    assert value == pytest.approx(np.log(2), rel=1e-15)
    np.testing.assert_allclose(dys, [[-0.25, 0.25], [0.25, -0.25]], rtol=1e-15)


@pytest.mark.parametrize("shape", [(O, B), (T, O, B), (T, 1, B)])
def test_softmax_is_exact(shape):
    ys = 20 * np.random.default_rng(0).standard_normal(shape)
    p = softmax(ys)
    assert p.shape == shape
    with mpmath.workdps(50):
        powers = np.vectorize(lambda y: mpmath.exp(mpmath.mpf(float(y))))(ys)
        exact = (powers / powers.sum(axis=-2, keepdims=True)).astype(float)
    np.testing.assert_allclose(p, exact, rtol=3e-14)  # an exponent of 100 is known to 1e-14
    np.testing.assert_allclose(p.sum(axis=-2), 1.0, rtol=1e-15)


def test_nothing_overflows():
    ys = np.array([[1e308, -1e4, 0.0], [-1e4, -1e4, 800.0]])  # (2, 3)
    targets = np.array([[1.0, 0.5, 1.0], [0.0, 0.5, 0.0]])
    assert softmax(ys).tolist() == [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]
    value, dys = softmax_cross_entropy(ys, targets)
    assert value == pytest.approx((0 + np.log(2) + 800) / 3, rel=1e-15)  # the certain error costs 800 nats
    np.testing.assert_allclose(dys, np.array([[0, 0, -1], [0, 0, 1]]) / 3, atol=1e-300)


def test_an_overflow_shows_as_a_loss_that_is_not_finite():
    for ys in (np.array([[1e200]]), np.array([[np.inf]])):
        assert squared_error(ys, [[0.0]])[0] == np.inf
    for ys in (np.array([[np.inf], [0.0]]), np.array([[np.nan], [0.0]])):
        assert np.isnan(softmax_cross_entropy(ys, [[1.0], [0.0]])[0])
    with np.errstate(over="raise", invalid="raise"):
        assert softmax_cross_entropy([[-1.7e308], [1.7e308]], [[1.0], [0.0]])[0] == np.inf


@given(arrays(np.float64, (2, 3, 2), elements=st.floats(-1e3, 1e3)), st.floats(-1e3, 1e3))
@settings(deadline=None)
def test_a_constant_added_to_a_column_changes_nothing(ys, constant):
    targets = problem((2, 3, 2))[1]
    np.testing.assert_allclose(softmax(ys + constant), softmax(ys), rtol=1e-9, atol=1e-300)
    value, shifted = (softmax_cross_entropy(y, targets)[0] for y in (ys, ys + constant))
    assert shifted == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert value >= -1e-12


# ------------------------------------------------------------------------------------------------------------
# Gradients
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("shape", "lengths"), [((O, B), None), ((T, O, B), None), ((T, O, B), LENGTHS)])
def test_gradients_of_the_losses(loss, shape, lengths):
    ys, targets = problem(shape)
    value = lambda: loss(ys, targets, lengths=lengths)[0]  # noqa: E731
    report = check_gradients(value, {"ys": ys}, {"ys": loss(ys, targets, lengths=lengths)[1]})
    assert report.max_error < 1e-8


@pytest.mark.parametrize("shape", [(O, B), (T, O, B)])
def test_gradient_of_softmax(shape):
    ys, _ = problem(shape)
    report = check_gradients(
        lambda: softmax(ys), {"ys": ys}, lambda dp: {"ys": softmax_gradient(softmax(ys), dp)}
    )
    assert report.max_error < 1e-8


# ------------------------------------------------------------------------------------------------------------
# Lengths
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("garbage", [1e6, -np.inf, np.nan])
def test_padding_has_no_influence(loss, garbage):
    """What the outputs and targets hold past the length changes nothing; there, the gradient is zero."""
    ys, targets = problem()
    expected, expected_dys = loss(ys, targets, lengths=LENGTHS)
    past = np.arange(T)[:, None] >= LENGTHS  # (T, B)
    ys.swapaxes(1, 2)[past] = garbage
    targets.swapaxes(1, 2)[past] = -7.0
    value, dys = loss(ys, targets, lengths=LENGTHS)
    assert value == expected
    assert np.array_equal(dys, expected_dys)
    assert not dys.swapaxes(1, 2)[past].any()
    assert dys.swapaxes(1, 2)[~past].all()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_mean_is_over_the_steps_that_count(loss):
    ys, targets = problem()
    steps = [loss(ys[t][:, [b]], targets[t][:, [b]])[0] for b in range(B) for t in range(LENGTHS[b])]
    assert len(steps) == 10
    assert loss(ys, targets, lengths=LENGTHS)[0] == pytest.approx(np.mean(steps), rel=1e-14)


@pytest.mark.parametrize("loss", LOSSES)
def test_full_lengths_are_no_lengths(loss):
    ys, targets = problem()
    with_lengths, without = loss(ys, targets, lengths=[T] * B), loss(ys, targets)
    assert with_lengths[0] == without[0]
    assert np.array_equal(with_lengths[1], without[1])


@pytest.mark.parametrize("loss", LOSSES)
def test_the_mean_of_nothing_is_zero(loss):
    ys, targets = problem()
    cases: list[tuple[Any, tuple[int, ...]]] = [([0] * B, (T, O, B)), (None, (0, O, B)), (None, (O, 0))]
    for lengths, shape in cases:
        value, dys = loss(np.resize(ys, shape), np.resize(targets, shape), lengths=lengths)
        assert str(value) == "0.0"  # and not -0.0
        assert dys.shape == shape
        assert not dys.any()


# ------------------------------------------------------------------------------------------------------------
# Manners
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_nothing_is_mutated_or_shared(loss):
    ys, targets = problem()
    lengths = np.array(LENGTHS)
    before = ys.copy(), targets.copy(), lengths.copy()
    for array in (ys, targets, lengths):
        array.flags.writeable = False
    _, dys = loss(ys, targets, lengths=lengths)
    for array, copy in zip((ys, targets, lengths), before, strict=True):
        assert np.array_equal(array, copy)
        assert not np.shares_memory(array, dys)


def test_dtypes_are_kept():
    ys, targets = problem()
    for dtype in (np.float32, np.float64):
        assert softmax(ys.astype(dtype)).dtype == dtype
        assert softmax_gradient(ys.astype(dtype), targets).dtype == dtype
        for loss in LOSSES:
            value, dys = loss(ys.astype(dtype), targets, lengths=LENGTHS)
            assert dys.dtype == dtype
            assert value == pytest.approx(loss(ys, targets, lengths=LENGTHS)[0], rel=1e-6)
    assert softmax([[1, 2], [3, 4]]).dtype == np.float64


def test_targets_that_rounding_has_moved_a_little_are_distributions():
    ys = np.zeros((3, 1))
    third = np.full((3, 1), 0.33332)  # 0.99996 in sum
    assert softmax_cross_entropy(ys, third)[0] == pytest.approx(3 * 0.33332 * np.log(3), rel=1e-12)


DISTRIBUTION = "targets must be one distribution per step: not negative, and 1 in sum over O"
YS, TARGETS = problem()
REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "a vector": (lambda: softmax([1.0]), ValueError, "ys must have shape (T, O, B) or (O, B), got (1,)"),
    "four axes": (
        lambda: softmax(np.ones((1, 1, 1, 1))),
        ValueError,
        "ys must have shape (T, O, B) or (O, B), got (1, 1, 1, 1)",
    ),
    "no outputs": (
        lambda: softmax(np.ones((2, 0, 3))),
        ValueError,
        "ys must have shape (T, O, B) or (O, B), got (2, 0, 3)",
    ),
    "text": (lambda: softmax([["a"]]), TypeError, "ys must hold real numbers, got dtype <U1"),
    "text for probabilities": (
        lambda: softmax_gradient([["a"]], [[1.0]]),
        TypeError,
        "p must hold real numbers, got dtype <U1",
    ),
    "a vector of probabilities": (
        lambda: softmax_gradient([1.0], [1.0]),
        ValueError,
        "p must have shape (T, O, B) or (O, B), got (1,)",
    ),
    "a gradient of another shape": (
        lambda: softmax_gradient([[1.0]], [1.0]),
        ValueError,
        "dp must have shape (1, 1), got (1,)",
    ),
    "targets below zero": (
        lambda: softmax_cross_entropy([[1.0], [2.0]], [[1.5], [-0.5]]),
        ValueError,
        DISTRIBUTION,
    ),
    "targets that add up to less": (
        lambda: softmax_cross_entropy([[1.0], [2.0]], [[0.5], [0.4998]]),
        ValueError,
        DISTRIBUTION,
    ),
    "targets that add up to more": (
        lambda: softmax_cross_entropy(YS, TARGETS * 1.001, lengths=LENGTHS),
        ValueError,
        DISTRIBUTION,
    ),
}
for _loss in LOSSES:
    REFUSED |= {
        f"{_loss.__name__}, a vector": (
            lambda loss=_loss: loss([1.0], [1.0]),
            ValueError,
            "ys must have shape (T, O, B) or (O, B), got (1,)",
        ),
        f"{_loss.__name__}, targets that would broadcast": (
            lambda loss=_loss: loss(YS, TARGETS[:1]),
            ValueError,
            "targets must have shape (4, 3, 5), got (1, 3, 5)",
        ),
        f"{_loss.__name__}, targets that are not finite": (
            lambda loss=_loss: loss([[1.0]], [[np.nan]]),
            ValueError,
            "targets must be finite in float64, got nan at [0, 0]",
        ),
        f"{_loss.__name__}, lengths without steps": (
            lambda loss=_loss: loss([[1.0]], [[1.0]], lengths=[1]),
            ValueError,
            "lengths needs ys of shape (T, O, B), got (1, 1)",
        ),
        f"{_loss.__name__}, a length too long": (
            lambda loss=_loss: loss(YS, TARGETS, lengths=[5, 0, 0, 0, 0]),
            ValueError,
            "lengths must lie between 0 and 4, got [5, 0, 0, 0, 0]",
        ),
    }


@pytest.mark.parametrize("loss", LOSSES)
def test_lengths_are_given_by_name(loss):
    with pytest.raises(TypeError, match="positional"):
        loss(YS, TARGETS, LENGTHS)
    assert loss(ys=YS, targets=TARGETS, lengths=[T] * B)[0] == loss(YS, TARGETS)[0]


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what):
    call, error, message = REFUSED[what]
    refused(error, message, call)
