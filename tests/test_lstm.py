"""One step of the LSTM: against the notebook's class, on paper, and what it does to memory and dtypes.

Sequences, gradients and PyTorch are in `test_network`, which runs for every network; bad calls are in
`test_checks`, the weights' own rules in `test_parameters`.
"""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstm_tutorial import LSTM, StepTrace
from scripts.bench import notebook
from tests import problems

# Sizes from the smallest to the example's and beyond, alone and in batches: 24, each with its own seed.
NETWORKS = [(1, 1, 1), (1, 5, 2), (10, 20, 5), (7, 1, 3), (2, 33, 1), (30, 50, 4)]
SIZES = [(*sizes, B) for sizes in NETWORKS for B in (1, 2, 3, 7)]


def problem(D: int, H: int, O: int, B: int, *, seed: int = 0, dtype: Any = np.float64) -> tuple[LSTM, Any]:
    """Make a network with no bias at zero, and the inputs of one step."""
    lstm, values = problems.problem(1, B, seed, dtype, (D, H, O))
    return lstm, {"x": values["xs"][0], "h_prev": values["h0"], "c_prev": values["c0"]}


# The notebook's class.


@pytest.mark.parametrize(("seed", "size"), list(enumerate(SIZES)), ids=str)
def test_the_notebook_computes_the_same(seed, size):
    lstm, inputs = problem(*size, seed=seed)
    theirs = notebook.LSTM(lstm).forward(**inputs, verbose=False)
    for name, ours, other in zip("yhc", lstm.forward(**inputs), theirs, strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-15, atol=1e-15, err_msg=name)


@pytest.mark.parametrize(("seed", "size"), list(enumerate(SIZES)), ids=str)
def test_the_notebook_prints_the_same(seed, size, capsys):
    """Character for character: as `verbose`, as the text of a trace, and nothing unasked."""
    lstm, inputs = problem(*size, seed=seed)
    notebook.LSTM(lstm).forward(**inputs)
    theirs = capsys.readouterr().out
    assert theirs.count("\n") >= 10
    silent = lstm.forward(**inputs)
    assert capsys.readouterr().out == ""
    print(lstm.trace(**inputs))
    assert capsys.readouterr().out == theirs
    told = lstm.forward(**inputs, verbose=True)
    assert capsys.readouterr().out == theirs
    for a, b in zip(silent, told, strict=True):
        np.testing.assert_array_equal(a, b)


# The step itself.


def test_a_step_on_paper():
    """One unit: with all weights zero every gate is a half and the candidate is its bias's tanh."""
    lstm = LSTM(1, 1, 1)
    for array in lstm.parameters().values():
        array[...] = 0
    lstm.Wc_bias = [[np.arctanh(0.5)]]
    lstm.Wy = [[2.0]]
    lstm.Wy_bias = [[1.0]]
    trace = lstm.trace([[3.0]], [[0.25]], [[2.0]])
    for gate in (trace.f, trace.i, trace.o):
        assert gate == [[0.5]]
    np.testing.assert_allclose(trace.c_tilde, 0.5, rtol=1e-15)
    np.testing.assert_allclose(trace.c, 0.5 * 2 + 0.5 * 0.5, rtol=1e-15)  # half of 2 kept, half of 0.5 added
    np.testing.assert_allclose(trace.h, 0.5 * np.tanh(1.25), rtol=1e-15)
    np.testing.assert_allclose(trace.y, 1 + np.tanh(1.25), rtol=1e-15)


def test_initial_state():
    lstm = LSTM(3, 4, 2, dtype=np.float32)
    many: Any = np.int64(7)
    for (h, c), B in ((lstm.initial_state(), 1), (lstm.initial_state(many), 7)):
        assert h.shape == c.shape == (4, B)
        assert h.dtype == c.dtype == np.float32
        assert not h.any()
        assert not c.any()
        assert not np.shares_memory(h, c)


# Memory: who holds what.


@pytest.mark.parametrize("B", [1, 3])
def test_results_share_memory_with_nothing(B):
    """Not with an argument, a weight, another result, or the results of the call before."""
    lstm, inputs = problem(3, 4, 2, B)
    first = lstm.forward(**inputs)
    trace = lstm.trace(**inputs)
    gradients = lstm.backward(trace, dy=trace.y, dh=trace.h, dc=trace.c)
    results = [*first, *lstm.forward(**inputs), *trace, *lstm.initial_state(B), *gradients.values()]
    everything = [*lstm.parameters().values(), *inputs.values(), *results]
    for k, a in enumerate(everything):
        for b in everything[:k]:
            assert not np.shares_memory(a, b)


def test_nothing_hides_in_the_network():
    """Calls leave the network as it was: no state, no cache, no buffer that a later call would read."""
    lstm, inputs = problem(3, 4, 2, 2)
    before = copy.deepcopy(vars(lstm))
    trace = lstm.trace(**inputs)
    lstm.forward(**inputs)
    lstm.backward(trace, dy=trace.y)
    np.testing.assert_equal(vars(lstm), before)


# Properties, over shapes and dtypes.

dimensions = st.integers(1, 6)
dtypes = st.sampled_from([np.float32, np.float64])


@st.composite
def steps(draw):
    """Draw sizes, a dtype, weights from a seed, and inputs of any finite values up to a thousand."""
    D, H, O, B = (draw(dimensions) for _ in range(4))
    dtype = draw(dtypes)
    lstm, inputs = problem(D, H, O, B, seed=draw(st.integers(0, 2**32)), dtype=dtype)
    values = st.floats(-1000, 1000, width=32)
    for name, array in inputs.items():
        if draw(st.booleans()):
            inputs[name] = draw(hnp.arrays(dtype, array.shape, elements=values))
    return lstm, inputs


def tolerance(lstm):
    return {"rtol": 40 * np.finfo(lstm.dtype).eps, "atol": 40 * np.finfo(lstm.dtype).eps}


def near(lstm, inputs, value, expected):
    """Compare two ways of rounding: the sums of products are as large as the inputs and weights make them."""
    size = 1 + max(np.abs(array).max() for array in [*inputs.values(), *lstm.parameters().values()])
    eps = float(np.finfo(lstm.dtype).eps)
    np.testing.assert_allclose(value, expected, rtol=20 * eps, atol=100 * eps * size, equal_nan=False)


@settings(deadline=None, derandomize=True)
@given(steps())
def test_every_dtype_and_shape_computes_as_the_notebook(drawn):
    lstm, inputs = drawn
    with np.errstate(over="ignore"):  # theirs overflows
        theirs = notebook.LSTM(lstm).forward(**inputs, verbose=False)
    for ours, other in zip(lstm.forward(**inputs), theirs, strict=True):
        assert ours.dtype == lstm.dtype
        assert ours.shape == other.shape
        near(lstm, inputs, ours, other)


@settings(deadline=None, derandomize=True)
@given(steps())
def test_a_batch_is_its_columns(drawn):
    """Examples do not see each other: a batch equals its columns one by one, to rounding."""
    lstm, inputs = drawn
    batch = lstm.forward(**inputs)
    for b in range(inputs["x"].shape[1]):
        alone = lstm.forward(**{name: array[:, [b]] for name, array in inputs.items()})
        for whole, column in zip(batch, alone, strict=True):
            near(lstm, inputs, whole[:, [b]], column)


@settings(deadline=None, derandomize=True)
@given(steps())
def test_gates_and_states_stay_in_their_ranges(drawn):
    lstm, inputs = drawn
    trace = lstm.trace(**inputs)
    for gate in (trace.f, trace.i, trace.o):
        assert ((gate >= 0) & (gate <= 1)).all()
    for squashed in (trace.c_tilde, trace.h):
        assert (np.abs(squashed) <= 1).all()
    assert (np.abs(trace.c) <= np.abs(trace.c_prev) + 1).all()


LAYOUTS: dict[str, Any] = {
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    "Fortran-ordered": np.asfortranarray,
    "strided": lambda a: np.repeat(np.repeat(a, 2, axis=0), 3, axis=1)[::2, ::3],
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "a nested list": lambda a: a.tolist(),
    "a tuple of arrays": lambda a: tuple(a),
    "wider": lambda a: a.astype(np.longdouble),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("B", [1, 3])
def test_the_layout_in_memory_does_not_matter(layout, dtype, B):
    """Every layout is computed with, and none is written to."""
    lstm, inputs = problem(3, 4, 2, B, dtype=dtype)
    laid_out: Any = {name: LAYOUTS[layout](array) for name, array in inputs.items()}
    kept = copy.deepcopy(laid_out)
    trace = lstm.trace(**laid_out)
    assert {value.dtype for value in trace} == {np.dtype(dtype)}
    for name, expected in lstm.trace(**inputs)._asdict().items():
        np.testing.assert_allclose(getattr(trace, name), expected, **tolerance(lstm))
    for value, expected in zip(lstm.forward(**laid_out), lstm.forward(**inputs), strict=True):
        np.testing.assert_allclose(value, expected, **tolerance(lstm))
    for name, value in laid_out.items():
        np.testing.assert_array_equal(value, kept[name])


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float16, list])
def test_other_numbers_are_converted(kind):
    lstm, _ = problem(3, 4, 2, 2)
    ones = {"x": [[1, 0]] * 3, "h_prev": [[0, 1]] * 4, "c_prev": [[2, 3]] * 4}
    values: Any = {name: value if kind is list else np.array(value, kind) for name, value in ones.items()}
    floats: Any = {name: np.array(value, np.float64) for name, value in ones.items()}
    expected = lstm.forward(**floats)
    for value, other in zip(lstm.forward(**values), expected, strict=True):
        assert value.dtype == np.float64
        np.testing.assert_array_equal(value, other)


# Backward.


def test_backward_changes_nothing_that_it_is_given():
    lstm, inputs = problem(3, 4, 2, 2)
    trace = lstm.trace(**inputs)
    incoming = {"dy": np.ones((2, 2)), "dh": np.ones((4, 2)), "dc": np.ones((4, 2))}
    before = copy.deepcopy((trace, incoming, lstm.parameters()))
    first = lstm.backward(trace, **incoming)
    again = lstm.backward(trace, **incoming)
    np.testing.assert_equal((trace, incoming, lstm.parameters()), before)
    np.testing.assert_equal(first, again)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_keep_the_dtype(dtype):
    lstm, inputs = problem(3, 4, 2, 2, dtype=dtype)
    gradients = lstm.backward(lstm.trace(**inputs), dy=[[1, 2], [3, 4]], dc=np.ones((4, 2), np.int8))
    assert {gradient.dtype for gradient in gradients.values()} == {np.dtype(dtype)}


def test_a_trace_written_by_hand_is_as_good():
    lstm, inputs = problem(3, 4, 2, 2)
    trace = lstm.trace(**inputs)
    lists = StepTrace(*(value.tolist() for value in trace))
    np.testing.assert_equal(lstm.backward(lists, dh=trace.h), lstm.backward(trace, dh=trace.h))
