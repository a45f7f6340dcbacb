"""The sequence path against loops over the single step, which has its own tests, and against differences.

PyTorch's numbers were written by `tests/parity/golden.py`; `tests/parity` compares with PyTorch itself.
"""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import LSTM, Cache, Unrolled, backpropagate, unroll
from lstm_tutorial.sequence import BLOCK_BYTES, BLOCK_STEPS, ROOM_BYTES, Segment, _views
from tests.golden import read

D, H, O = 3, 5, 2
LOSSES = {name: (name,) for name in ("dys", "dhs", "dh", "dc")} | {"all": ("dys", "dhs", "dh", "dc")}
GRADIENTS = [*LSTM(D, H, O).parameters(), "xs", "h0", "c0"]


def problem(
    T: int, B: int, seed: int = 0, dtype: Any = np.float64, sizes: tuple[int, int, int] = (D, H, O)
) -> tuple[LSTM, dict[str, Any]]:
    """Make a cell, a batch of sequences with initial states, and a gradient for each of the four results."""
    rng = np.random.default_rng(seed)
    D, H, O = sizes
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
    ys = np.zeros((T, lstm.output_size, B), lstm.dtype)  # (T, O, B)
    hs = np.zeros((T, lstm.hidden_size, B), lstm.dtype)  # (T, H, B)
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


@settings(max_examples=25, deadline=None)
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
    expected = by_steps(lstm, **inputs, lengths=np.full(B, T) if lengths is None else lengths)
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_allclose(getattr(ours, name), getattr(expected, name), rtol=0, atol=1e-14)


@settings(max_examples=25, deadline=None)
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


@pytest.mark.parametrize("every", [None, 2])
@pytest.mark.parametrize("sizes", [(1, 1, 1), (6, 3, 4), (2, 9, 1)])
def test_any_sizes(sizes, every):
    """More inputs than hidden units or fewer, an odd sum of both or an even one: the loop's results."""
    lstm, values = problem(5, 2, sizes=sizes)
    inputs, outputs = split(values)
    lengths = [5, 3]
    ours = unroll(lstm, **inputs, lengths=lengths, checkpoint_every=every)
    expected = by_steps(lstm, **inputs, lengths=lengths)
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_allclose(getattr(ours, name), getattr(expected, name), rtol=0, atol=1e-14)
    gradients = gradients_by_steps(lstm, inputs, outputs, lengths)
    for name, gradient in backpropagate(ours.cache, **outputs).items():
        assert relative_error(gradient, gradients[name]) < 1e-13, name


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


@pytest.mark.parametrize("case", read("sequence"))
def test_gradients_agree_with_pytorch(case):
    """Results and gradients are PyTorch's to 1e-12, for losses on each result alone and on all together."""
    golden = read("sequence")[case]
    lstm = network(golden)
    inputs = {name: golden[name] for name in ("xs", "h0", "c0")}
    outputs = {name: golden[name] for name in LOSSES["all"] if name in golden}
    result = unroll(lstm, **inputs, lengths=golden["lengths"])
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_allclose(getattr(result, name), golden[name], rtol=0, atol=1e-12)
    for name, gradient in backpropagate(result.cache, **outputs).items():
        theirs = golden[f"grad_{name}"]
        assert gradient.shape == theirs.shape
        assert np.linalg.norm(gradient - theirs) <= 1e-12 * np.linalg.norm(theirs), name


def network(arrays: dict[str, Any]) -> LSTM:
    """Make a cell with the weights among these arrays."""
    lstm = LSTM(D, H, O)
    for name in lstm.parameters():
        setattr(lstm, name, arrays[name])
    return lstm


def test_jacobians_agree_with_pytorch():
    """Over fifty steps, dh_T/dh_t and dc_T/dc_t along the graph, and dc_T/dc_t with h held."""
    golden = read("jacobians")["T50"]
    lstm, xs = network(golden), golden["xs"]
    h, c = golden["h0"], golden["c0"]  # (H, 1) each
    traces = []
    for x in xs:
        traces.append(lstm.trace(x, h, c))
        h, c = traces[-1].h, traces[-1].c
    each_unit = np.eye(H)  # (H, H), one column for each unit at the end
    held = np.eye(H)  # (H, H)
    for t in reversed(range(len(xs))):
        rest = np.repeat(xs[t + 1 :], H, axis=2)  # (T-t-1, D, H)
        states = np.repeat(traces[t].h, H, axis=1), np.repeat(traces[t].c, H, axis=1)  # (H, H) each
        cache = unroll(lstm, rest, *states).cache
        dh_dh = backpropagate(cache, dh=each_unit)["h0"].T  # (H, H)
        from_c = backpropagate(cache, dc=each_unit)
        h_by_c = traces[t].o * (1 - np.tanh(traces[t].c) ** 2)  # (H, 1), c_t also acts through h_t
        dc_dc = (from_c["c0"] + h_by_c * from_c["h0"]).T  # (H, H)
        assert relative_error(dh_dh, golden["dh_dh"][t]) < 1e-10
        assert relative_error(dc_dc, golden["dc_dc"][t]) < 1e-10
        assert relative_error(held, golden["dc_dc_held"][t]) < 1e-10
        held = held * traces[t].f  # the product of forget gates, unit by unit


@pytest.mark.parametrize("every", [1, 3, 7, 20])
@pytest.mark.parametrize("ragged", [False, True])
def test_checkpoints_change_no_gradient(every, ragged):
    """Computing the steps again gives the same bits."""
    lstm, values = problem(17, 3)
    inputs, outputs = split(values)
    lengths = random_lengths(17, 3) if ragged else None
    plain = unroll(lstm, **inputs, lengths=lengths)
    saved = unroll(lstm, **inputs, lengths=lengths, checkpoint_every=every)
    for a, b in zip(plain[:4], saved[:4], strict=True):
        np.testing.assert_array_equal(a, b)
    expected = backpropagate(plain.cache, **outputs)
    for name, gradient in backpropagate(saved.cache, **outputs).items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-13, atol=1e-15)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """List the arrays that are made by `numpy.empty` and `numpy.zeros`; what is empty holds NaN."""
    arrays: list[Any] = []
    zeros = np.zeros

    def noted(array: Any) -> Any:
        arrays.append(array)
        return array

    monkeypatch.setattr(np, "empty", lambda shape, dtype=float: noted(np.full(shape, np.nan, dtype)))
    monkeypatch.setattr(np, "zeros", lambda shape, dtype=float: noted(zeros(shape, dtype)))
    return arrays


@pytest.mark.parametrize(("every", "first_span"), [(None, (0, 4)), (3, (0, 3)), (13, (0, 13))])
def test_blocks_change_nothing(every, first_span, monkeypatch, made):
    """How many steps a block has is a matter of speed alone."""
    lstm, values = problem(29, 3)
    inputs, outputs = split(values)
    whole = unroll(lstm, **inputs)
    expected = backpropagate(whole.cache, **outputs)
    monkeypatch.setattr("lstm_tutorial.sequence.BLOCK_BYTES", 1)
    monkeypatch.setattr("lstm_tutorial.sequence.BLOCK_STEPS", 4)
    result = unroll(lstm, **inputs, checkpoint_every=every)
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_array_equal(getattr(result, name), getattr(whole, name))
    cache = result.cache
    assert cache is not None
    assert cache.spans[0] == first_span
    assert bool(cache.values) == (every is None)  # with checkpoints, no values are kept
    for name, gradient in backpropagate(cache, **outputs).items():
        assert relative_error(gradient, expected[name]) < 1e-14


LARGEST = max(H for H in range(1, 400) if 8 * 4 * H * (D + H + 1) <= BLOCK_BYTES // 2)
"""How many units there may be for the matrix in float64 to take no more than half of BLOCK_BYTES."""


@pytest.mark.parametrize(
    ("hidden_size", "B", "by_columns"),
    [(20, 1, True), (20, 2, False), (LARGEST, 1, True), (LARGEST + 1, 1, False)],
)
def test_the_matrix_for_a_single_sequence_is_stored_by_columns(hidden_size, B, by_columns):
    """As long as it takes no more than half of BLOCK_BYTES; the results are those of a batch."""
    lstm = LSTM(D, hidden_size, O, rng=0)
    xs = np.random.default_rng(1).standard_normal((5, D, 2))
    result = unroll(lstm, xs[:, :, :B])
    assert result.cache is not None
    assert result.cache.W_half.flags.f_contiguous == by_columns
    assert result.cache.W_half.flags.c_contiguous != by_columns
    np.testing.assert_allclose(result.hs, unroll(lstm, xs).hs[:, :, :B], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("B", "dtype"), [(7, np.float32), (20, np.float64)])
def test_a_block_is_as_long_as_its_memory_allows(B, dtype):
    """A step takes ten arrays of shape (H, B); so many steps fit into BLOCK_BYTES, and one more does not."""
    step = 10 * np.ones((H, B), dtype).nbytes
    lstm = LSTM(D, H, O, dtype=dtype)
    cache = unroll(lstm, np.zeros((BLOCK_BYTES // step + 2, D, B), dtype)).cache
    assert cache is not None
    _, steps = cache.spans[0]
    assert steps * step <= BLOCK_BYTES < (steps + 1) * step


def test_a_room_is_as_large_as_its_memory_allows():
    """As many spans share an array of gates as ROOM_BYTES allow, and the next ones have another."""
    B = 40
    lstm = LSTM(D, 50, O)
    span = BLOCK_STEPS * 5 * np.ones((50, B)).nbytes  # the gates and c_prev of its steps
    together = ROOM_BYTES // span
    T = BLOCK_STEPS * (together + 4)
    cache = unroll(lstm, np.zeros((T, D, B))).cache
    assert cache is not None
    assert cache.spans[0] == (0, BLOCK_STEPS)
    assert spans_of_each_room(cache) == [together, 4]


def spans_of_each_room(cache: Cache) -> list[int]:
    """Count the spans that share an array of gates, of BLOCK_STEPS each; the array has room for no more."""
    used = [values.planes.base for values in cache.values]
    rooms = list({id(room): room for room in used if room is not None}.values())
    counts = [sum(room is other for other in used) for room in rooms]
    assert [len(room) for room in rooms] == [BLOCK_STEPS * count + 1 for count in counts]
    return counts


def test_a_span_that_is_too_large_for_a_room_has_one_of_its_own(monkeypatch):
    monkeypatch.setattr("lstm_tutorial.sequence.BLOCK_BYTES", 1)
    monkeypatch.setattr("lstm_tutorial.sequence.ROOM_BYTES", 1)
    cache = unroll(LSTM(D, H, O), np.zeros((4 * BLOCK_STEPS, D, 2))).cache
    assert cache is not None
    assert spans_of_each_room(cache) == [1, 1, 1, 1]


@pytest.mark.parametrize("spans", [1, 2, 100])
def test_rooms_change_nothing(spans, monkeypatch, made):
    """How many spans share an array is a matter of speed alone."""
    lstm, values = problem(29, 3)
    inputs, outputs = split(values)
    monkeypatch.setattr("lstm_tutorial.sequence.BLOCK_BYTES", 1)
    whole = unroll(lstm, **inputs, lengths=[29, 0, 17])
    expected = backpropagate(whole.cache, **outputs)
    monkeypatch.setattr("lstm_tutorial.sequence.ROOM_BYTES", spans * BLOCK_STEPS * 5 * np.ones((H, 3)).nbytes)
    result = unroll(lstm, **inputs, lengths=[29, 0, 17])
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_array_equal(getattr(result, name), getattr(whole, name))
    for name, gradient in backpropagate(result.cache, **outputs).items():
        np.testing.assert_array_equal(gradient, expected[name])


def peak_of(call: Any) -> int:
    """Return how many bytes Python and NumPy hold at most, beyond those of before, while the call runs."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("options", [{"keep_cache": False}, {"checkpoint_every": 20}], ids=str)
def test_memory_is_saved_on_request(options):
    """The peak is a quarter of what it is with a full cache, forward and back; half of it is allowed."""
    lstm, values = problem(600, 40)
    inputs, outputs = split(values)

    def there_and_back(**options: Any) -> None:
        cache = unroll(lstm, **inputs, **options).cache
        if cache is not None:
            backpropagate(cache, **outputs)

    assert peak_of(lambda: there_and_back(**options)) < peak_of(there_and_back) / 2


def test_a_sequence_cut_in_two_is_the_whole():
    """Carrying both states over the cut changes nothing, forward or backward."""
    lstm, values = problem(11, 3)
    inputs, outputs = split(values)
    whole = unroll(lstm, **inputs)
    first = unroll(lstm, values["xs"][:4], values["h0"], values["c0"])
    second = unroll(lstm, values["xs"][4:], first.h, first.c)
    np.testing.assert_allclose(np.concatenate((first.ys, second.ys)), whole.ys, rtol=0, atol=1e-15)
    np.testing.assert_allclose(second.c, whole.c, rtol=0, atol=1e-15)
    after = backpropagate(
        second.cache, dys=values["dys"][4:], dhs=values["dhs"][4:], dh=values["dh"], dc=values["dc"]
    )
    before = backpropagate(
        first.cache, dys=values["dys"][:4], dhs=values["dhs"][:4], dh=after["h0"], dc=after["c0"]
    )
    expected = backpropagate(whole.cache, **outputs)
    for name in lstm.parameters():
        assert relative_error(before[name] + after[name], expected[name]) < 1e-14
    assert relative_error(before["c0"], expected["c0"]) < 1e-14


def test_columns_do_not_meet():
    """What one column holds, padding included, changes no other column and nothing before its end."""
    lstm, values = problem(9, 4)
    inputs, _ = split(values)
    lengths = [9, 0, 5, 7]
    result = unroll(lstm, **inputs, lengths=lengths)
    changed: dict[str, Any] = {name: array.copy() for name, array in inputs.items()}
    changed["xs"][5:, :, 2] = 1e6  # padding of column 2
    changed["xs"][:, :, 0] = -3.0  # all of column 0
    other = unroll(lstm, **changed, lengths=lengths)
    for name in ("ys", "hs", "h", "c"):
        np.testing.assert_array_equal(getattr(other, name)[..., 1:], getattr(result, name)[..., 1:])
    assert not np.array_equal(other.h[:, 0], result.h[:, 0])
    np.testing.assert_array_equal(result.hs[5:, :, 2], 0)
    np.testing.assert_array_equal(result.h[:, 1], inputs["h0"][:, 1])
    np.testing.assert_array_equal(result.h[:, 2], result.hs[4, :, 2])


@pytest.mark.parametrize("lengths", [[5, 0, 3], [9, 5, 7], [9, 9, 9]])
@pytest.mark.parametrize("name", ["dys", "dhs"])
def test_what_stands_in_the_padding_of_a_gradient_is_ignored(name, lengths):
    """Where no column, some or all are as long as the array."""
    lstm, values = problem(9, 3)
    inputs, outputs = split(values)
    cache = unroll(lstm, **inputs, lengths=lengths).cache
    expected = backpropagate(cache, **outputs)
    for b, length in enumerate(lengths):
        outputs[name][length:, :, b] = 1e6
    for key, gradient in backpropagate(cache, **outputs).items():
        np.testing.assert_array_equal(gradient, expected[key])


@pytest.mark.parametrize(("T", "B"), [(8, 2), (8, 1), (0, 2)])
@pytest.mark.parametrize("every", [None, 3])
def test_nothing_is_mutated_kept_or_shared(every, T, B):
    """Arguments, weights and cache stay as they were; no two results share memory; a cache serves twice."""
    lstm, values = problem(T, B)
    inputs, outputs = split(values)
    before = {name: array.copy() for name, array in (values | lstm.parameters()).items()}
    for array in values.values():
        array.flags.writeable = False
    result = unroll(lstm, **inputs, checkpoint_every=every)
    once = backpropagate(result.cache, **outputs)
    arrays = [*result[:4], *once.values(), *values.values(), *lstm.parameters().values()]
    for k, array in enumerate(arrays):
        for other in arrays[:k]:
            assert not np.shares_memory(array, other)
    for array in result[:4]:
        array[...] = np.nan  # results are the caller's: no cache looks at them
    for array in lstm.parameters().values():
        array *= 2.0  # nor at the weights
    twice = backpropagate(result.cache, **outputs)
    for name in GRADIENTS:
        np.testing.assert_array_equal(once[name], twice[name])
    for name, array in values.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("every", [None, 3])
def test_the_cache_has_its_own_initial_states(every):
    """Changing `h0` and `c0` between the two passes changes nothing."""
    lstm, values = problem(6, 2)
    inputs, outputs = split(values)
    cache = unroll(lstm, **inputs, checkpoint_every=every).cache
    expected = backpropagate(cache, **outputs)
    inputs["h0"] += 1
    inputs["c0"] += 1
    for name, gradient in backpropagate(cache, **outputs).items():
        np.testing.assert_array_equal(gradient, expected[name])


def test_with_checkpoints_every_step_runs_once_more(monkeypatch):
    """Also where the last span, from which the way back starts, is shorter than the others."""
    lstm, values = problem(29, 3)
    inputs, outputs = split(values)
    steps_run = []

    def views(steps: Segment) -> Any:
        steps_run.append(len(steps.planes) - 1)
        return _views(steps)

    monkeypatch.setattr("lstm_tutorial.sequence._views", views)
    backpropagate(unroll(lstm, **inputs, checkpoint_every=13).cache, **outputs)
    assert steps_run == [13, 13, 3, 3, 13, 13]


def test_without_checkpoints_the_cache_has_its_own_inputs():
    """Changing `xs` between the two passes changes nothing."""
    lstm, values = problem(6, 2)
    inputs, outputs = split(values)
    expected = backpropagate(unroll(lstm, **inputs).cache, **outputs)
    cache = unroll(lstm, **inputs).cache
    assert cache is not None
    assert cache.starts == []
    inputs["xs"] += 1
    for name, gradient in backpropagate(cache, **outputs).items():
        np.testing.assert_array_equal(gradient, expected[name])


@pytest.mark.parametrize("every", [None, 4])
def test_the_layout_in_memory_does_not_matter(every):
    """Strided and Fortran-ordered arrays and nested lists give the same bits."""
    lstm, values = problem(7, 3)
    inputs, outputs = split(values)
    expected = backpropagate(unroll(lstm, **inputs).cache, **outputs)
    for lay_out in (np.asfortranarray, lambda a: np.repeat(a, 2, axis=-1)[..., ::2], lambda a: a.tolist()):
        laid_in: dict[str, Any] = {name: lay_out(array) for name, array in inputs.items()}
        laid_out = {name: lay_out(array) for name, array in outputs.items()}
        ours = backpropagate(unroll(lstm, **laid_in, checkpoint_every=every).cache, **laid_out)
        for name in GRADIENTS:
            assert relative_error(ours[name], expected[name]) < 1e-14


def test_float32_stays_float32():
    """Everything is float32 and within 1e-5 of float64."""
    lstm, values = problem(20, 3, dtype=np.float32)
    inputs, outputs = split(values)
    result = unroll(lstm, **inputs)
    gradients = backpropagate(result.cache, **outputs)
    exact = LSTM(D, H, O)
    for name, array in lstm.parameters().items():
        setattr(exact, name, array)
    expected = unroll(exact, **inputs)
    for name in ("ys", "hs", "h", "c"):
        assert getattr(result, name).dtype == np.float32
        assert relative_error(getattr(result, name), getattr(expected, name)) < 1e-5
    for name, gradient in backpropagate(expected.cache, **outputs).items():
        assert gradients[name].dtype == np.float32
        assert relative_error(gradients[name], gradient) < 1e-5


@pytest.mark.parametrize("every", [None, 4])
def test_float32_is_computed_in_float32(every, made):
    """No array on the way, forward or back, is of another dtype, given or left out."""
    lstm, values = problem(6, 2, dtype=np.float32)
    inputs, outputs = split(values)
    made.clear()
    backpropagate(unroll(lstm, **inputs, checkpoint_every=every).cache, **outputs)
    backpropagate(unroll(lstm, values["xs"], checkpoint_every=every).cache)
    assert {array.dtype for array in made} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", ["xs", "h0", "c0", "dys", "dhs", "dh", "dc"])
def test_numbers_too_large_for_float32_are_refused(name):
    """A float64 that float32 cannot hold would turn into infinity without a word."""
    lstm, values = problem(3, 2, dtype=np.float32)
    values[name] = values[name].astype(np.float64)
    values[name][..., -1] = 1e39
    inputs, outputs = split(values)
    with pytest.raises(ValueError, match=rf"^{name} must be finite in float32, got 1e\+39 at "):
        backpropagate(unroll(lstm, **inputs).cache, **outputs)


@pytest.mark.parametrize("T", [0, 6])
@pytest.mark.parametrize("every", [None, 4])
def test_what_is_not_float32_is_converted(T, every):
    """A float32 model makes float32 of all that it is given, also where no step is taken."""
    lstm, values = problem(T, 2, dtype=np.float32)
    wide = {name: array.astype(np.float64) for name, array in values.items()}
    results = []
    for given_values in (values, wide):
        inputs, outputs = split(given_values)
        result = unroll(lstm, **inputs, checkpoint_every=every)
        results.append([*result[:4], *backpropagate(result.cache, **outputs).values()])
    by_default = unroll(lstm, values["xs"], checkpoint_every=every)
    results.append([*by_default[:4], *backpropagate(by_default.cache).values()])
    for ours, converted, default in zip(*results, strict=True):
        assert {ours.dtype, converted.dtype, default.dtype} == {np.dtype(np.float32)}
        np.testing.assert_array_equal(ours, converted)


def test_states_default_to_zeros_and_no_cache_on_request():
    lstm, values = problem(5, 2)
    h0, c0 = lstm.initial_state(2)
    ours, theirs = unroll(lstm, values["xs"]), unroll(lstm, values["xs"], h0, c0, keep_cache=False)
    for a, b in zip(ours[:4], theirs[:4], strict=True):
        np.testing.assert_array_equal(a, b)
    assert theirs.cache is None


@pytest.mark.parametrize("lengths", [None, np.zeros(0, int), []])
def test_an_empty_batch_has_empty_results(lengths):
    lstm, values = problem(5, 0)
    inputs, outputs = split(values)
    result = unroll(lstm, **inputs, lengths=lengths)
    assert [array.shape for array in result[:4]] == [(5, O, 0), (5, H, 0), (H, 0), (H, 0)]
    gradients = backpropagate(result.cache, **outputs)
    for name, array in (lstm.parameters() | inputs).items():
        np.testing.assert_array_equal(gradients[name], np.zeros_like(array))


def test_a_cache_cannot_be_changed():
    lstm, values = problem(5, 2)
    cache = unroll(lstm, values["xs"]).cache
    assert cache is not None
    with pytest.raises(AttributeError):
        cache.lengths = np.array([1, 1])  # type: ignore[misc]


def test_no_loss_has_no_gradient():
    lstm, values = problem(5, 2)
    for gradient in backpropagate(unroll(lstm, values["xs"]).cache).values():
        np.testing.assert_array_equal(gradient, 0)


xs_of_two = np.zeros((5, D, 2))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"xs": np.zeros((5, D))}, ValueError, r"xs must have shape \(T, 3, B\), got \(5, 3\)"),
        ({"xs": np.zeros((5, 2, D))}, ValueError, "xs must have shape"),
        ({"xs": np.full((5, D, 2), np.nan)}, ValueError, "xs must be finite"),
        ({"xs": "abc"}, TypeError, "xs must hold real numbers"),
        ({"xs": xs_of_two + 1j}, TypeError, "xs must hold real numbers"),
        ({"xs": xs_of_two, "h0": np.zeros((H, 1))}, ValueError, r"h0 must have shape \(5, 2\)"),
        ({"xs": xs_of_two, "h0": np.zeros(H)}, ValueError, "h0 must have shape"),
        ({"xs": xs_of_two, "c0": np.zeros((2, H))}, ValueError, "c0 must have shape"),
        ({"xs": xs_of_two, "c0": np.zeros(H)}, ValueError, "c0 must have shape"),
        ({"xs": xs_of_two, "lengths": [5]}, ValueError, r"lengths must have shape \(2,\)"),
        ({"xs": xs_of_two, "lengths": [[5, 5]]}, ValueError, "lengths must have shape"),
        ({"xs": xs_of_two, "lengths": [5, 6]}, ValueError, "lengths must lie between 0 and 5"),
        ({"xs": xs_of_two, "lengths": [-1, 5]}, ValueError, "lengths must lie between 0 and 5"),
        ({"xs": xs_of_two, "lengths": [1.0, 5.0]}, TypeError, "lengths must hold integers"),
        ({"xs": xs_of_two, "lengths": [True, False]}, TypeError, "lengths must hold integers"),
        ({"xs": xs_of_two, "checkpoint_every": 0}, ValueError, "checkpoint_every must be a positive integer"),
        ({"xs": xs_of_two, "checkpoint_every": 1.5}, TypeError, "checkpoint_every must be a positive"),
        ({"xs": xs_of_two, "checkpoint_every": True}, TypeError, "checkpoint_every must be a positive"),
    ],
)
def test_unroll_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        unroll(LSTM(D, H, O), **arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"dys": np.zeros((5, H, 2))}, ValueError, r"dys must have shape \(5, 2, 2\), got \(5, 5, 2\)"),
        ({"dhs": np.zeros((4, H, 2))}, ValueError, "dhs must have shape"),
        ({"dh": np.zeros(H)}, ValueError, "dh must have shape"),
        ({"dc": np.zeros((H, 1))}, ValueError, "dc must have shape"),
        ({"dc": np.full((H, 2), np.inf)}, ValueError, "dc must be finite"),
        ({"dh": [["a"]]}, TypeError, "dh must hold real numbers"),
    ],
)
def test_backpropagate_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        backpropagate(unroll(LSTM(D, H, O), xs_of_two).cache, **arguments)


def test_who_is_not_an_lstm_or_a_cache_is_refused():
    with pytest.raises(TypeError, match="lstm must be an LSTM, got str"):
        unroll("lstm", xs_of_two)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cache must be the cache of unroll, got NoneType"):
        backpropagate(unroll(LSTM(D, H, O), xs_of_two, keep_cache=False).cache)
    with pytest.raises(TypeError, match="cache must be the cache of unroll, got Unrolled"):
        backpropagate(unroll(LSTM(D, H, O), xs_of_two))  # type: ignore[arg-type]


def test_options_and_gradients_are_given_by_name():
    """Of four gradients in a row, the last two have one shape and would be easy to swap."""
    lstm, values = problem(3, 2)
    with pytest.raises(TypeError, match="positional"):
        unroll(lstm, values["xs"], values["h0"], values["c0"], [3, 3])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        backpropagate(unroll(lstm, values["xs"]).cache, values["dys"])  # type: ignore[call-arg]
