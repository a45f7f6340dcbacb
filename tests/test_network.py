"""Every network along a sequence and back: against loops over one step, differences and PyTorch's numbers.

A test runs for every kind of network, unless it says otherwise. PyTorch's numbers were written by
`tests/parity/golden.py`; `tests/parity` compares with PyTorch itself. Bad arguments are in `test_checks`.
"""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import (
    LSTM,
    RNN,
    backpropagate,
    backpropagate_trace,
    check_gradients,
    drop_connections,
    trace_sequence,
    unroll,
)
from lstm_tutorial.network import Network
from tests.golden import read
from tests.problems import NETWORKS, D, H, O, problem, random_lengths, relative_error, results, split

every_network = pytest.mark.parametrize("network", NETWORKS)


def by_steps(network: Network, inputs: Any, lengths: Any) -> dict[str, Any]:
    """Do what `unroll` does, with one `forward` per step and column."""
    xs = inputs["xs"]
    T, _, B = xs.shape
    made = {"ys": np.zeros((T, O, B)), "hs": np.zeros((T, H, B))}  # (T, O, B), (T, H, B)
    state = {name: inputs[f"{name}0"].copy() for name in network.state_names}  # (H, B) each
    for b in range(B):
        for t in range(lengths[b]):
            y, *new = network.forward(xs[t][:, [b]], *(s[:, [b]] for s in state.values()))
            for s, column in zip(state.values(), new, strict=True):
                s[:, [b]] = column
            made["ys"][t][:, [b]], made["hs"][t][:, [b]] = y, new[0]
    return made | state


def gradients_by_steps(network: Network, inputs: Any, outputs: Any, lengths: Any) -> dict[str, Any]:
    """Do what `backpropagate` does, with one `backward` per step and column."""
    total = {name: np.zeros_like(array) for name, array in (network.parameters() | inputs).items()}
    for b in range(inputs["xs"].shape[2]):
        traces, state = [], [inputs[f"{name}0"][:, [b]] for name in network.state_names]
        for t in range(lengths[b]):
            traces.append(network.trace(inputs["xs"][t][:, [b]], *state))
            state = [getattr(traces[-1], name) for name in network.state_names]
        carried = {f"d{name}": outputs[f"d{name}"][:, [b]] for name in network.state_names}  # (H, 1) each
        for t in reversed(range(lengths[b])):
            carried["dh"] = carried["dh"] + outputs["dhs"][t][:, [b]]
            step = network.backward(traces[t], dy=outputs["dys"][t][:, [b]], **carried)
            for name in network.parameters():
                total[name] += step[name]
            total["xs"][t][:, [b]] = step["x"]
            carried = {f"d{name}": step[f"{name}_prev"] for name in network.state_names}
        for name in network.state_names:
            total[f"{name}0"][:, [b]] = carried[f"d{name}"]
    return total


@every_network
def test_a_printed_step_has_every_value_of_it(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By `verbose` and by the text of the trace; what a line is called is tested of the LSTM."""
    made, values = problem(1, 2, network=network)
    arguments = values["xs"][0], *(values[f"{name}0"] for name in made.state_names)
    step = made.trace(*arguments)
    assert str(step).count(":") == len(step)
    assert all(str(value) in str(step) for value in step)
    made.forward(*arguments, verbose=True)
    assert capsys.readouterr().out == f"{step}\n"


@every_network
@settings(max_examples=25)
@given(
    T=st.integers(0, 12),
    B=st.integers(0, 7),
    seed=st.integers(0, 2**16),
    ragged=st.booleans(),
    every=st.none() | st.integers(1, 15),
)
def test_a_sequence_is_a_loop_over_its_steps(network, T, B, seed, ragged, every):
    """Results and gradients are those of one `forward` and `backward` per step and column, to rounding."""
    made, values = problem(T, B, seed, network=network)
    inputs, outputs = split(values)
    lengths = random_lengths(T, B, seed) if ragged else None
    ours = unroll(made, **inputs, lengths=lengths, checkpoint_every=every)
    steps = np.full(B, T) if lengths is None else lengths
    for name, expected in by_steps(made, inputs, steps).items():
        np.testing.assert_allclose(getattr(ours, name), expected, rtol=1e-13, atol=1e-13)
    gradients = backpropagate(ours.cache, **outputs)
    expected = gradients_by_steps(made, inputs, outputs, steps)
    assert list(gradients) == list(expected)
    for name, gradient in gradients.items():
        assert gradient.shape == expected[name].shape
        assert relative_error(gradient, expected[name]) < 1e-12, name


@every_network
@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize(("T", "B"), [(0, 1), (1, 1), (4, 0), (5, 3), (17, 1)])
def test_gradients_agree_with_central_differences(network, T, B, ragged):
    """Every gradient is within 1e-8 of a numerical one, in norm, array by array."""
    made, values = problem(T, B, seed=T, network=network)
    inputs, _ = split(values)
    lengths = random_lengths(T, B) if ragged else None
    names = list(results(unroll(made, **inputs)))

    def backward(*incoming: Any) -> dict[str, Any]:
        cache = unroll(made, **inputs, lengths=lengths).cache
        return backpropagate(cache, **{f"d{n}": d for n, d in zip(names, incoming, strict=True)})

    report = check_gradients(
        lambda: tuple(results(unroll(made, **inputs, lengths=lengths)).values()),
        made.parameters() | inputs,
        backward,
        tolerance=1e-8,
    )
    assert report.ok, str(report)


@every_network
def test_one_step_agrees_with_central_differences(network):
    """Each result of a step alone and all together, with respect to every weight and every input."""
    made, values = problem(1, 4, network=network)
    inputs = {"x": values["xs"][0], "h_prev": values["h0"]}
    inputs |= {"c_prev": values["c0"]} if "c" in made.state_names else {}
    names = ["dy", *(f"d{name}" for name in made.state_names)]
    report = check_gradients(
        lambda: made.forward(**inputs),
        made.parameters() | inputs,
        lambda *incoming: made.backward(made.trace(**inputs), **dict(zip(names, incoming, strict=True))),
        tolerance=1e-8,
    )
    assert report.ok, str(report)


@pytest.mark.parametrize("network", [name for name in NETWORKS if not name.startswith("LSTM, ")])
def test_results_and_gradients_are_pytorchs(network):
    """To 1e-12 in norm, array by array, for losses on each result alone and on all together."""
    for case, golden in read(f"{network.lower().replace(', reset ', '_')}_sequence").items():
        made, _ = problem(0, 1, network=network)
        for name in made.parameters():
            setattr(made, name, golden[name])
        inputs, outputs = split(golden)
        ours = unroll(made, **inputs, lengths=golden["lengths"])
        gradients = {f"grad_{n}": g for n, g in backpropagate(ours.cache, **outputs).items()}
        for name, value in (results(ours) | gradients).items():
            assert value.shape == golden[name].shape
            assert np.linalg.norm(value - golden[name]) <= 1e-12 * np.linalg.norm(golden[name]), (case, name)


def test_jacobians_are_pytorchs():
    """Over fifty steps of an LSTM, dh_T/dh_t and dc_T/dc_t along the graph, and dc_T/dc_t with h held."""
    golden = read("jacobians")["T50"]
    lstm = LSTM(D, H, O)
    for name in lstm.parameters():
        setattr(lstm, name, golden[name])
    columns = [np.repeat(golden[name], H, axis=-1) for name in ("xs", "h0", "c0")]  # one for each last unit
    trace = trace_sequence(lstm, *columns)
    of_h = backpropagate_trace(lstm, trace, dh=np.eye(H))["h"]  # (T, H, H)
    of_c = backpropagate_trace(lstm, trace, dc=np.eye(H))["c"]
    assert relative_error(of_h.swapaxes(1, 2), golden["dh_dh"]) < 1e-10
    assert relative_error(of_c.swapaxes(1, 2), golden["dc_dc"]) < 1e-10
    held = np.cumprod(np.concatenate((np.ones((1, H)), trace.f[:0:-1, :, 0])), axis=0)[::-1]  # (T, H)
    assert relative_error(held[:, :, None] * np.eye(H), golden["dc_dc_held"]) < 1e-10


@every_network
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("every", [None, 4])
def test_padding_is_never_read(network, dtype, every):
    """Whatever stands past a column's end, infinite or not a number too: the same bits as with zeros."""
    made, values = problem(9, 4, dtype=dtype, network=network)
    lengths = [5, 0, 9, 3]
    padding = np.arange(9)[:, None, None] >= np.array(lengths)  # (T, 1, B)
    found = []
    for fill in (0, np.nan, np.inf, -1e300):  # the last is too large for float32
        filled = values | {n: np.where(padding, np.float64(fill), values[n]) for n in ("xs", "dys", "dhs")}
        inputs, outputs = split(filled)
        ours = unroll(made, **inputs, lengths=lengths, checkpoint_every=every)
        found.append(results(ours) | backpropagate(ours.cache, **outputs))
    for other in found[1:]:
        for name, value in other.items():
            np.testing.assert_array_equal(value, found[0][name], err_msg=name)
    np.testing.assert_array_equal(found[0]["hs"][np.broadcast_to(padding, (9, H, 4))], 0)
    np.testing.assert_array_equal(found[0]["h"][:, 1], values["h0"][:, 1])


@every_network
@pytest.mark.parametrize("every", [None, 3])
@pytest.mark.parametrize("B", [1, 2])
def test_nothing_is_mutated_kept_or_shared(network, every, B):
    """Arguments and weights stay as they were, no results share memory, and a cache has its own copies."""
    made, values = problem(8, B, network=network)
    inputs, outputs = split(values)
    before = {name: array.copy() for name, array in (values | made.parameters()).items()}
    for array in values.values():
        array.flags.writeable = False
    ours = unroll(made, **inputs, checkpoint_every=every)
    once = backpropagate(ours.cache, **outputs)
    arrays = [*results(ours).values(), *once.values(), *values.values(), *made.parameters().values()]
    assert not any(np.shares_memory(a, b) for k, a in enumerate(arrays) for b in arrays[:k])
    for array in results(ours).values():
        array[...] = np.nan  # results are the caller's
    for name, array in (values | made.parameters()).items():
        np.testing.assert_array_equal(array, before[name])
        array.flags.writeable = True
        if every is None or name != "xs":  # with checkpoints, the cache refers to xs
            array[...] = 7.0
    for name, gradient in backpropagate(ours.cache, **split(before)[1]).items():
        np.testing.assert_array_equal(gradient, once[name])


@every_network
def test_the_layout_in_memory_does_not_matter(network):
    """Strided and Fortran-ordered arrays and nested lists give the same numbers."""
    made, values = problem(7, 3, network=network)
    inputs, outputs = split(values)
    expected = backpropagate(unroll(made, **inputs).cache, **outputs)
    for lay_out in (np.asfortranarray, lambda a: np.repeat(a, 2, axis=-1)[..., ::2], lambda a: a.tolist()):
        laid_in: dict[str, Any] = {name: lay_out(array) for name, array in inputs.items()}
        laid_out = {name: lay_out(array) for name, array in outputs.items()}
        for name, gradient in backpropagate(unroll(made, **laid_in).cache, **laid_out).items():
            assert relative_error(gradient, expected[name]) < 1e-13


@every_network
@pytest.mark.parametrize("T", [0, 20])
def test_float32_stays_float32(network, T):
    """Whatever it is given; and it is within 1e-5 of float64."""
    single, values = problem(T, 3, dtype=np.float32, network=network)
    double, _ = problem(T, 3, network=network)
    for name, array in single.parameters().items():
        setattr(double, name, array)
    found = []
    for made, dtype in ((single, np.float32), (single, np.float64), (double, np.float64)):
        inputs, outputs = split({name: array.astype(dtype) for name, array in values.items()})
        ours = unroll(made, **inputs)
        found.append(results(ours) | backpropagate(ours.cache, **outputs))
        assert {array.dtype for array in found[-1].values()} == {made.dtype}
    for name, value in found[0].items():
        np.testing.assert_array_equal(value, found[1][name])
        assert relative_error(value, found[2][name]) < 1e-5, name


@every_network
def test_what_is_left_out_is_zero(network):
    """States before the first step, and the gradients of results that a loss does not use."""
    made, values = problem(5, 2, network=network)
    inputs, outputs = split(values)
    zeros = {name: np.zeros_like(array) for name, array in inputs.items() if name != "xs"}
    ours, theirs = unroll(made, values["xs"]), unroll(made, values["xs"], **zeros, keep_cache=False)
    for name, value in results(ours).items():
        np.testing.assert_array_equal(value, getattr(theirs, name))
    assert theirs.cache is None
    for left_out in outputs:
        given_ = {name: array for name, array in outputs.items() if name != left_out}
        with_zeros = backpropagate(ours.cache, **given_, **{left_out: np.zeros_like(outputs[left_out])})
        for name, gradient in backpropagate(ours.cache, **given_).items():
            np.testing.assert_array_equal(gradient, with_zeros[name])
    assert not any(gradient.any() for gradient in backpropagate(ours.cache).values())


@every_network
def test_without_a_read_out_there_are_states_alone(network):
    """The same states and the same gradients; no outputs, no weights for them, no gradient of them."""
    made, values = problem(6, 2, network=network)
    bare = NETWORKS[network](D, H, None)
    assert set(made.parameters()) - set(bare.parameters()) == {"Wy", "Wy_bias"}
    for name in bare.parameters():
        setattr(bare, name, getattr(made, name))
    inputs, outputs = split(values)
    del outputs["dys"]
    whole, ours = unroll(made, **inputs), unroll(bare, **inputs)
    assert ours.ys is None
    np.testing.assert_array_equal(ours.hs, whole.hs)
    expected = backpropagate(whole.cache, **outputs)
    gradients = backpropagate(ours.cache, **outputs)
    assert gradients.keys() == expected.keys() - {"Wy", "Wy_bias"}
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradient, expected[name])
    step = bare.trace(values["xs"][0], *(values[f"{name}0"] for name in bare.state_names))
    assert step.y is None
    assert bare.backward(step, dh=values["dh"]).keys() == gradients.keys() - {"xs", "h0", "c0"} | {
        "x",
        *(f"{name}_prev" for name in bare.state_names),
    }
    for call in (
        lambda: backpropagate(ours.cache, dys=values["dys"]),
        lambda: bare.backward(step, dy=[[1.0]]),
    ):
        with pytest.raises(TypeError, match="has no read-out"):
            call()
    with pytest.raises(ValueError, match="Wy cannot be set"):
        bare.Wy = np.zeros((O, H))


# Every value of every step.


@every_network
def test_a_trace_is_the_values_of_every_step(network):
    """The same bits as one `trace` per step, and what `unroll` and `backpropagate` give, to rounding."""
    made, values = problem(6, 3, network=network)
    inputs, outputs = split(values)
    whole = trace_sequence(made, **inputs)
    state = [inputs[f"{name}0"] for name in made.state_names]
    for t, x in enumerate(values["xs"]):
        step = made.trace(x, *state)
        for name, value in step._asdict().items():
            np.testing.assert_allclose(getattr(whole, name)[t], value, rtol=1e-14, atol=1e-15)
        state = [getattr(step, name) for name in made.state_names]
    unrolled = unroll(made, **inputs)
    np.testing.assert_allclose(whole.y, unrolled.ys, rtol=1e-13, atol=1e-14)
    gradients = backpropagate(unrolled.cache, **outputs)
    traced = backpropagate_trace(made, whole, **outputs)
    np.testing.assert_allclose(traced["x"], gradients["xs"], rtol=1e-11, atol=1e-13)
    for name in made.state_names:
        np.testing.assert_allclose(traced[f"{name}_prev"][0], gradients[f"{name}0"], rtol=1e-11, atol=1e-13)
        assert traced[name].shape == whole.h.shape
    for name in made.parameters().keys() - {"Wy", "Wy_bias"}:
        assert relative_error(traced[name].sum(axis=0), gradients[name]) < 1e-12
    empty = trace_sequence(made, values["xs"][:0])
    assert [value.shape[0] for value in empty] == [0] * len(empty)
    assert backpropagate_trace(made, empty) == {}


@every_network
def test_an_intervention_changes_what_follows_in_the_step(network):
    """Each value in turn is set to a half from step 3 on: it stays so, what stood before it is as it was."""
    made, values = problem(6, 2, network=network)
    seen: list[str] = []
    plain = trace_sequence(made, values["xs"], intervene=lambda t, name, value: seen.append(name))
    names = seen[: len(seen) // 6]
    assert set(names) == set(plain._fields) - {"x", "h_prev", "c_prev", "y"}
    for k, chosen in enumerate(names):

        def halve(t: int, name: str, value: Any, chosen: str = chosen) -> None:
            if t >= 3 and name == chosen:
                value[...] = 0.5

        changed = trace_sequence(made, values["xs"], intervene=halve)
        assert (getattr(changed, chosen)[3:] == 0.5).all()
        for name in names[:k]:
            np.testing.assert_array_equal(getattr(changed, name)[:4], getattr(plain, name)[:4])
        for name in plain._fields:
            np.testing.assert_array_equal(getattr(changed, name)[:3], getattr(plain, name)[:3])
        assert not np.array_equal(changed.h[3], plain.h[3])
        np.testing.assert_array_equal(changed.h_prev[1:], changed.h[:-1])


# Limits: size, memory, wrong arguments.


@every_network
@pytest.mark.parametrize("values", [1, 3 * (D + H) * 2])
def test_without_a_cache_short_chunks_change_nothing(values, network, monkeypatch):
    """Chunks of one step, and of two; columns may end within one."""
    made, arrays = problem(8, 3, network=network)
    inputs, _ = split(arrays)
    expected = results(unroll(made, **inputs, lengths=[8, 3, 0]))
    monkeypatch.setattr("lstm_tutorial.network.FORWARD_ONLY_VALUES", values)
    for name, value in results(unroll(made, **inputs, lengths=[8, 3, 0], keep_cache=False)).items():
        assert relative_error(value, expected[name]) < 1e-13, name


def peak_of(call: Any) -> int:
    """Return how many bytes Python and NumPy hold at most, beyond those of before, while the call runs."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("network", ["LSTM", "RNN"])
@pytest.mark.parametrize("options", [{"keep_cache": False}, {"checkpoint_every": 20}], ids=str)
def test_memory_is_saved_on_request(options, network):
    """The peak is at most half of what it is with a full cache, forward and backward."""
    made, values = problem(600, 40, network=network)
    inputs, outputs = split(values)

    def there_and_back(**options: Any) -> None:
        cache = unroll(made, **inputs, **options).cache
        if cache is not None:
            backpropagate(cache, **({} if network == "RNN" else outputs))

    results_alone = sum(array.nbytes for array in results(unroll(made, **inputs)).values())
    saved = peak_of(lambda: there_and_back(**options)) - results_alone
    assert saved < (peak_of(there_and_back) - results_alone) / 2


@every_network
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_that_are_too_large_are_said_to_be(network, dtype):
    """Finite inputs near the end of the dtype: a finite result, or an error that names the step."""
    made, values = problem(5, 3, dtype=dtype, network=network)
    state = [values[f"{name}0"] for name in made.state_names]
    largest = np.finfo(dtype).max
    values["xs"][2] = np.array([[1], [-1], [1]]) * largest
    assert finite_or_named(lambda: results(unroll(made, values["xs"]))) in ("finite", "step 2")
    values["xs"][2] = 0
    for name, array in made.parameters().items():
        array[...] = 5 if name.endswith("_bias") else 0  # so that every h is positive and near 1
    made.Wy = np.full((O, H), largest)
    for call in (
        lambda: unroll(made, values["xs"], *state),
        lambda: trace_sequence(made, values["xs"], *state),
        lambda: made.forward(values["xs"][2], *state),
    ):
        with pytest.raises(FloatingPointError, match=rf"^step 0: .* not finite in {np.dtype(dtype)}"):
            call()
    made, values = problem(5, 3, dtype=dtype, network=network)
    values["dhs"][3] = largest
    made.Wy = made.Wy * 0 + 10
    trace = made.trace(values["xs"][0], *(values[f"{name}0"] for name in made.state_names))
    with pytest.raises(FloatingPointError, match=r"step 0\b.* not finite"):
        made.backward(trace, dy=np.full((O, 3), largest))
    cache = unroll(made, values["xs"]).cache
    found = [
        finite_or_named(lambda dys=dys: backpropagate(cache, dhs=values["dhs"], dys=dys))
        for dys in (None, np.full((5, O, 3), largest))
    ]
    assert found[0] in ("finite", "from step 0 on", "step 3", "step 2", "step 1", "step 0")
    assert found[1] == "step 4"


def finite_or_named(call: Any) -> str:
    """Return "finite" if all that a call returns is, or the step that its error names."""
    try:
        assert all(np.isfinite(array).all() for array in call().values())
    except FloatingPointError as error:
        return str(error).partition(":")[0]
    return "finite"


def test_the_step_that_is_named_is_the_first_that_is_not_finite():
    made, values = problem(5, 3, network="LSTM, no input activation")
    made.Wc = np.full((H, D + H), 10.0)
    values["xs"][2] = 1e308
    overflowing = made.copy()
    overflowing.Wc = np.full((H, D + H), 1.7e308)
    for call in (unroll, trace_sequence):
        with pytest.raises(FloatingPointError, match=r"^step 2: "):
            call(made, values["xs"])
        with pytest.raises(FloatingPointError, match=r"^from step 0 on: "):  # c is infinite, h is not
            call(overflowing, values["xs"] * 0 + 1)
    with pytest.raises(FloatingPointError, match=r"^from step 0 on: "):
        overflowing.forward(np.ones((D, 3)), values["h0"], values["c0"])
    made.Wy = np.ones((O, H))
    cache = unroll(made, values["xs"] * 0).cache
    values["dys"][3] = 1e308  # the sum over two outputs is infinite
    with pytest.raises(FloatingPointError, match=r"^step 3: "):
        backpropagate(cache, dys=values["dys"])


def test_columns_that_have_ended_cannot_overflow():
    """A cell state near the end of the dtype, in a column whose padding would go on growing."""
    made, values = problem(6, 2, dtype=np.float32, network="LSTM, no forget gate")
    made.Wi_bias, made.Wc_bias = np.full((H, 1), 50.0), np.full((H, 1), 50.0)
    c0 = np.full((H, 2), 3.4028235e38, np.float32)
    ours = unroll(made, values["xs"], c0=c0, lengths=[0, 1])
    np.testing.assert_array_equal(ours.c[:, 0], c0[:, 0])
    for gradient in backpropagate(ours.cache, dh=values["dh"]).values():
        assert np.isfinite(gradient).all()


def test_a_column_without_a_step_is_not_looked_at():
    """Its initial state may be so large that a step from it would overflow, and it comes back as it was."""
    made, values = problem(4, 2, network="LSTM, no input activation")
    made.Wc = np.full((H, D + H), 10.0)
    h0 = np.zeros((H, 2))
    h0[:, 0] = 1e308
    ours = unroll(made, values["xs"] * 0, h0, lengths=[0, 0])
    np.testing.assert_array_equal(ours.h, h0)
    np.testing.assert_array_equal(backpropagate(ours.cache, dh=values["dh"])["h0"], values["dh"])


@pytest.mark.parametrize("network", [name for name in NETWORKS if "LSTM" not in name])
def test_a_network_without_a_cell_state_takes_none(network):
    """And returns none."""
    made, values = problem(3, 2, network=network)
    state = np.zeros((H, 2))
    ours = unroll(made, values["xs"])
    assert ours.c is None
    calls = {
        "c0": lambda: unroll(made, values["xs"], c0=state),
        "dc": lambda: backpropagate(ours.cache, dc=state),
        "c_prev": lambda: made.forward(values["xs"][0], state, state),
    }
    for name, call in calls.items():
        with pytest.raises(TypeError, match=f"{name} must be None: {type(made).__name__} has no cell state"):
            call()
    assert made.initial_state(4).shape == (H, 4)


def test_options_and_gradients_are_given_by_name():
    """Of four gradients in a row, the last two have one shape and would be easy to swap."""
    made, values = problem(3, 2)
    with pytest.raises(TypeError, match="positional"):
        unroll(made, values["xs"], values["h0"], values["c0"], [3, 3])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        backpropagate(unroll(made, values["xs"]).cache, values["dys"])  # type: ignore[call-arg]


def test_a_gradient_of_a_traced_step_that_overflows_is_refused():
    """The gradients of the states are finite, and that of a weight is not: as in `backpropagate`."""
    lstm = LSTM(1, 2, 1, rng=0)
    for W in (lstm.Wf, lstm.Wi, lstm.Wc, lstm.Wo):
        W[:, 0] = 0.0  # the input is not read, so no gate saturates
    xs, dh = np.full((2, 1, 1), 1e200), np.full((2, 1), 1e200)
    with pytest.raises(FloatingPointError, match="a result is not finite"):
        backpropagate(unroll(lstm, xs).cache, dh=dh)
    with pytest.raises(FloatingPointError, match=r"step 1.* a result is not finite"):
        backpropagate_trace(lstm, trace_sequence(lstm, xs), dh=dh)


def test_a_trace_of_another_network_is_refused():
    trace = trace_sequence(RNN(D, H, O), np.zeros((2, D, 1)))
    with pytest.raises(TypeError, match="trace must be a StepTrace, got RNNTrace"):
        backpropagate_trace(LSTM(D, H, O), trace)


def test_what_is_no_network_is_refused_by_name():
    xs = np.zeros((2, D, 1))
    trace = trace_sequence(LSTM(D, H, O), xs)
    for call in (
        lambda: unroll("LSTM", xs),  # type: ignore[arg-type]
        lambda: trace_sequence("LSTM", xs),  # type: ignore[arg-type]
        lambda: backpropagate_trace("LSTM", trace),  # type: ignore[arg-type]
        lambda: drop_connections("LSTM", 0.5),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match=r"^network must be a network of this package, got str$"):
            call()


def test_a_traced_backward_pass_warns_of_nothing_that_it_throws_away():
    """The gradients of the read-out overflow here; they are no result, and all results are finite."""
    network = RNN(1, 1, 1, rng=0, dtype=np.float32)
    network.Wy = [[0]]
    trace = trace_sequence(network, np.ones((3, 1, 1)))
    for gradient in backpropagate_trace(network, trace, dys=np.full((3, 1, 1), 3e38)).values():
        assert np.isfinite(gradient).all()
