"""Bridges to Keras, live, on its PyTorch backend: results, gradients, round trips, and what is refused."""

import os
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")  # before Keras is imported
pytest.importorskip("keras", reason="Keras is in the group `parity`, which is large and not installed here")

import keras
import torch

from lstm_tutorial import (
    GRU,
    RNN,
    backpropagate,
    backpropagate_layers,
    layer_parameters,
    unroll,
    unroll_layers,
)
from lstm_tutorial.interop import from_keras, to_keras
from tests.asserts import assert_raises, assert_same
from tests.problems import D, H, O, layers_values, mixed_stack, problem, relative_error, stack

# Keras reads a tensor of PyTorch in a way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

KINDS: dict[str, Any] = {
    "LSTM": keras.layers.LSTM,
    "GRU, reset after": keras.layers.GRU,
    "GRU, reset before": lambda units, **settings: keras.layers.GRU(units, reset_after=False, **settings),
}


def built(layer: Any, rows: int = D) -> Any:
    """Build a layer, and draw its biases as well."""
    layer.build((None, None, rows))
    rng = np.random.default_rng(0)
    layer.set_weights([0.5 * rng.standard_normal(weight.shape) for weight in layer.weights])
    return layer


def compare(ours: Any, theirs: Any, values: Any, ragged: bool, limit: float) -> None:
    """Compare hidden states, outputs and the gradient of the inputs, in norm.

    `ours` is a network or layers, and how they run forward and back; `theirs` a layer and a read-out of Ker
    """
    (network, forward, backward), (layer, read_out) = ours, theirs
    T, _, B = values["xs"].shape
    lengths = np.arange(B) % T + 1 if ragged else np.full(B, T)
    valid = np.arange(T)[:, None, None] < lengths  # (T, 1, B)
    dhs = np.where(valid, values["dhs"], 0)  # (T, H, B)
    xs = torch.tensor(values["xs"].transpose(2, 0, 1).copy(), requires_grad=True)  # (B, T, D)
    hs = layer(xs, mask=torch.tensor(valid[:, 0].T.copy()) if ragged else None)
    (hs * torch.tensor(dhs.transpose(2, 0, 1).copy())).sum().backward()
    results = forward(network, values["xs"], lengths=lengths)
    gradients = backward(results.cache, dhs=dhs)
    assert xs.grad is not None
    for mine, other, allowed in (
        (results.hs, hs, limit),
        (gradients["xs"], xs.grad, limit),
        (results.ys, read_out(hs), 1e-6),
    ):
        steps = np.where(valid, other.detach().numpy().transpose(1, 2, 0), 0)
        assert mine.dtype == values["xs"].dtype
        assert relative_error(mine, steps) < allowed


@pytest.mark.parametrize(("T", "B"), [(1, 1), (5, 3)])
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bridge", ["from", "to"])
def test_results_and_gradients_agree(bridge, kind, dtype, ragged, T, B):
    """Of hidden states, outputs and inputs, in norm. Keras takes lengths as a mask, and then repeats outputs.

    To 1e-12 where Keras calls a whole layer of PyTorch in float64. It rounds other products to float32.
    """
    network, values = problem(T, B, dtype=dtype, network=kind)
    if bridge == "from":
        layer = built(KINDS[kind](H, return_sequences=True, dtype=dtype))
        read_out = built(keras.layers.Dense(O, dtype=dtype), H)
        network = from_keras(layer, read_out)
    else:
        layer, read_out = to_keras(network)
    limit = 1e-12 if dtype == "float64" and not ragged and "before" not in kind else 1e-6
    compare((network, unroll, backpropagate), (layer, read_out), values, ragged, limit)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back_the_bits_are_the_same(kind, dtype):
    network, _ = problem(0, 1, dtype=dtype, network=kind)
    assert_same(from_keras(*to_keras(network)).parameters(), network.parameters())
    layer, read_out = to_keras(type(network)(D, H, None))
    assert read_out is None
    layer = built(KINDS[kind](H, dtype=dtype))
    again, _ = to_keras(from_keras(layer))
    if "after" not in kind:  # there, the two biases of the gates arrive as one
        assert_same(*[{w.name: keras.ops.convert_to_numpy(w) for w in one.weights} for one in (layer, again)])


def bidirectional(kind: str, dtype: str, **settings: Any) -> Any:
    """Make a pair of Keras, built, with the biases drawn as well."""
    layer = KINDS[kind](H, return_sequences=True, dtype=dtype)
    return built(keras.layers.Bidirectional(layer, dtype=dtype, **settings))


@pytest.mark.parametrize(("T", "B"), [(1, 1), (5, 3)])
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bridge", ["from", "to"])
def test_both_directions_agree(bridge, kind, dtype, ragged, T, B):
    """Hidden states, outputs and the gradient of the inputs of a pair, within the limits of one direction."""
    if bridge == "from":
        layer, read_out = bidirectional(kind, dtype), built(keras.layers.Dense(O, dtype=dtype), 2 * H)
        layers = from_keras(layer, read_out)
    else:
        layers = stack(kind, 1, 2, dtype=dtype)
        layer, read_out = to_keras(layers)
    values = layers_values(layers, T, B)
    limit = 1e-12 if dtype == "float64" and not ragged and "before" not in kind else 1e-6
    compare((layers, unroll_layers, backpropagate_layers), (layer, read_out), values, ragged, limit)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_there_and_back_has_the_same_bits(kind, dtype):
    pair: Any = stack(kind, 1, 2, dtype=dtype)
    pair[0][1].Wy_bias = np.zeros((O, 1))  # of the two, the sum arrives
    back = from_keras(*to_keras(pair))
    assert isinstance(back[0], tuple)
    assert_same(layer_parameters(back), layer_parameters(pair))
    layer, read_out = to_keras(stack(kind, 1, 2, read_out=None))
    assert read_out is None
    layer = bidirectional(kind, dtype)
    again, _ = to_keras(from_keras(layer))
    if "after" not in kind:  # there, the two biases of the gates arrive as one
        weights: Any = [{str(k): w for k, w in enumerate(one.get_weights())} for one in (layer, again)]
        assert_same(*weights)


def test_a_layer_without_biases():
    layer = built(keras.layers.GRU(H, use_bias=False, dtype="float64"))
    network = from_keras(layer, built(keras.layers.Dense(O, use_bias=False, dtype="float64"), H))
    assert not any(array.any() for name, array in network.parameters().items() if "bias" in name)


NO_NETWORK: Any = []
UNEQUAL = "layers must have one hidden_size and one reset in both directions for Keras"
BAD: dict[str, tuple[type[Exception], str, Any]] = {
    "activation": (ValueError, "activation must be tanh, got relu",
        lambda: from_keras(built(keras.layers.LSTM(H, activation="relu")))),
    "recurrent activation": (ValueError, "recurrent_activation must be sigmoid, got hard_sigmoid",
        lambda: from_keras(built(keras.layers.GRU(H, recurrent_activation="hard_sigmoid")))),
    "backward": (ValueError, "go_backwards must be False: a network here reads forward, and a pair both ways",
        lambda: from_keras(built(keras.layers.LSTM(H, go_backwards=True)))),
    "not built": (ValueError, "layer must be built: call new once, or its build",
        lambda: from_keras(keras.layers.LSTM(H, name="new"))),
    "read-out": (ValueError, "layer must be built: call new once, or its build",
        lambda: from_keras(built(keras.layers.LSTM(H)), keras.layers.Dense(O, name="new"))),
    "softmax": (ValueError, "read_out.activation must be linear, got softmax",
        lambda: from_keras(built(keras.layers.LSTM(H)), keras.layers.Dense(O, activation="softmax"))),
    "sizes": (ValueError, f"read_out must have shape ({O}, {H}), got ({O}, {D})",
        lambda: from_keras(built(keras.layers.LSTM(H)), built(keras.layers.Dense(O)))),
    "dense": (TypeError, "layer must be an LSTM or GRU of keras.layers, got <Dense name=d, built=False>",
        lambda: from_keras(keras.layers.Dense(H, name="d"))),
    "RNN": (TypeError, f"network must be LSTM or GRU for Keras, got {RNN(D, H, O)}",
        lambda: to_keras(RNN(D, H, O))),
    "no layer": (TypeError,
        "layers must be a list of networks and pairs (forward, backward), the lowest first",
        lambda: to_keras(NO_NETWORK)),
    "layers": (ValueError, "layers must be one for Keras, got 2: convert each by itself",
        lambda: to_keras(stack("LSTM", 2, 1))),
    "kinds": (ValueError, "layers must be of one kind for Keras, got GRU and LSTM",
        lambda: to_keras(mixed_stack()[:1])),
    "sizes of a pair": (ValueError, UNEQUAL,
        lambda: to_keras([(GRU(D, H, O), GRU(D, H + 1, O))])),
    "resets": (ValueError, UNEQUAL,
        lambda: to_keras([(GRU(D, H, O), GRU(D, H, O, reset="before"))])),
    "merge": (ValueError, "merge_mode must be 'concat', got 'sum'",
        lambda: from_keras(bidirectional("LSTM", "float64", merge_mode="sum"))),
    "a pair not built": (ValueError, "layer must be built: call new once, or its build",
        lambda: from_keras(keras.layers.Bidirectional(keras.layers.LSTM(H), name="new"))),
    "a plain pair": (TypeError,
        "layer must be an LSTM or GRU of keras.layers, got <SimpleRNN name=forward_s, built=False>",
        lambda: from_keras(keras.layers.Bidirectional(keras.layers.SimpleRNN(H, name="s")))),
    "a pair the other way round": (ValueError,
        "go_backwards must be False: a network here reads forward, and a pair both ways",
        lambda: from_keras(keras.layers.Bidirectional(keras.layers.LSTM(H, go_backwards=True),
            backward_layer=keras.layers.LSTM(H)))),
}  # fmt: skip


@pytest.mark.parametrize(("error", "message", "call"), BAD.values(), ids=BAD)
def test_what_is_not_the_same_is_refused(error, message, call):
    assert_raises(error, message, call)
