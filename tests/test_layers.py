"""Stacks and pairs: against networks run by hand, central differences, and PyTorch's numbers.

Bad arguments that are single arrays are in `test_checks`; live PyTorch is in `tests/parity`.
"""

from functools import partial
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import (
    GRU,
    LSTM,
    RNN,
    Adam,
    backpropagate_layers,
    check_gradients,
    drop_connections,
    dropout_mask,
    layer_parameters,
    squared_error,
    unroll,
    unroll_layers,
)
from lstm_tutorial.layers import turned
from tests.asserts import assert_raises, assert_same, copies
from tests.golden import read
from tests.problems import (
    NETWORKS,
    D,
    H,
    O,
    in_form,
    layers_values,
    mixed_stack,
    parts,
    random_lengths,
    relative_error,
    stack,
)

STACKS: dict[str, Any] = {
    "LSTM, 2x1": partial(stack, "LSTM", 2, 1),
    "GRU, 1x2": partial(stack, "GRU, reset after", 1, 2),
    "RNN, 3x2": partial(stack, "RNN", 3, 2),
    "mixed": mixed_stack,
}
every_stack = pytest.mark.parametrize("made", STACKS.values(), ids=STACKS)


def run(layers: Any, values: Any, lengths: Any) -> Any:
    """Run layers from states and with masks as `layers_values` gives them."""
    states = in_form(layers, values, "{}0")
    return unroll_layers(layers, values["xs"], states, lengths=lengths, masks=values["masks"])


@every_stack
@pytest.mark.parametrize(("T", "B", "ragged"), [(0, 1, False), (3, 0, False), (3, 2, False), (5, 4, True)])
def test_gradients_agree_with_central_differences(made, T, B, ragged):
    """With respect to every weight, input and initial state; for losses on all results; with fixed masks."""
    layers = made()
    values = layers_values(layers, T, B)
    lengths = random_lengths(T, B) if ragged else None
    starts = {name: array for name, array in values.items() if name.endswith("0")}

    def results() -> Any:
        found = run(layers, values, lengths)
        return (found.ys, found.hs, *parts(found.states))

    def backward(dys: Any, dhs: Any, *dparts: Any) -> Any:
        names = [name for name in values if name.endswith((".dh", ".dc"))]
        dstates = in_form(layers, dict(zip(names, dparts, strict=True)), "d{}")
        return backpropagate_layers(run(layers, values, lengths).cache, dys=dys, dhs=dhs, dstates=dstates)

    parameters = layer_parameters(layers) | {"xs": values["xs"]} | starts
    report = check_gradients(results, parameters, backward, samples=3, tolerance=1e-8)
    assert report.ok, str(report)


@pytest.mark.parametrize("case", read("layers"))
def test_results_and_gradients_are_pytorchs(case):
    """To 1e-12 in norm, array by array; with lengths, and with fixed dropout masks between layers."""
    golden = read("layers")[case]
    kind, _, form = case.partition("_")
    depth = 1 + max(int(name[0]) for name in golden if name[0].isdigit())
    layers = stack({"GRU": "GRU, reset after"}.get(kind, kind), depth, 2 if form.startswith("pair") else 1)
    for name, array in layer_parameters(layers).items():
        array[...] = golden[name]
    values = golden | {"masks": [golden.get(f"mask{k}") for k in range(depth - 1)]}
    found = run(layers, values, golden["lengths"])
    dstates = in_form(layers, values, "d{}")
    gradients = backpropagate_layers(found.cache, dys=golden["dys"], dhs=golden["dhs"], dstates=dstates)
    wanted = {name.removeprefix("grad_") for name in golden if name.startswith("grad_")}
    assert wanted == gradients.keys()
    pairs = [(golden[f"grad_{name}"], gradients[name]) for name in wanted]
    pairs += [(golden["ys"], found.ys), (golden["hs"], found.hs)]
    pairs += zip(parts(in_form(layers, golden, "{}")), parts(found.states), strict=True)
    for theirs, ours in pairs:
        assert relative_error(ours, theirs) < 1e-12


def test_a_stack_is_one_network_after_the_other():
    """To the same bits: what goes up are the hidden states, times the mask."""
    layers: Any = stack("LSTM", 3, 1)
    values = layers_values(layers, 6, 4)
    found = run(layers, values, None)
    lowest = unroll(layers[0], values["xs"], values["0.h0"], values["0.c0"])
    middle = unroll(layers[1], lowest.hs * values["masks"][0], values["1.h0"], values["1.c0"])
    top = unroll(layers[2], middle.hs * values["masks"][1], values["2.h0"], values["2.c0"])
    assert_same({"ys": found.ys, "hs": found.hs}, {"ys": top.ys, "hs": top.hs})
    for state, one in zip(found.states, (lowest, middle, top), strict=True):
        assert_same(dict(zip("hc", state, strict=True)), {"h": one.h, "c": one.c})


def test_the_backward_direction_starts_at_the_last_step_of_each_column():
    """Column by column: the valid steps in reverse, run forward, and reversed again."""
    layers: Any = stack("GRU, reset after", 1, 2)
    forward, backward = layers[0]
    xs, lengths = layers_values(layers, 5, 3)["xs"], [5, 2, 0]
    found = unroll_layers(layers, xs, lengths=lengths)
    for b, length in enumerate(lengths):
        there = unroll(forward, xs[:length, :, [b]])
        back = unroll(backward, xs[:length, :, [b]][::-1])
        np.testing.assert_allclose(found.hs[:length, :H, [b]], there.hs, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(found.hs[:length, H:, [b]], back.hs[::-1], rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(found.ys[:length, :, [b]], there.ys + back.ys[::-1], rtol=1e-13)
        np.testing.assert_allclose(found.states[0][1][:, [b]], back.h, rtol=1e-13)
        assert not found.hs[length:, :, b].any()
        assert not found.ys[length:, :, b].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 7.0])
def test_padding_is_never_read(bad):
    layers, lengths = mixed_stack(), np.array([4, 1, 0])
    values = layers_values(layers, 4, 3)
    padding = np.arange(4)[:, None, None] >= lengths  # (T, 1, B)
    spoiled = values | {name: np.where(padding, bad, values[name]) for name in ("xs", "dys", "dhs")}
    made = []
    for these in (values, spoiled):
        found = run(layers, these, lengths)
        gradients = backpropagate_layers(found.cache, dys=these["dys"], dhs=these["dhs"])
        made.append(gradients | {"ys": found.ys, "hs": found.hs} | dict(enumerate(parts(found.states))))
    assert_same(*made)


def test_arguments_and_cache_stay_as_they_are():
    """The cache can be used again, also after the weights, the inputs and the masks have changed."""
    layers = stack("LSTM", 2, 2)
    values = layers_values(layers, 3, 2)
    arrays = {name: array for name, array in values.items() if name != "masks"} | {"m": values["masks"][0]}
    before, weights = copies(arrays), copies(layer_parameters(layers))
    found = run(layers, values, None)
    dstates = in_form(layers, values, "d{}")
    back = partial(backpropagate_layers, found.cache, dys=values["dys"], dhs=values["dhs"], dstates=dstates)
    first = back()
    assert_same(arrays, before)
    assert_same(layer_parameters(layers), weights)
    for array in (*layer_parameters(layers).values(), values["xs"], arrays["m"], found.hs):
        array[...] = 9.0
    assert_same(back(), first)


def test_states_are_carried_on():
    """Two halves of a sequence, one after the other, are the whole; a state of None is zeros."""
    layers: Any = stack("LSTM", 2, 1, read_out=None)
    xs = layers_values(layers, 8, 3)["xs"]
    whole = unroll_layers(layers, xs)
    first = unroll_layers(layers, xs[:4], [None, layers[1].initial_state(3)])
    second = unroll_layers(layers, xs[4:], first.states)
    np.testing.assert_allclose(np.concatenate((first.hs, second.hs)), whole.hs, rtol=1e-13)
    assert whole.ys is None


def test_layers_learn():
    """Parameters and gradients have the same names and go into an optimizer together."""
    layers = stack("LSTM", 2, 2)
    values = layers_values(layers, 5, 4)
    update, losses = Adam(0.01).update, []
    for _ in range(20):
        found = unroll_layers(layers, values["xs"])
        loss, dys = squared_error(found.ys, values["dys"])
        losses.append(loss)
        gradients = backpropagate_layers(found.cache, dys=dys)
        assert list(gradients)[:4] == [
            "0.forward.Wf",
            "0.forward.Wf_bias",
            "0.forward.Wi",
            "0.forward.Wi_bias",
        ]
        update(layer_parameters(layers), gradients)
    assert losses[-1] < 0.8 * losses[0]


def test_a_dropout_mask():
    """A share p is zero, and the rest is scaled so that the mean stays 1; p = 0 changes nothing."""
    mask = dropout_mask((50, 40, 10), 0.2, rng=0)
    assert set(np.unique(mask)) == {0.0, 1.25}
    assert mask.mean() == pytest.approx(1, abs=0.01)
    assert dropout_mask((3, 2), 0.0).tolist() == np.ones((3, 2)).tolist()
    assert_same({"m": dropout_mask((9, 9), 0.5, rng=3)}, {"m": dropout_mask((9, 9), 0.5, rng=3)})


@pytest.mark.parametrize("name", ["LSTM", "GRU, reset after", "GRU, reset before", "RNN"])
def test_connections_that_are_dropped(name):
    """Of the weights on h alone, in every gate others; the network itself is not changed."""
    network = NETWORKS[name](3, 4, 2, rng=0)
    D, H = network.input_size, network.hidden_size
    before = copies(network.parameters())
    thinned, masks = drop_connections(network, 0.5, rng=0)
    assert_same(network.parameters(), before)
    assert sorted(masks) == sorted(n for n, W in before.items() if W.shape == (H, D + H))
    for mask in masks.values():
        assert (mask[:, :D] == 1).all()
        assert set(np.unique(mask[:, D:])) == {0.0, 2.0}
    expected = {n: W * masks.get(n, 1) for n, W in before.items()}
    assert_same(thinned.parameters(), expected)
    assert len({mask.tobytes() for mask in masks.values()}) == len(masks), "each has its own"
    again, _ = drop_connections(network, 0.0, rng=0)
    assert_same(again.parameters(), before)


@pytest.mark.parametrize(("T", "lengths"), [(0, [0]), (1, [1, 0]), (5, [5, 3, 0, 1])])
def test_turning_twice_changes_nothing(T, lengths):
    steps = np.arange(T * 2 * len(lengths)).reshape(T, 2, len(lengths))
    once = turned(steps, np.array(lengths), 1)
    assert_same({"steps": turned(once, np.array(lengths), 1)}, {"steps": steps})
    for b, length in enumerate(lengths):
        assert once[:length, :, b].tolist() == steps[:length, :, b][::-1].tolist()
        assert once[length:, :, b].tolist() == steps[length:, :, b].tolist()


lstm, top, other, single = LSTM(D, H, None), LSTM(H, H, O), LSTM(H, H, 1), LSTM(H, H, O, dtype=np.float32)
XS = np.ones((4, D, 2))
NO_LIST = "layers must be a list of networks and pairs (forward, backward), the lowest first"
NO_LAYER = "must be a network or a pair (forward, backward)"
BAD_LAYERS: list[tuple[type[Exception], str, Any]] = [
    (TypeError, NO_LIST, (lstm, top)),
    (TypeError, NO_LIST, []),
    (TypeError, NO_LIST, lstm),
    (TypeError, f"layers[1] {NO_LAYER}, got 3", [lstm, 3]),
    (TypeError, f"layers[0] {NO_LAYER}, got {(lstm,) * 3}", [(lstm,) * 3]),
    (ValueError, "layers must be different networks, but one stands in two places", [(lstm, lstm)]),
    (ValueError, "layers must have one dtype, got float64, float32", [lstm, single]),
    (ValueError, f"layers[1] must have input_size {H}, got {lstm}", [LSTM(D, H, None), lstm]),
    (ValueError, f"layers[0] must have output_size None below another layer, got {top}", [top, other]),
    (ValueError, f"layers[0] must have one output_size, got {[top, other]}", [(top, other)]),
]


@pytest.mark.parametrize(("error", "message", "layers"), BAD_LAYERS)
def test_what_is_no_stack_is_refused(error, message, layers):
    assert_raises(error, message, lambda: layer_parameters(layers))
    assert_raises(error, message, lambda: unroll_layers(layers, XS))


STATE = lstm.initial_state(2)
NO_STATES = "states must be a list of 2 states, one for each layer"


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (NO_STATES, {"states": [STATE]}),
        (NO_STATES, {"states": (STATE, STATE)}),
        (f"states[0] must be (h, c) for {lstm}", {"states": [STATE[0], None]}),
        (f"states[0] must be (h, c) for {lstm}", {"states": [(STATE[0],), None]}),
        ("states[1] must be a pair, (state of forward, state of backward)", {"states": [None, STATE[0]]}),
        ("masks must be a list of 1, one for each layer but the lowest", {"masks": [None, None]}),
        ("masks must be a list of 1, one for each layer but the lowest", {"masks": np.ones((4, H, 2))}),
    ],
)
def test_bad_forms_are_refused(message, arguments):
    layers: Any = [lstm, (GRU(H, H, None), GRU(H, H, None))]
    assert_raises(TypeError, message, lambda: unroll_layers(layers, XS, **arguments))


def test_an_error_says_which_layer_it_is_in():
    layers = stack("LSTM", 2, 2)
    values = layers_values(layers, 3, 2) | {"1.backward.c0": np.ones((1, 2))}
    with pytest.raises(ValueError, match=r"^c0 must have shape") as caught:
        run(layers, values, None)
    assert caught.value.__notes__ == ["This happened in layer 1.backward."]


def test_gradients_of_a_pair_are_checked_as_a_whole():
    """The message has the shape of the result, not that of one direction; lists are arrays."""
    cache = unroll_layers(stack("RNN", 1, 2), XS).cache
    back: Any = partial(backpropagate_layers, cache)
    for name, rows in (("dys", O), ("dhs", 2 * H)):
        good = np.ones((4, rows, 2))
        message = f"{name} must have shape (4, {rows}, 2), got (4, {rows - 1}, 2)"
        assert_raises(ValueError, message, partial(back, **{name: good[:, 1:].tolist()}))
        assert_same(back(**{name: good.tolist()}), back(**{name: good}))


def test_sums_and_masks_that_overflow_are_refused():
    """Each direction and each factor is finite, and what they give together is not."""
    pair = [(RNN(2, 3, 1, rng=0), RNN(2, 3, 1, rng=1))]
    for network in pair[0]:
        network.Wy_bias = np.full((1, 1), 1.7e308)
    xs = np.ones((4, 2, 2))
    with pytest.raises(FloatingPointError, match=r"^step 0"):
        unroll_layers(pair, xs)
    two = [RNN(2, 3, None, rng=0), RNN(3, 3, 1, rng=1)]
    two[0].Wh = np.zeros_like(two[0].Wh)  # its h is zero, with or without the mask
    cache = unroll_layers(two, xs, masks=[np.full((3, 2), 1e300)]).cache
    with pytest.raises(FloatingPointError, match=r"^step 0"):
        backpropagate_layers(cache, dys=np.full((4, 1, 2), 1e20))


def test_a_mask_is_in_float64_whatever_p_is():
    p: Any = np.float32(0.1)
    mask = dropout_mask((50, 4), p, rng=0)
    assert mask.dtype == np.float64
    assert np.array_equal(mask, dropout_mask((50, 4), float(p), rng=0))
