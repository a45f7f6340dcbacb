"""The sequence path against loops over the single step, which has its own tests, and against differences.

What PyTorch says of the same sequences is in `tests/test_sequence_golden.py` and `tests/parity`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import LSTM, Unrolled, backpropagate, unroll

D, H, O = 3, 4, 2

GRADIENTS = [*LSTM(D, H, O).parameters(), "xs", "h0", "c0"]


def problem(T: int, B: int, seed: int = 0, dtype: Any = np.float64) -> tuple[LSTM, dict[str, Any]]:
    """Make a cell, a batch of sequences with initial states, and a gradient for each of the four results."""
    rng = np.random.default_rng(seed)
    lstm = LSTM(D, H, O, rng=rng, dtype=dtype, forget_bias=0.5)
    for name in ("Wi_bias", "Wc_bias", "Wo_bias", "Wy_bias"):
        setattr(lstm, name, rng.standard_normal(getattr(lstm, name).shape))
    shapes = {"xs": (T, D, B), "h0": (H, B), "c0": (H, B)}
    shapes |= {"dys": (T, O, B), "dhs": (T, H, B), "dh": (H, B), "dc": (H, B)}
    return lstm, {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def split(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Separate what goes into `unroll` from what goes into `backpropagate`."""
    inputs = {name: values[name] for name in ("xs", "h0", "c0")}
    return inputs, {name: values[name] for name in ("dys", "dhs", "dh", "dc")}


def by_steps(lstm: LSTM, xs: Any, h0: Any, c0: Any, lengths: Any) -> Unrolled:
    """Do what `unroll` does, with one `forward` per step and column."""
    T, _, B = xs.shape
    ys, hs = np.zeros((T, O, B), lstm.dtype), np.zeros((T, H, B), lstm.dtype)  # (T, O, B), (T, H, B)
    h, c = h0.copy(), c0.copy()  # (H, B) each
    for b in range(B):
        for t in range(lengths[b]):
            y, h[:, [b]], c[:, [b]] = lstm.forward(xs[t][:, [b]], h[:, [b]], c[:, [b]])
            ys[t][:, [b]], hs[t][:, [b]] = y, h[:, [b]]
    return Unrolled(ys, hs, h, c, None)


def gradients_by_steps(lstm: LSTM, inputs: dict[str, Any], outputs: dict[str, Any], lengths: Any) -> Any:
    """Do what `backpropagate` does, with one `backward` per step and column."""
    xs, h0, c0 = inputs.values()
    B = xs.shape[2]
    total = {name: np.zeros_like(array) for name, array in lstm.parameters().items()} | {
        name: np.zeros_like(array) for name, array in inputs.items()
    }
    for b in range(B):
        traces, h, c = [], h0[:, [b]], c0[:, [b]]
        for t in range(lengths[b]):
            traces.append(lstm.trace(xs[t][:, [b]], h, c))
            h, c = traces[-1].h, traces[-1].c
        dh, dc = outputs["dh"][:, [b]], outputs["dc"][:, [b]]  # (H, 1) each
        for t in reversed(range(lengths[b])):
            dh_t = dh + outputs["dhs"][t][:, [b]]  # (H, 1)
            step = lstm.backward(traces[t], dy=outputs["dys"][t][:, [b]], dh=dh_t, dc=dc)
            for name in lstm.parameters():
                total[name] += step[name]
            total["xs"][t][:, [b]] = step["x"]
            dh, dc = step["h_prev"], step["c_prev"]
        total["h0"][:, [b]], total["c0"][:, [b]] = dh, dc
    return total


def loss(lstm: LSTM, inputs: dict[str, Any], outputs: dict[str, Any], lengths: Any) -> float:
    """Give the scalar whose gradient with respect to `ys`, `hs`, `h` and `c` is `outputs`."""
    result = unroll(lstm, **inputs, lengths=lengths, keep_cache=False)
    pairs = zip((outputs["dys"], outputs["dhs"], outputs["dh"], outputs["dc"]), result[:4], strict=True)
    return float(sum((gradient * value).sum() for gradient, value in pairs))


def differences(lstm: LSTM, inputs: dict[str, Any], outputs: dict[str, Any], lengths: Any) -> Any:
    """Differentiate `loss` numerically: central differences of fourth order, entry by entry."""
    result = {}
    for name, array in (lstm.parameters() | inputs).items():
        result[name] = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept, step = array[index], 1e-3
            values = {}
            for shift in (-2, -1, 1, 2):
                array[index] = kept + shift * step
                values[shift] = loss(lstm, inputs, outputs, lengths)
            array[index] = kept
            near, far = values[1] - values[-1], values[2] - values[-2]
            result[name][index] = (8 * near - far) / (12 * step)
    return result


def relative_error(a: Any, b: Any) -> float:
    """Measure the distance of two arrays in norm, relative to their size; 0 where both are 0."""
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size else 0.0


def random_lengths(T: int, B: int, seed: int = 0) -> Any:
    """Draw a length for each column, with the longest and the empty one among them where there is room."""
    lengths = np.random.default_rng(seed).integers(0, T + 1, B)
    lengths[:2] = [T, 0][:B]
    return lengths


@settings(max_examples=40, deadline=None)
@given(
    T=st.integers(0, 12),
    B=st.integers(1, 7),
    seed=st.integers(0, 2**16),
    ragged=st.booleans(),
    every=st.none() | st.integers(1, 15),
)
def test_unroll_is_a_loop_over_forward(T, B, seed, ragged, every):
    """Outputs, states and final states are those of one `forward` per step and column, to rounding."""
    lstm, values = problem(T, B, seed)
    inputs, _ = split(values)
    lengths = random_lengths(T, B, seed) if ragged else None
    ours = unroll(lstm, **inputs, lengths=lengths, checkpoint_every=every)
    expected = by_steps(lstm, *inputs.values(), np.full(B, T) if lengths is None else lengths)
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_allclose(getattr(ours, name), getattr(expected, name), rtol=0, atol=1e-14)


@settings(max_examples=40, deadline=None)
@given(
    T=st.integers(0, 12),
    B=st.integers(1, 7),
    seed=st.integers(0, 2**16),
    ragged=st.booleans(),
    every=st.none() | st.integers(1, 15),
)
def test_backpropagate_is_a_loop_over_backward(T, B, seed, ragged, every):
    """All thirteen gradients are those of one `backward` per step and column, to rounding."""
    lstm, values = problem(T, B, seed)
    inputs, outputs = split(values)
    lengths = random_lengths(T, B, seed) if ragged else np.full(B, T)
    ours = backpropagate(unroll(lstm, **inputs, lengths=lengths, checkpoint_every=every).cache, **outputs)
    expected = gradients_by_steps(lstm, inputs, outputs, lengths)
    assert list(ours) == GRADIENTS
    for name in GRADIENTS:
        assert ours[name].shape == expected[name].shape
        assert relative_error(ours[name], expected[name]) < 1e-13, name


@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize(("T", "B"), [(0, 1), (1, 1), (2, 7), (5, 3), (13, 2), (50, 1)])
def test_gradients_agree_with_central_differences(T, B, ragged):
    """Every gradient is within 1e-8 of a numerical one, relative, in norm, per array."""
    lstm, values = problem(T, B, seed=T)
    inputs, outputs = split(values)
    lengths = random_lengths(T, B) if ragged else None
    ours = backpropagate(unroll(lstm, **inputs, lengths=lengths).cache, **outputs)
    expected = differences(lstm, inputs, outputs, lengths)
    for name in GRADIENTS:
        assert relative_error(ours[name], expected[name]) < 1e-8, name
