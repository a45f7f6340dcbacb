"""Softmax and the losses against PyTorch, mpmath and differences; what padding and rounding may not do.

The numbers of PyTorch are committed, see `tests/golden`.
"""

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_tutorial import check_gradients, softmax, softmax_cross_entropy, softmax_gradient, squared_error
from tests.asserts import assert_raises
from tests.golden import read

T, O, B = 4, 3, 5
LENGTHS = [4, 1, 0, 3, 2]
LOSSES = [squared_error, softmax_cross_entropy]


def problem(shape: tuple[int, ...] = (T, O, B), seed: int = 0) -> tuple[Any, Any]:
    """Draw outputs, and targets that are distributions, so that both losses take them."""
    rng = np.random.default_rng(seed)
    *front, o, b = shape
    return rng.standard_normal(shape), rng.dirichlet(np.ones(o), (*front, b)).swapaxes(-1, -2)


# Values


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", read("losses"))
def test_losses_and_gradients_are_those_of_pytorch(case, loss):
    golden = read("losses")[case]
    value, dys = loss(golden["ys"], golden["targets"], lengths=golden.get("lengths"))
    assert type(value) is float
    assert value == pytest.approx(float(golden[loss.__name__]), rel=1e-13)
    np.testing.assert_allclose(dys, golden[f"{loss.__name__}_dys"], rtol=1e-12, atol=1e-15)


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


def test_a_masked_class_costs_nothing():
    """An output of -inf is a probability of exactly 0: it adds 0 * inf to the loss, which is no NaN."""
    value, dys = softmax_cross_entropy([[-np.inf], [0.0]], [[0.0], [1.0]])
    assert str(value) == "0.0"
    assert dys.tolist() == [[0.0], [0.0]]
    ys = np.array([[1.0, -2.0], [-np.inf, 0.5], [0.5, -np.inf]])
    targets = np.array([[0.25, 1.0], [0.0, 0.0], [0.75, 0.0]])
    masked, masked_dys = softmax_cross_entropy(ys, targets)
    parts = [
        softmax_cross_entropy(ys[rows, [b]], targets[rows, [b]])
        for b, rows in enumerate([[[0], [2]], [[0], [1]]])
    ]
    assert masked == pytest.approx(np.mean([loss for loss, _ in parts]), rel=1e-15)
    assert masked_dys[1, 0] == masked_dys[2, 1] == 0.0
    np.testing.assert_allclose(masked_dys[[0, 2], 0], parts[0][1][:, 0] / 2, rtol=1e-15)
    assert softmax_cross_entropy(ys, targets[[1, 0, 2]])[0] == np.inf  # and a class that does occur


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_rounding_decides_no_verdict(dtype, batch):
    """Label smoothing over 20,000 classes is one distribution in any batch and any dtype."""
    smooth = np.full((20_000, batch), 0.1 / 20_000)
    smooth[3] += 0.9
    value, _ = softmax_cross_entropy(np.zeros((20_000, batch), dtype), smooth.astype(dtype))
    assert value == pytest.approx(np.log(20_000), rel=1e-3 if dtype == np.float16 else 1e-6)


@pytest.mark.parametrize("steps", [1, 5000])
def test_small_errors_of_small_floats_are_not_lost(steps):
    """Half precision holds neither 0.01² / 5000 nor a sum of 5000 of them."""
    ys = np.full((steps, 1, 1), 0.01, np.float16)
    value, dys = squared_error(ys, np.zeros_like(ys))
    assert value == pytest.approx(1e-4, rel=1e-3)
    assert dys.dtype == np.float16
    np.testing.assert_allclose(dys, 0.02 / steps, rtol=1e-2)
    value, _ = softmax_cross_entropy(np.zeros((steps, 2, 1), np.float16), np.full((steps, 2, 1), 0.5))
    assert value == pytest.approx(np.log(2), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_softmax_of_many_classes_adds_up_to_one(dtype):
    ys = np.random.default_rng(0).standard_normal((100_000, 2)).astype(dtype)
    p = softmax(ys)
    rounding = np.finfo(dtype).eps / 2 + 100_000 * float(np.finfo(dtype).smallest_subnormal) / 50
    np.testing.assert_allclose(p.sum(axis=0, dtype=np.float64), 1.0, rtol=rounding)
    assert np.array_equal(p[:, :1], softmax(ys[:, :1]))
    dp = np.ones_like(ys)  # along the constant, softmax does not change
    np.testing.assert_allclose(softmax_gradient(p, dp).sum(axis=0, dtype=np.float64), 0.0, atol=2 * rounding)


@given(arrays(np.float64, (2, 3, 2), elements=st.floats(-1e3, 1e3)), st.floats(-1e3, 1e3))
@settings(deadline=None)
def test_a_constant_added_to_a_column_changes_nothing(ys, constant):
    targets = problem((2, 3, 2))[1]
    np.testing.assert_allclose(softmax(ys + constant), softmax(ys), rtol=1e-9, atol=1e-300)
    value, shifted = (softmax_cross_entropy(y, targets)[0] for y in (ys, ys + constant))
    assert shifted == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert value >= -1e-12


# Gradients


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


# Lengths


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("garbage", [-7.0, 3e38, 1e300, np.inf, -np.inf, np.nan])
def test_padding_is_never_read(loss, dtype, garbage):
    """What the outputs and targets hold past the length changes nothing; there, the gradient is zero."""
    ys, targets = problem()
    expected, expected_dys = loss(ys.astype(dtype), targets, lengths=LENGTHS)
    past = np.arange(T)[:, None] >= LENGTHS  # (T, B)
    for array in (ys, targets):
        array.swapaxes(1, 2)[past] = garbage
    with np.errstate(over="ignore"):
        ys = ys.astype(dtype)
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
def test_the_mean_of_nothing_is_zero(loss):
    ys, targets = problem()
    cases: list[tuple[Any, tuple[int, ...]]] = [([0] * B, (T, O, B)), (None, (0, O, B)), (None, (O, 0))]
    for lengths, shape in cases:
        value, dys = loss(np.resize(ys, shape), np.resize(targets, shape), lengths=lengths)
        assert str(value) == "0.0"  # and not -0.0
        assert dys.shape == shape
        assert not dys.any()


# Dtypes, and what is refused


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
    for third in (0.33332, np.float16(1 / 3)):  # 0.99996 and 0.99976 in sum
        loss, _ = softmax_cross_entropy(np.zeros((3, 1)), np.full((3, 1), third))
        assert loss == pytest.approx(3 * float(third) * np.log(3), rel=1e-12)


@pytest.mark.parametrize(
    "targets", [[[1.5], [-0.5]], [[0.5], [0.4998]], [[0.5], [0.5002]], [[[0.5], [0.5]], [[1.0], [1.0]]]]
)
def test_what_is_no_distribution_is_refused(targets):
    message = "targets must be one distribution per step: not negative, and 1 in sum over O"
    assert_raises(ValueError, message, lambda: softmax_cross_entropy(np.zeros(np.shape(targets)), targets))


@pytest.mark.parametrize("loss", LOSSES)
def test_targets_of_valid_steps_are_finite_and_lengths_need_steps(loss):
    message = "targets must be finite in float64, got nan at [0, 0]"
    assert_raises(ValueError, message, lambda: loss([[1.0]], [[np.nan]]))
    message = "lengths needs ys of shape (T, O, B), got (1, 1)"
    assert_raises(ValueError, message, lambda: loss([[1.0]], [[1.0]], lengths=[1]))


@pytest.mark.parametrize("loss", LOSSES)
def test_lengths_are_given_by_name(loss):
    ys, targets = problem()
    with pytest.raises(TypeError, match="positional"):
        loss(ys, targets, LENGTHS)
    assert loss(ys=ys, targets=targets, lengths=[T] * B)[0] == loss(ys, targets)[0]
