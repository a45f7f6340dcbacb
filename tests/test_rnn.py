"""The plain network against a loop written out, against differences, and against values that PyTorch gave.

PyTorch's numbers were written by `tests/parity/golden.py`; `tests/parity` compares with PyTorch itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial.gradcheck import check_gradients
from lstm_tutorial.rnn import RNN, UnrolledRNN, backpropagate, unroll
from tests.golden import read

D, H, O = 3, 4, 2
NAMES = ["Wh", "Wh_bias", "Wy", "Wy_bias"]


def problem(T: int, B: int, seed: int = 0, dtype: Any = np.float64) -> tuple[RNN, dict[str, Any]]:
    """Make a network, a batch of sequences with an initial state, and a gradient for each result."""
    rng = np.random.default_rng(seed)
    rnn = RNN(D, H, O, rng=rng, dtype=dtype)
    rnn.Wh_bias, rnn.Wy_bias = rng.standard_normal((H, 1)), rng.standard_normal((O, 1))
    shapes = {"xs": (T, D, B), "h0": (H, B), "dys": (T, O, B), "dhs": (T, H, B), "dh": (H, B)}
    return rnn, {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def in_and_out(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Separate what goes into `unroll` from what goes into `backpropagate`."""
    return {name: values[name] for name in ("xs", "h0")}, {
        name: values[name] for name in ("dys", "dhs", "dh")
    }


def ours(rnn: RNN, inputs: dict[str, Any], outputs: dict[str, Any], lengths: Any = None) -> dict[str, Any]:
    """Run forward and back; return the results by name, and the gradients with a d in front."""
    result = unroll(rnn, **inputs, lengths=lengths)
    gradients = backpropagate(result.cache, **outputs)
    return {"ys": result.ys, "hs": result.hs, "h": result.h} | {f"d{n}": g for n, g in gradients.items()}


def by_steps(rnn: RNN, xs: Any, h0: Any, lengths: Any) -> UnrolledRNN:
    """Do what `unroll` does, with one `forward` per step and column."""
    T, _, B = xs.shape
    ys, hs, h = np.zeros((T, O, B)), np.zeros((T, H, B)), h0.copy()  # (T, O, B), (T, H, B), (H, B)
    for b in range(B):
        for t in range(lengths[b]):
            y, h[:, [b]] = rnn.forward(xs[t][:, [b]], h[:, [b]])
            ys[t][:, [b]], hs[t][:, [b]] = y, h[:, [b]]
    return UnrolledRNN(ys, hs, h, None)


def test_one_step_is_the_equation() -> None:
    """A single unit, with numbers that one can redo: h = tanh(0.5 * 2 - 1 * 0.25 + 0.125)."""
    rnn = RNN(1, 1, 1)
    rnn.Wh, rnn.Wh_bias, rnn.Wy, rnn.Wy_bias = [[0.5, -1.0]], [[0.125]], [[3.0]], [[1.0]]
    y, h = rnn.forward([[2.0]], [[0.25]])
    assert h.item() == pytest.approx(0.7039056039366212, rel=1e-15)  # tanh(7/8)
    assert y.item() == pytest.approx(3 * 0.7039056039366212 + 1, rel=1e-15)


def test_the_first_weights() -> None:
    """Standard normal over the root of the fan-in, biases zero, in the order of the equations, by seed."""
    rnn = RNN(30, 70, 50, rng=1)
    assert list(rnn.parameters()) == NAMES
    assert rnn.Wh.shape == (70, 100)
    assert rnn.Wy.shape == (50, 70)
    assert np.std(rnn.Wh) == pytest.approx(1 / 10, rel=0.05)
    assert np.std(rnn.Wy) == pytest.approx(1 / np.sqrt(70), rel=0.05)
    assert not rnn.Wh_bias.any()
    assert not rnn.Wy_bias.any()
    np.testing.assert_array_equal(RNN(30, 70, 50, rng=1).Wh, rnn.Wh)
    assert not np.array_equal(RNN(30, 70, 50, rng=2).Wh, rnn.Wh)


@pytest.mark.parametrize("case", read("rnn"))
def test_pytorch_agrees(case: str) -> None:
    """Results and gradients are those of `torch.nn.RNN` and autograd, to 1e-12 in norm, array by array."""
    golden = read("rnn")[case]
    O, H = golden["Wy"].shape
    rnn = RNN(golden["xs"].shape[1], H, O)
    for name in NAMES:
        setattr(rnn, name, golden[name])
    for name, value in ours(rnn, *in_and_out(golden)).items():
        assert np.linalg.norm(value - golden[name]) <= 1e-12 * np.linalg.norm(golden[name]), name


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9), st.integers(1, 5), st.integers(0, 2**16), st.data())
def test_unrolling_is_a_loop_over_steps(T: int, B: int, seed: int, data: st.DataObject) -> None:
    """Every column on its own, up to its length, gives the same to rounding; zeros past it."""
    rnn, values = problem(T, B, seed)
    lengths = data.draw(st.lists(st.integers(0, T), min_size=B, max_size=B))
    result = unroll(rnn, values["xs"], values["h0"], lengths=lengths)
    for ours, expected in zip(
        result[:3], by_steps(rnn, values["xs"], values["h0"], lengths)[:3], strict=True
    ):
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("T", [0, 1, 2, 7, 30])
@pytest.mark.parametrize("B", [1, 3, 7])
@pytest.mark.parametrize("with_lengths", [False, True])
def test_gradients_agree_with_central_differences(T: int, B: int, with_lengths: bool) -> None:
    """All four parameters, the inputs and the initial state, to 1e-8 in norm, array by array."""
    rnn, values = problem(T, B)
    lengths = np.random.default_rng(1).integers(0, T + 1, B) if with_lengths else None
    inputs, _ = in_and_out(values)

    def forward() -> tuple[Any, ...]:
        return unroll(rnn, **inputs, lengths=lengths)[:3]

    def backward(dys: Any, dhs: Any, dh: Any) -> dict[str, Any]:
        cache = unroll(rnn, **inputs, lengths=lengths).cache
        return backpropagate(cache, dys=dys, dhs=dhs, dh=dh)

    report = check_gradients(forward, rnn.parameters() | inputs, backward, tolerance=1e-8)
    assert report.ok, str(report)
    assert set(report.rows) == {*NAMES, "xs", "h0"}


@pytest.mark.parametrize("missing", [["dys"], ["dhs"], ["dh"], ["dys", "dhs"], ["dys", "dhs", "dh"]])
def test_a_missing_gradient_is_zero(missing: list[str]) -> None:
    """Leaving out a gradient is the same as passing zeros for it."""
    rnn, values = problem(T=5, B=3)
    _, given_ = in_and_out(values)
    zeros = {name: np.zeros_like(given_[name]) for name in missing}
    kept = {name: value for name, value in given_.items() if name not in missing}
    cache = unroll(rnn, values["xs"], values["h0"]).cache
    left_out, passed = backpropagate(cache, **kept), backpropagate(cache, **(kept | zeros))
    for name in left_out:
        np.testing.assert_array_equal(left_out[name], passed[name])


def test_nothing_is_mutated_shared_or_remembered() -> None:
    """Arguments stay as they are, results own their memory, a second call gives the same."""
    rnn, values = problem(T=6, B=2)
    before = {name: value.copy() for name, value in (values | rnn.parameters()).items()}
    results = []
    for _ in range(2):
        results.append([*ours(rnn, *in_and_out(values), lengths=[6, 4]).values()])
    for first, second in zip(*results, strict=True):
        np.testing.assert_array_equal(first, second)
    for name, value in (values | rnn.parameters()).items():
        np.testing.assert_array_equal(value, before[name])
    everything = [*results[0], *values.values(), *rnn.parameters().values()]
    for k, one in enumerate(results[0]):
        assert not any(np.shares_memory(one, other) for other in everything[k + 1 :])


def test_what_changes_later_does_not_change_the_way_back() -> None:
    """The cache holds the weights and the states of the forward pass, whatever becomes of the originals."""
    rnn, values = problem(T=4, B=2)
    ys, hs, h, cache = unroll(rnn, values["xs"])
    before = backpropagate(cache, dys=values["dys"])
    for array in (ys, hs, h, values["xs"], rnn.Wh, rnn.Wy):
        array[...] = 0.0
    after = backpropagate(cache, dys=values["dys"])
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])


def test_no_cache_is_kept_where_none_is_wanted() -> None:
    """The results are the same without it."""
    rnn, values = problem(T=4, B=2)
    with_cache, without = unroll(rnn, values["xs"]), unroll(rnn, values["xs"], keep_cache=False)
    assert without.cache is None
    for one, other in zip(with_cache[:3], without[:3], strict=True):
        np.testing.assert_array_equal(one, other)


def test_float32_stays_float32_and_near_float64() -> None:
    """A single-precision network computes in single precision, within 1e-5 of double."""
    single, values32 = problem(T=20, B=3, dtype=np.float32)
    double, values64 = problem(T=20, B=3)
    exact = ours(double, *in_and_out(values64))
    for name, value in ours(single, *in_and_out(values32)).items():
        assert value.dtype == np.float32
        assert np.linalg.norm(value - exact[name]) <= 1e-5 * np.linalg.norm(exact[name]), name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"xs": np.zeros((4, H, 2))}, r"xs must have shape \(T, 3, B\)"),
        ({"xs": np.zeros((4, D))}, "xs must have shape"),
        ({"xs": np.full((4, D, 2), np.nan)}, "xs must be finite"),
        ({"h0": np.zeros((H, 3))}, r"h0 must have shape \(4, 2\)"),
        ({"h0": np.zeros(H)}, "h0 must have shape"),
        ({"lengths": [1, 5]}, "lengths must lie between 0 and 4"),
        ({"lengths": [1]}, "lengths must have shape"),
        ({"lengths": [1.0, 2.0]}, "lengths must hold integers"),
        ({"rnn": object()}, "rnn must be an RNN"),
    ],
)
def test_unroll_refuses_what_does_not_fit(arguments: dict[str, Any], message: str) -> None:
    """A bad argument is named, with what was expected."""
    good: dict[str, Any] = {"rnn": RNN(D, H, O, rng=0), "xs": np.zeros((4, D, 2))}
    with pytest.raises((TypeError, ValueError), match=message):
        unroll(**(good | arguments))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dys": np.zeros((4, H, 2))}, "dys must have shape"),
        ({"dhs": np.zeros((3, H, 2))}, "dhs must have shape"),
        ({"dh": np.zeros((2, H))}, "dh must have shape"),
        ({"dh": np.full((H, 2), np.inf)}, "dh must be finite"),
        ({"cache": None}, "cache must be the cache of unroll"),
    ],
)
def test_backpropagate_refuses_what_does_not_fit(arguments: dict[str, Any], message: str) -> None:
    """A bad gradient is named; a cache that was not kept is missed."""
    cache = unroll(RNN(D, H, O, rng=0), np.zeros((4, D, 2))).cache
    with pytest.raises((TypeError, ValueError), match=message):
        backpropagate(**({"cache": cache} | arguments))


@pytest.mark.parametrize("size", [0, -1, 2.0, True, "3", None])
def test_the_batch_size_of_an_initial_state_is_a_positive_integer(size: Any) -> None:
    """And so it says."""
    with pytest.raises((TypeError, ValueError), match="batch_size must be a positive integer"):
        RNN(D, H, O).initial_state(size)


def test_a_step_refuses_another_batch_size() -> None:
    """A hidden state of one column does not spread over three inputs."""
    with pytest.raises(ValueError, match=r"h_prev must have shape \(4, 3\), got \(4, 1\)"):
        RNN(D, H, O).forward(np.zeros((D, 3)), np.zeros((H, 1)))
