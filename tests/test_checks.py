"""What is refused, and in which words: every bad call names the argument, what was expected and what came.

First one table of bad values for each check; then one bad call for each argument of the public functions,
which shows that the argument goes through its check.
"""

from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

import lstm_tutorial
from lstm_tutorial import checks
from tests.asserts import assert_raises, assert_same, copies

lt: Any = lstm_tutorial  # for type checkers, which refuse bad calls
D, H, O, B, T = 3, 4, 2, 5, 6
F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
MASKED = np.ma.array(np.ones((2, 3)), mask=np.eye(2, 3) > 0)
READ_ONLY = np.ones(2)
READ_ONLY.flags.writeable = False


def spoiled(array, value):
    """Return a copy of a good array with one bad entry in its last place."""
    result = array.copy()
    result[(-1,) * array.ndim] = value
    return result


# The checks

GOOD = np.ones((2, 3))
NO_MASK = "x must not be a masked array; fill it, or pass lengths for padded sequences"
SIZE = "x must be a positive integer, got {}"

array = partial(checks.as_array, "x", shape=(2, "B"), dtype=F64)
sequence = partial(checks.as_sequence, "x", shape=("T", 2, "B"), dtype=F64, lengths=[1, 2, 1])
floats, outputs, live = (partial(f, "x") for f in (checks.as_floats, checks.as_outputs, checks.check_live))
size, number, positive = (partial(f, "x") for f in (checks.as_size, checks.as_number, checks.as_positive))
lengths = partial(checks.as_lengths, steps=4, batch_size=2)

# A check, the error, its message, and values: each alone, or with what the message says of it.
BAD: list[tuple[Any, type[Exception], str, list[Any]]] = [
    (array, ValueError, "x must have shape (2, B), got {}",
        [(v, v.shape) for v in (np.float64(1.0), GOOD[None], GOOD.T, GOOD[:1], GOOD[:0])]),
    (array, TypeError, "x must hold real numbers, got dtype {}", [
        ("[[1, 2]]", "<U8"), (GOOD.astype(object), "object"), (None, "object"), ({}, "object"),
        (GOOD * 1j, "complex128"), (GOOD > 0, "bool"), (np.zeros((2, 3), "M8[s]"), "datetime64[s]"),
        ([[Fraction(1, 2)]] * 2, "object")]),
    (array, ValueError, "x must be finite in float64, got {} at [1, 2]",
        [(spoiled(GOOD, v), v) for v in (np.nan, np.inf, -np.inf)]),
    (partial(array, dtype=F32), ValueError, "x must be finite in float32, got {} at [1, 2]",
        [(spoiled(GOOD, v), v) for v in (np.nan, 1e39, -1e39)]),
    (sequence, ValueError, "x must have shape (T, 2, B), got {}",
        [(v, v.shape) for v in (GOOD, np.ones((2, 3, 3)))]),
    (sequence, ValueError, "lengths must have shape (2,), got (3,)", [np.ones((2, 2, 2))]),
    (sequence, ValueError, "lengths must lie between 0 and 1, got [1, 2, 1]", [np.ones((1, 2, 3))]),
    (sequence, ValueError, "x must be finite in float64, got nan at [1, 1, 1]",
        [spoiled(np.ones((2, 2, 3)), np.nan)[:, :, [0, 2, 1]]]),
    (floats, TypeError, "x must hold real numbers, got dtype {}", [([True], "bool"), (["a"], "<U1")]),
    (outputs, ValueError, "x must have shape (T, O, B) or (O, B), got {}",
        [(v, v.shape) for v in (GOOD[:0], GOOD[None, None], np.ones((2, 0, 3)))]),
    (lengths, TypeError, "lengths must hold integers, got dtype {}",
        [([1.0, 2.0], "float64"), ("12", "<U2"), ([True, False], "bool"), ([None] * 2, "object")]),
    (lengths, ValueError, "lengths must have shape (2,), got {}", [([1, 2, 3], "(3,)"), (3, "()")]),
    (lengths, ValueError, "lengths must lie between 0 and 4, got {}", [([0, 5],) * 2, ([-1, 4],) * 2]),
    (live, TypeError, "x must be an array, since it is changed in place, got list", [[1.0]]),
    (live, ValueError, "x must be writable, since it is changed in place", [READ_ONLY]),
    *[(f, TypeError, NO_MASK, [MASKED, list(MASKED)]) for f in (array, floats, outputs)],
    *[(f, TypeError, NO_MASK, [np.ma.stack([MASKED, MASKED])]) for f in (sequence, live)],
    (lengths, TypeError, NO_MASK.replace("x", "lengths", 1), [np.ma.array([1, 2])]),
    (size, ValueError, SIZE, [(v, int(v)) for v in (0, -1, np.int64(0))]),
    (size, TypeError, SIZE,
        [(v, repr(v)) for v in (1.5, 2.0, True, np.True_, "3", None, (3,), np.array(3), Decimal(3), 3 + 0j)]),
    (number, TypeError, "x must be a real number, got {}",
        [(v, repr(v)) for v in ("1", None, True, np.True_, 1j, [1.0], np.array(1.0))]),
    (number, ValueError, "x must be finite, got {}", [(v, v) for v in (np.nan, np.inf, -np.inf, 10**400)]),
    (positive, ValueError, "x must be above 0, got {}", [(v, v) for v in (0, 0.0, -1e-300)]),
    (checks.as_float_dtype, TypeError, "dtype must be float32 or float64, got {}",
        [(v, repr(v)) for v in (np.float16, np.longdouble, int, "nothing", ">f8", None, 7, "f4, f4")]),
    (checks.as_rng, TypeError, "rng must be None, an int or a numpy.random.Generator, got {}",
        [(v, repr(v)) for v in (1.5, True, np.True_, "0", [1, 2], np.random, np.random.PCG64(0))]),
    (checks.as_rng, ValueError, "rng must be a non-negative seed, got -1", [-1]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "value", "error", "message"),
    [
        pytest.param(check, *((v[0], error, message.format(v[1])) if "{" in message else (v, error, message)))
        for check, error, message, values in BAD
        for v in values
    ],
)
def test_bad_values(check, value, error, message):
    assert_raises(error, message, lambda: check(value))


@pytest.mark.parametrize("check", [array, sequence, lengths])
def test_rows_of_different_lengths_are_refused_by_name(check):
    name = "lengths" if check is lengths else "x"
    with pytest.raises(
        ValueError, match=f"^{name} must be an array of shape .*, got a sequence that is none: "
    ):
        check([[1, 2], [3]])


@pytest.mark.parametrize(("dtype", "large"), [(F64, 1e300), (F32, 1e30)])
def test_large_numbers_whose_squares_overflow_are_fine(dtype, large):
    """The quick check for NaN sums squares; what overflows there is looked at again, entry by entry."""
    value = np.full((2, 3), large, dtype)
    assert array(value, dtype=dtype) is value
    with pytest.raises(ValueError, match=r"^x must be finite"):
        array(spoiled(value, np.nan), dtype=dtype)


def test_what_fits_is_not_copied():
    """A check costs next to nothing on the way through: the array itself comes back."""
    xs = np.ones((T, D, B))
    assert checks.as_array("x", xs, ("T", D, "B"), F64) is xs
    assert checks.as_floats("x", xs) is xs
    for full in (None, [T] * B):
        assert checks.as_sequence("xs", xs, ("T", D, "B"), F64, full) is xs


def test_good_values_of_odd_kinds():
    odd: Any = {"size": np.uint8(3), "number": np.float32(0.5), "integer": np.int8(2), "seed": np.int64(1)}
    assert checks.as_size("n", odd["size"]) == 3
    assert type(checks.as_size("n", odd["size"])) is int
    assert checks.as_number("n", odd["number"]) == 0.5
    assert type(checks.as_number("n", odd["integer"])) is float
    assert checks.as_lengths([], 3, 0).dtype == np.intp
    assert checks.as_float_dtype("f4") == F32
    assert checks.as_float_dtype("float") == checks.as_float_dtype(float) == F64
    generator = np.random.default_rng(1)
    assert checks.as_rng(generator) is generator
    assert checks.as_rng(odd["seed"]).random() == np.random.default_rng(1).random()
    assert checks.as_rng(None).random() != checks.as_rng(None).random()


# The public functions

X, STATE, XS = np.ones((D, B)), np.ones((H, B)), np.ones((T, D, B))
BAD_STATE = np.ones((H, 1))  # it would broadcast
W = {"w": np.ones(2)}
lstm = lt.LSTM(D, H, O, rng=0)
rnn = lt.RNN(D, H, O, rng=0)


layers = [lt.LSTM(D, H, None, rng=0), lt.GRU(H, H, O, rng=0)]


def optimize(update: dict[str, Any]) -> None:
    lt.SGD(0.1).update(copies(W), update)


def start_training(**changes: Any) -> None:
    arguments: dict[str, Any] = {"model": lstm, "loss_and_gradients": len, "draw_batch": len}
    arguments |= {"optimizer": lt.Adam(), "steps": 1, "rng": 0} | changes
    lt.train(**arguments)


def truncate(**changes: Any) -> None:
    arguments: dict[str, Any] = {"network": lstm, "xs": XS, "targets": np.ones((T, O, B)), "length": 2}
    arguments |= {"loss": lt.squared_error} | changes
    lt.truncated_bptt(**arguments)


def trace_back(**changes: Any) -> None:
    lt.backpropagate_trace(lstm, lt.trace_sequence(lstm, XS), **changes)


def layers_back(**changes: Any) -> None:
    lt.backpropagate_layers(lt.unroll_layers(layers, XS).cache, **changes)


# Function, argument, bad call.
CALLS: list[tuple[str, str, Any]] = [
    ("sigmoid", "x", lambda: lt.sigmoid("a")),
    ("sigmoid_derivative", "s", lambda: lt.sigmoid_derivative("a")),
    ("tanh", "x", lambda: lt.tanh(MASKED)),
    ("tanh_derivative", "t", lambda: lt.tanh_derivative([True])),
    ("softmax", "ys", lambda: lt.softmax([1.0])),
    ("softmax_gradient", "p", lambda: lt.softmax_gradient([1.0], [1.0])),
    ("softmax_gradient", "dp", lambda: lt.softmax_gradient([[1.0]], [1.0])),
    ("LSTM", "input_size", lambda: lt.LSTM(0, H, O)),
    ("LSTM", "hidden_size", lambda: lt.LSTM(D, 1.0, O)),
    ("LSTM", "output_size", lambda: lt.LSTM(D, H, -1)),
    ("LSTM", "rng", lambda: lt.LSTM(D, H, O, rng=-1)),
    ("LSTM", "dtype", lambda: lt.LSTM(D, H, O, dtype="f2")),
    ("LSTM", "forget_bias", lambda: lt.LSTM(D, H, O, forget_bias=np.nan)),
    ("LSTM", "forget_bias", lambda: lt.LSTM(D, H, O, forget_bias=1e39, dtype="f4")),
    ("LSTM.Wf", "Wf", lambda: setattr(lstm, "Wf", lstm.Wf[:1])),
    ("LSTM.initial_state", "batch_size", lambda: lstm.initial_state(1.0)),
    ("LSTM.forward", "x", lambda: lstm.forward(X[:2], STATE, STATE)),
    ("LSTM.forward", "h_prev", lambda: lstm.forward(X, BAD_STATE, STATE)),
    ("LSTM.forward", "c_prev", lambda: lstm.forward(X, STATE, BAD_STATE)),
    ("LSTM.trace", "c_prev", lambda: lstm.trace(X, STATE, BAD_STATE)),
    ("LSTM.backward", "trace", lambda: lstm.backward(None)),
    ("LSTM.backward", "dy", lambda: lstm.backward(lstm.trace(X, STATE, STATE), dy=np.ones((O, 1)))),
    ("LSTM.backward", "dh", lambda: lstm.backward(lstm.trace(X, STATE, STATE), dh=BAD_STATE)),
    ("LSTM.backward", "dc", lambda: lstm.backward(lstm.trace(X, STATE, STATE), dc=BAD_STATE)),
    ("RNN", "hidden_size", lambda: lt.RNN(D, 0, O)),
    ("RNN.forward", "h_prev", lambda: rnn.forward(X, BAD_STATE)),
    ("GRU", "hidden_size", lambda: lt.GRU(D, 0, O)),
    ("GRU", "reset", lambda: lt.GRU(D, H, O, reset="never")),
    ("Variant", "hidden_size", lambda: lt.Variant(D, 0, O)),
    ("Variant", "change", lambda: lt.Variant(D, H, O, change="no gates")),
    ("LayerNormLSTM", "hidden_size", lambda: lt.LayerNormLSTM(D, 1, O)),
    ("LayerNormLSTM", "forget_bias", lambda: lt.LayerNormLSTM(D, H, O, forget_bias="1")),
    ("DropoutLSTM", "input_size", lambda: lt.DropoutLSTM(0, H, O)),
    ("DropoutLSTM", "candidate", lambda: lt.DropoutLSTM(D, H, O).with_masks(candidate=X)),
    ("unroll", "xs", lambda: lt.unroll(lstm, XS[0])),
    ("unroll", "h0", lambda: lt.unroll(lstm, XS, BAD_STATE)),
    ("unroll", "c0", lambda: lt.unroll(lstm, XS, STATE, BAD_STATE)),
    ("unroll", "lengths", lambda: lt.unroll(lstm, XS, lengths=[T])),
    ("unroll", "checkpoint_every", lambda: lt.unroll(lstm, XS, checkpoint_every=0)),
    ("backpropagate", "cache", lambda: lt.backpropagate(None)),
    ("backpropagate", "dys", lambda: lt.backpropagate(lt.unroll(lstm, XS).cache, dys=X)),
    ("backpropagate", "dhs", lambda: lt.backpropagate(lt.unroll(lstm, XS).cache, dhs=X)),
    ("backpropagate", "dh", lambda: lt.backpropagate(lt.unroll(lstm, XS).cache, dh=BAD_STATE)),
    ("backpropagate", "dc", lambda: lt.backpropagate(lt.unroll(lstm, XS).cache, dc=BAD_STATE)),
    ("trace_sequence", "xs", lambda: lt.trace_sequence(lstm, XS[0])),
    ("backpropagate_trace", "trace", lambda: lt.backpropagate_trace(lstm, None)),
    ("backpropagate_trace", "trace.x", lambda: lt.backpropagate_trace(lstm, lstm.trace(X, STATE, STATE))),
    ("backpropagate_trace", "dys", lambda: trace_back(dys=X)),
    ("backpropagate_trace", "dh", lambda: trace_back(dh=BAD_STATE)),
    ("backpropagate_trace", "dc", lambda: trace_back(dc=BAD_STATE)),
    ("layer_parameters", "layers", lambda: lt.layer_parameters(layers[::-1])),
    ("dropout_mask", "p", lambda: lt.dropout_mask((2, 3), 1.0)),
    ("dropout_mask", "p", lambda: lt.dropout_mask((2, 3), -0.1)),
    ("dropout_mask", "rng", lambda: lt.dropout_mask((2, 3), 0.5, rng=-1)),
    ("drop_connections", "network", lambda: lt.drop_connections(None, 0.5)),
    ("drop_connections", "p", lambda: lt.drop_connections(lstm, 1.0)),
    ("drop_connections", "rng", lambda: lt.drop_connections(lstm, 0.5, rng=-1)),
    ("cosine_schedule", "peak", lambda: lt.cosine_schedule(0.0, 10, warm_up=1)),
    ("cosine_schedule", "steps", lambda: lt.cosine_schedule(0.1, 0)),
    ("cosine_schedule", "warm_up", lambda: lt.cosine_schedule(0.1, 100)),
    ("cosine_schedule", "final", lambda: lt.cosine_schedule(0.1, 200, final=-1.0)),
    ("unroll_layers", "layers", lambda: lt.unroll_layers(lstm, XS)),
    ("unroll_layers", "xs", lambda: lt.unroll_layers(layers, XS[0])),
    ("unroll_layers", "h0", lambda: lt.unroll_layers(layers, XS, [None, BAD_STATE])),
    ("unroll_layers", "states", lambda: lt.unroll_layers(layers, XS, [STATE, STATE])),
    ("unroll_layers", "lengths", lambda: lt.unroll_layers(layers, XS, lengths=[T])),
    ("unroll_layers", r"masks\[0\]", lambda: lt.unroll_layers(layers, XS, masks=[XS])),
    ("unroll_layers", r"masks\[0\]", lambda: lt.unroll_layers(layers, XS, masks=[BAD_STATE])),
    ("backpropagate_layers", "cache", lambda: lt.backpropagate_layers(lt.unroll(lstm, XS).cache)),
    ("backpropagate_layers", "dys", lambda: layers_back(dys=X)),
    ("backpropagate_layers", "dhs", lambda: layers_back(dhs=X)),
    ("backpropagate_layers", "dh", lambda: layers_back(dstates=[None, BAD_STATE])),
    ("backpropagate_layers", "dstates", lambda: layers_back(dstates=[STATE, STATE])),
    ("squared_error", "ys", lambda: lt.squared_error([1.0], [1.0])),
    ("squared_error", "targets", lambda: lt.squared_error(XS, XS[:1])),
    ("squared_error", "lengths", lambda: lt.squared_error(X, X, lengths=[1] * B)),
    ("softmax_cross_entropy", "ys", lambda: lt.softmax_cross_entropy([1.0], [1.0])),
    ("softmax_cross_entropy", "targets", lambda: lt.softmax_cross_entropy(XS / D, XS[:1] / D)),
    ("softmax_cross_entropy", "lengths", lambda: lt.softmax_cross_entropy(XS, XS / D, lengths=[T + 1] * B)),
    ("SGD", "learning_rate", lambda: lt.SGD(0.0)),
    ("SGD", "momentum", lambda: lt.SGD(0.1, momentum=1.0)),
    ("SGD.update", "gradients", lambda: optimize({})),
    ("SGD.update", r"gradients\['w'\]", lambda: optimize({"w": np.ones(1)})),
    ("SGD.update", r"parameters\['w'\]", lambda: lt.SGD(0.1).update({"w": READ_ONLY}, W)),
    ("SGD.load", "state", lambda: lt.SGD(0.1).load({})),
    ("Adam", "learning_rate", lambda: lt.Adam("fast")),
    ("Adam", "beta1", lambda: lt.Adam(beta1=1.0)),
    ("Adam", "beta2", lambda: lt.Adam(beta2=-0.1)),
    ("Adam", "epsilon", lambda: lt.Adam(epsilon=0.0)),
    ("Adam.load", "state", lambda: lt.Adam().load({"t": 0.0, "m": [1.0]})),
    ("Adam.load", r"state\['v/W'\]", lambda: lt.Adam().load({"t": 1.0, "m/W": [1.0], "v/W": [-1.0]})),
    ("global_norm", r"gradients\['W'\]", lambda: lt.global_norm({"W": ["a"]})),
    ("clip_by_global_norm", "max_norm", lambda: lt.clip_by_global_norm({}, 0.0)),
    ("clip_by_value", "max_value", lambda: lt.clip_by_value({}, -1.0)),
    ("numerical_gradient", "array", lambda: lt.numerical_gradient(lambda: 1.0, [1.0])),
    ("check_gradients", "parameters", lambda: lt.check_gradients(lambda: 1.0, {}, {})),
    ("check_gradients", "samples", lambda: lt.check_gradients(lambda: 1.0, W, W, samples=0)),
    ("check_gradients", "tolerance", lambda: lt.check_gradients(lambda: 1.0, W, W, tolerance=np.nan)),
    ("check_gradients", "rng", lambda: lt.check_gradients(lambda: 1.0, W, W, rng="5")),
    ("train", "model", lambda: start_training(model=None)),
    ("train", "loss_and_gradients", lambda: start_training(loss_and_gradients=None)),
    ("train", "draw_batch", lambda: start_training(draw_batch=5)),
    ("train", "optimizer", lambda: start_training(optimizer="adam")),
    ("train", "state", lambda: start_training(state=np.ones(2))),
    ("train", "state", lambda: start_training(state={"v.npy": np.ones(2)})),
    ("train", "steps", lambda: start_training(steps=0)),
    ("train", "rng", lambda: start_training(rng="seed")),
    ("train", "clip", lambda: start_training(clip=0.0)),
    ("train", r"state\['best'\]", lambda: start_training(state={"best": 0.0})),
    ("train", "checkpoint_every", lambda: start_training(checkpoint_every=0)),
    ("truncated_bptt", "xs", lambda: truncate(xs=X)),
    ("truncated_bptt", "xs", lambda: truncate(xs=XS[:, :1])),
    ("truncated_bptt", "xs", lambda: truncate(xs=np.append(XS[:-1], 1e999 * XS[-1:], axis=0))),
    ("truncated_bptt", "network", lambda: truncate(network=lt.LSTM(D, H, None))),
    ("truncated_bptt", "loss", lambda: truncate(loss="squared error")),
    ("truncated_bptt", "targets", lambda: truncate(targets=np.ones((T + 1, O, B)))),
    ("truncated_bptt", "targets", lambda: truncate(targets=np.ones((T, O, 1)))),
    ("truncated_bptt", "length", lambda: truncate(length=0)),
    ("truncated_bptt", "h0", lambda: truncate(h0=BAD_STATE)),
    ("truncated_bptt", "c0", lambda: truncate(c0=BAD_STATE)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "call"), [pytest.param(a, call, id=f"{name}: {a}") for name, a, call in CALLS]
)
def test_a_bad_argument_is_refused_by_name(argument, call):
    with pytest.raises((TypeError, ValueError), match=rf"^{argument}\b|^{argument} must"):
        call()


def test_every_public_function_is_in_the_table():
    """Functions, networks and optimizers take arguments; the other classes are results."""
    public = {name: getattr(lt, name) for name in lt.__all__}
    made = {n for n, o in public.items() if hasattr(o, "parameters") or hasattr(o, "update")}
    functions = {n for n, o in public.items() if not isinstance(o, type)} - {"read_metrics"}  # see test_train
    assert made | functions <= {name for name, _, _ in CALLS}


@pytest.mark.parametrize("value", [1e39, np.nan])
def test_a_refused_assignment_leaves_the_weights(value):
    single = lt.LSTM(D, H, O, rng=0, dtype=np.float32)
    before = copies(single.parameters())
    for name, weight in before.items():
        bad = spoiled(weight.astype(F64), value)
        message = f"{name} must be finite in float32, got {value} at {[n - 1 for n in weight.shape]}"
        assert_raises(ValueError, message, partial(setattr, single, name, bad))
    assert_same(single.parameters(), before)


@pytest.mark.parametrize(
    ("trace", "message"),
    [
        (lt.LSTM(D, 1, O).trace(X, STATE[:1], STATE[:1]), f"h_prev must have shape ({H}, {B}), got (1, {B})"),
        (lt.LSTM(1, H, O).trace(X[:1], STATE, STATE), f"x must have shape ({D}, B), got (1, {B})"),
        (lt.LSTM(D, H, 1).trace(X, STATE, STATE), f"y must have shape ({O}, {B}), got (1, {B})"),
    ],
    ids=["other hidden units", "other inputs", "other outputs"],
)
def test_a_trace_of_another_network(trace, message):
    """A trace with one hidden unit would broadcast through the whole backward pass."""
    assert_raises(ValueError, f"trace.{message}", lambda: lstm.backward(trace))
