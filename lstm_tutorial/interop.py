"""Bridges: the same networks in PyTorch, Keras and ONNX, and their weights in a file.

Every framework holds the same numbers: for each network a matrix that acts on the input, one that acts on the
hidden state, and biases, with the gates one below the other. `join` writes a network in this form and `split`
reads it back. What differs is the order of the gates, which is in `ORDERS`, whether the matrices are
transposed, and whether there are one or two biases. The functions ``from_…`` and ``to_…`` do the rest, and
refuse by name what this package does not have. Nothing is trained or run here. Dropout and the layout of
inputs (``batch_first``) are no weights: they are not carried over.

NumPy is enough to import this module. A function that needs a framework imports it when it is called.
"""

import hashlib
import importlib
import json
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstm_tutorial.checks import FloatArray, as_array, as_float_dtype, as_size
from lstm_tutorial.dropout import DropoutLSTM
from lstm_tutorial.gru import GRU
from lstm_tutorial.layers import Layer, layer_parameters, named_networks
from lstm_tutorial.lstm import LSTM
from lstm_tutorial.network import Network
from lstm_tutorial.normalized import LayerNormLSTM
from lstm_tutorial.rnn import RNN
from lstm_tutorial.tensors import read_tensors, write_tensors
from lstm_tutorial.variants import Variant

ORDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "PyTorch": {"LSTM": ("Wi", "Wf", "Wc", "Wo"), "GRU": ("Wr", "Wz", "Wn"), "RNN": ("Wh",)},
    "Keras": {"LSTM": ("Wi", "Wf", "Wc", "Wo"), "GRU": ("Wz", "Wr", "Wn")},
    "ONNX": {"LSTM": ("Wi", "Wo", "Wf", "Wc"), "GRU": ("Wz", "Wr", "Wn"), "RNN": ("Wh",)},
}
"""The order of the gates in each framework, in the names of this package."""

KINDS: dict[str, type[Network]] = {
    kind.__name__: kind for kind in (LSTM, GRU, RNN, Variant, LayerNormLSTM, DropoutLSTM)
}
OPTIONS = {"GRU": ["reset"], "Variant": ["change"]}
"""The attributes that say which form a network has, beside its sizes."""
VERSION = 1
"""The version of the files that `save` writes."""
ONNX_OPSET, ONNX_IR = 17, 8
"""The versions of ONNX that `to_onnx` writes: of June 2022, so that older programs read them too."""
ONNX_ACTIVATIONS = {"LSTM": [b"Sigmoid", b"Tanh", b"Tanh"], "GRU": [b"Sigmoid", b"Tanh"], "RNN": [b"Tanh"]}
"""The activations of each direction that `from_onnx` takes: those of our equations."""
ONNX_MOVES = {"Concat", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"}
"""What may lie between layers in a model: it moves or picks numbers and changes none."""
EXTRAS = {"torch": "pytorch", "keras": "keras", "onnx": "onnx"}
"""The extra of this package that installs what a function imports."""


class Joined(NamedTuple):
    """The weights of one network with its n gates one below the other, in the order of a framework."""

    W_x: FloatArray
    """Weights on the input, (nH, D)."""
    W_h: FloatArray
    """Weights on the hidden state, (nH, H)."""
    b: FloatArray
    """Bias, (nH,)."""
    b_hidden: FloatArray
    """A second bias, beside the hidden state, (nH,). Frameworks add both, but for the candidate of a GRU with
    ``reset="after"``, where the reset gate multiplies the second."""


def join(network: Network, framework: str) -> Joined:
    """Return the weights of a network in the order of a framework.

    The one bias of this package becomes the first of the two, and the second is zero. Only the candidate of a
    GRU with ``reset="after"`` has a second bias of its own.

    Parameters
    ----------
    network : LSTM, GRU or RNN
        The network.
    framework : str
        Whose order: ``"PyTorch"``, ``"Keras"`` or ``"ONNX"``.

    Raises
    ------
    TypeError, ValueError
        If the framework is another one, or does not have this kind of network.
    """
    kind = kind_of(network, framework)
    names = ORDERS[framework][kind]
    W = np.concatenate([getattr(network, name) for name in names])  # (nH, D+H)
    b = np.concatenate([getattr(network, f"{name}_bias") for name in names])[:, 0]  # (nH,)
    b_hidden = np.zeros_like(b)  # (nH,)
    if isinstance(network, GRU) and network.reset == "after":
        b_hidden[-network.hidden_size :] = network.Wn_hidden_bias[:, 0]  # n is the last gate everywhere
    W_x, W_h = np.split(W, [network.input_size], axis=1)  # (nH, D), (nH, H)
    return Joined(W_x, W_h, b, b_hidden)


def split(
    kind: str, framework: str, weights: Joined, *, output_size: int | None = None, reset: str = "after"
) -> Network:
    """Make a network from weights in the order of a framework. The two biases are added.

    Parameters
    ----------
    kind : str
        The kind of the network: ``"LSTM"``, ``"GRU"`` or ``"RNN"``.
    framework : str
        Whose order: ``"PyTorch"``, ``"Keras"`` or ``"ONNX"``.
    weights : Joined
        The weights. They are copied.
    output_size : int, optional
        O, the number of outputs, for a network with a read-out.
    reset : {"after", "before"}
        The form of a GRU.

    Raises
    ------
    TypeError, ValueError
        If the framework is another one or does not have this kind of network, or a weight does not have the
        shape that follows from the others, or is not finite.
    """
    _require_framework(framework)
    if kind not in ORDERS[framework]:
        raise ValueError(f"kind must be one of {', '.join(ORDERS[framework])} for {framework}, got {kind!r}")
    names = ORDERS[framework][kind]
    dtype = as_float_dtype(weights.W_h.dtype)
    H = as_size("hidden_size", weights.W_h.shape[-1])
    rows = len(names) * H
    W_x = as_array("W_x", weights.W_x, (rows, "D"), dtype)  # (nH, D)
    W_h = as_array("W_h", weights.W_h, (rows, H), dtype)  # (nH, H)
    b = as_array("b", weights.b, (rows,), dtype)  # (nH,)
    b_hidden = as_array("b_hidden", weights.b_hidden, (rows,), dtype)  # (nH,)
    form: dict[str, Any] = {"reset": reset} if kind == "GRU" else {}
    network: Any = KINDS[kind](W_x.shape[1], H, output_size, rng=0, dtype=dtype, **form)  # type: ignore[call-arg]
    for k, name in enumerate(names):
        gate = slice(k * H, (k + 1) * H)
        setattr(network, name, np.concatenate((W_x[gate], W_h[gate]), axis=1))  # (H, D+H)
        setattr(network, f"{name}_bias", (b[gate] + b_hidden[gate])[:, None])  # (H, 1)
    if kind == "GRU" and network.reset == "after":
        network.Wn_bias, network.Wn_hidden_bias = b[-H:, None], b_hidden[-H:, None]  # (H, 1) each
    return network  # type: ignore[no-any-return]


def from_pytorch(module: Any, read_out: Any = None) -> Any:
    """Make the network, or the layers, that a module of PyTorch is.

    Parameters
    ----------
    module : torch.nn.LSTM, GRU, RNN, LSTMCell, GRUCell or RNNCell
        The module. Its weights are copied. PyTorch adds two biases: the network gets their sum.
    read_out : torch.nn.Linear, optional
        The layer that makes outputs of the hidden states. Of two directions, each gets its part of the
        weights, and the forward one the bias.

    Returns
    -------
    LSTM, GRU or RNN, or list
        A network for one layer in one direction, and otherwise a list of layers for `unroll_layers`.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError, ValueError
        If the module is of another kind, projects its hidden state (``proj_size``), does not squash by tanh
        (``nonlinearity``), or the read-out does not fit.
    """
    nn = imported("torch").nn
    kind = next((k for k in KINDS if isinstance(module, pytorch_types(nn, k))), None)
    if kind is None:
        raise TypeError(f"module must be an LSTM, GRU or RNN of torch.nn, or a cell, got {module!r}")
    if getattr(module, "proj_size", 0):
        raise ValueError(f"proj_size must be 0, since no network here projects, got {module.proj_size}")
    if getattr(module, "nonlinearity", "tanh") != "tanh":
        raise ValueError(f"nonlinearity must be 'tanh', got {module.nonlinearity!r}")
    is_cell = not isinstance(module, nn.RNNBase)
    directions = 1 if is_cell else 1 + module.bidirectional
    places = [[""]] if is_cell else [pytorch_suffixes(k, directions) for k in range(module.num_layers)]
    layers: list[Layer] = []
    for k, suffixes in enumerate(places):
        output_size = None if read_out is None or k < len(places) - 1 else read_out.out_features
        both = [
            split(kind, "PyTorch", pytorch_weights(module, suffix), output_size=output_size)
            for suffix in suffixes
        ]
        layers.append(both[0] if directions == 1 else (both[0], both[1]))
    if read_out is not None:
        bias = None if read_out.bias is None else as_numpy(read_out.bias)
        set_read_out(list(named_networks(layers)[-1].values()), as_numpy(read_out.weight), bias)
    return one_network(layers)


def to_pytorch(network: Network | Sequence[Layer]) -> tuple[Any, Any]:
    """Make the module of PyTorch, and the linear layer, that a network or a list of layers is.

    Each bias goes into ``bias_ih``, and ``bias_hh`` is zero. PyTorch trains both, so a bias there moves twice
    as fast. Its global random numbers are not used.

    Parameters
    ----------
    network : LSTM, GRU or RNN, or list
        The network or the layers: all of one kind and one hidden size, and all with as many directions.

    Returns
    -------
    module : torch.nn.LSTM, GRU or RNN
        It takes (T, B, D), the axes of ``xs`` with the last two swapped.
    read_out : torch.nn.Linear or None
        What makes outputs of its hidden states; None without a read-out.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError, ValueError
        If PyTorch does not have such a network, or no one module for such layers.
    """
    torch = imported("torch")
    named = named_networks(as_layers(network))
    networks = [n for names in named for n in names.values()]
    first, kind = networks[0], one_kind(networks, "PyTorch")
    if any(getattr(n, "reset", "after") != "after" for n in networks):
        raise ValueError("reset must be 'after' for PyTorch, got a GRU with 'before'")
    if len({n.hidden_size for n in networks}) > 1 or len({len(names) for names in named}) > 1:
        raise ValueError("layers must have one hidden_size and as many directions each: PyTorch has no other")
    sizes = (first.input_size, first.hidden_size, len(named))
    settings = {"dtype": getattr(torch, first.dtype.name), "device": "meta"}  # there, no numbers are drawn
    module = getattr(torch.nn, kind)(*sizes, bidirectional=len(named[0]) == 2, **settings)
    arrays: dict[str, FloatArray] = {}
    for k, names in enumerate(named):
        for n, suffix in zip(names.values(), pytorch_suffixes(k, len(names)), strict=True):
            parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            arrays |= {
                f"{part}{suffix}": array for part, array in zip(parts, join(n, "PyTorch"), strict=True)
            }
    module = filled(torch, module, arrays)
    tops = list(named[-1].values())
    if tops[0].output_size is None:
        return module, None
    Wy, by = read_out_of(tops)
    linear = torch.nn.Linear(Wy.shape[1], Wy.shape[0], **settings)
    return module, filled(torch, linear, {"weight": Wy, "bias": by})


def pytorch_types(nn: Any, kind: str) -> tuple[Any, ...]:
    """Return the modules of a kind, for sequences and for one step; none for a kind that PyTorch lacks."""
    return (getattr(nn, kind), getattr(nn, f"{kind}Cell")) if kind in ORDERS["PyTorch"] else ()


def pytorch_suffixes(layer: int, directions: int) -> list[str]:
    """Return how PyTorch's names of a layer's weights end, for each direction."""
    return [f"_l{layer}", f"_l{layer}_reverse"][:directions]


def pytorch_weights(module: Any, suffix: str) -> Joined:
    """Return the weights of one layer and direction of a module; zeros for biases that it does not have."""
    W_x, W_h = (
        as_numpy(getattr(module, f"weight_{part}{suffix}")) for part in ("ih", "hh")
    )  # (nH, D), (nH, H)
    if not module.bias:
        return Joined(W_x, W_h, *np.zeros((2, len(W_x)), W_x.dtype))
    b, b_hidden = (as_numpy(getattr(module, f"bias_{part}{suffix}")) for part in ("ih", "hh"))  # (nH,) each
    return Joined(W_x, W_h, b, b_hidden)


def as_numpy(tensor: Any) -> FloatArray:
    """Return a tensor of PyTorch as an array, or refuse its dtype."""
    as_float_dtype(str(tensor.dtype).removeprefix("torch."))
    array: FloatArray = tensor.detach().cpu().numpy()  # of the tensor's shape
    return array


def filled(torch: Any, module: Any, arrays: dict[str, FloatArray]) -> Any:
    """Return a module without numbers on the processor, with copies of arrays as its parameters by name."""
    module = module.to_empty(device="cpu")
    module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return module


def from_keras(layer: Any, read_out: Any = None) -> Any:
    """Make the network, or the pair of networks, that a layer of Keras is.

    Parameters
    ----------
    layer : keras.layers.LSTM, GRU or Bidirectional
        The layer, built: it has seen an input, or `build` was called. Its weights are copied. Both forms of
        the GRU (``reset_after``) are known. A ``Bidirectional`` holds one of the two for each direction.
    read_out : keras.layers.Dense, optional
        The layer that makes outputs of the hidden states, built too. Of two directions, each gets its part of
        the weights, and the forward one the bias.

    Returns
    -------
    LSTM or GRU, or list
        A network, and for a ``Bidirectional`` a list that holds one pair, for `unroll_layers`.

    Raises
    ------
    ImportError
        If Keras cannot be imported.
    TypeError, ValueError
        If the layer is of another kind, not built, has other activations than tanh and sigmoid, runs backward
        alone (``go_backwards``), or joins its directions by anything but ``"concat"`` (``merge_mode``).
    """
    keras = imported("keras")
    is_pair = isinstance(layer, keras.layers.Bidirectional)
    both = [layer.forward_layer, layer.backward_layer] if is_pair else [layer]
    kinds = [
        next((k for k in ORDERS["Keras"] if isinstance(one, getattr(keras.layers, k))), "") for one in both
    ]
    if not all(kinds):
        raise TypeError(f"layer must be an LSTM or GRU of keras.layers, got {both[kinds.index('')]!r}")
    if is_pair and layer.merge_mode != "concat":
        raise ValueError(f"merge_mode must be 'concat', got {layer.merge_mode!r}")
    if both[0].go_backwards:
        raise ValueError("go_backwards must be False: a network here reads forward, and a pair both ways")
    if read_out is not None:
        refuse_activation("read_out.activation", read_out.activation, "linear")
    for part in (layer, read_out):
        if part is not None and not part.built:
            raise ValueError(f"layer must be built: call {part.name} once, or its build")
    output_size = None if read_out is None else read_out.units
    networks = [keras_network(keras, kind, one, output_size) for kind, one in zip(kinds, both, strict=True)]
    if read_out is not None:
        W, by = keras_weights(keras, read_out)  # (H, O) or (2H, O), (O,)
        set_read_out(networks, W.T, by)
    return one_network([(networks[0], networks[1])] if is_pair else [networks[0]])


def to_keras(network: Network | Sequence[Layer]) -> tuple[Any, Any]:
    """Make the layer of Keras, and the dense layer, that a network or a pair is.

    Keras needs a backend: set ``KERAS_BACKEND=torch`` before it is imported, if it is to be PyTorch. There,
    Keras rounds products to float32, also in float64, unless it can call a whole layer of PyTorch: it cannot
    with a mask, with ``reset="before"``, and in the read-out.

    Parameters
    ----------
    network : LSTM or GRU, or list
        The network, or a list that holds one layer: a pair of one kind, form and hidden size.

    Returns
    -------
    layer : keras.layers.LSTM, GRU or Bidirectional
        It takes (B, T, D) and returns the hidden states of all steps, (B, T, H), or (B, T, 2H) for a pair.
    read_out : keras.layers.Dense or None
        What makes outputs of them; None without a read-out.

    Raises
    ------
    ImportError
        If Keras cannot be imported.
    TypeError, ValueError
        If Keras does not have such a network, or no one layer for such layers.
    """
    keras = imported("keras")
    layers = as_layers(network)
    networks = [n for names in named_networks(layers) for n in names.values()]
    first, kind, dtype = networks[0], one_kind(networks, "Keras"), networks[0].dtype.name
    if len(layers) > 1:
        raise ValueError(f"layers must be one for Keras, got {len(layers)}: convert each by itself")
    if len({(n.hidden_size, getattr(n, "reset", None)) for n in networks}) > 1:
        raise ValueError("layers must have one hidden_size and one reset in both directions for Keras")
    reset = getattr(first, "reset", None)
    options = {"reset_after": reset == "after"} if kind == "GRU" else {}
    make = getattr(keras.layers, kind)
    layer = make(first.hidden_size, return_sequences=True, dtype=dtype, **options)
    if len(networks) == 2:
        layer = keras.layers.Bidirectional(
            layer, dtype=dtype
        )  # copies the layer's settings, for each direction
    layer.build((None, None, first.input_size))
    weights = []
    for n in networks:
        W_x, W_h, b, b_hidden = join(n, "Keras")
        weights += [W_x.T, W_h.T, np.stack((b, b_hidden)) if reset == "after" else b]
    layer.set_weights(weights)
    if first.output_size is None:
        return layer, None
    W, by = read_out_of(networks)  # (O, H) or (O, 2H), (O,)
    read_out = keras.layers.Dense(first.output_size, dtype=dtype)
    read_out.build((None, None, W.shape[1]))
    read_out.set_weights([W.T, by])
    return layer, read_out


def keras_network(keras: Any, kind: str, layer: Any, output_size: int | None) -> Network:
    """Return the network that one direction is, without the weights of a read-out."""
    refuse_activation("activation", layer.activation, "tanh")
    refuse_activation("recurrent_activation", layer.recurrent_activation, "sigmoid")
    W_x, W_h, b = keras_weights(keras, layer)  # (D, nH), (H, nH), and (nH,) or (2, nH)
    biases = b if b.ndim == 2 else (b, np.zeros_like(b))  # (nH,) each
    reset = "after" if getattr(layer, "reset_after", False) else "before"
    return split(kind, "Keras", Joined(W_x.T, W_h.T, *biases), output_size=output_size, reset=reset)


def refuse_activation(name: str, activation: Any, expected: str) -> None:
    """Refuse an activation of Keras that is not the one that our equations have."""
    found = getattr(activation, "__name__", repr(activation))
    if found != expected:
        raise ValueError(f"{name} must be {expected}, got {found}")


def keras_weights(keras: Any, layer: Any) -> list[FloatArray]:
    """Return the weights of a layer of Keras as arrays, with zeros for a bias that it does not have."""
    arrays = [keras.ops.convert_to_numpy(weight.value) for weight in layer.weights]
    return arrays if layer.use_bias else [*arrays, np.zeros_like(arrays[0][0])]


def to_onnx(network: Network | Sequence[Layer]) -> Any:
    """Make the model of ONNX that a network or a list of layers is.

    Batch and time may be of any size when it runs; each column is T steps long. ONNX Runtime runs it in
    float32 alone, though a model in float64 is valid.

    Its inputs are ``xs`` (T, B, D), with the last two axes swapped as everywhere in ONNX, and the initial
    states ``h0`` and, where there is one, ``c0``: (directions, B, H). Its outputs are ``ys`` (T, B, O), if
    there is a read-out, ``hs`` (T, B, H), and the final states ``h`` and ``c``. For a list of layers, the
    names of states begin with the number of the layer: ``0.h0``, ``0.h``.

    Parameters
    ----------
    network : LSTM, GRU or RNN, or list
        The network or the layers: a pair of one kind, form and hidden size.

    Returns
    -------
    onnx.ModelProto
        The model, checked. ``onnx.save(model, path)`` writes it.

    Raises
    ------
    ImportError
        If ONNX is not installed.
    TypeError, ValueError
        If ONNX does not have such a network.
    """
    onnx = imported("onnx")
    named = [list(networks.values()) for networks in named_networks(as_layers(network))]
    dtype = onnx.helper.np_dtype_to_tensor_dtype(named[0][0].dtype)
    top, steps = named[-1], "xs"
    nodes: list[Any] = []
    arrays: dict[str, Any] = {}
    inputs: dict[str, list[Any]] = {"xs": ["T", "B", named[0][0].input_size]}
    outputs: dict[str, list[Any]] = {}
    for k, networks in enumerate(named):
        place = "" if isinstance(network, Network) else f"{k}."
        hs = "hs" if networks is top else f"{place}hs"
        nodes += onnx_nodes(onnx, networks, place, steps, hs)
        arrays |= onnx_arrays(networks, place)
        shape = [len(networks), "B", networks[0].hidden_size]
        inputs |= {f"{place}{name}0": shape for name in networks[0].state_names}
        outputs |= {f"{place}{name}": shape for name in networks[0].state_names}
        steps = hs
    rows = sum(n.hidden_size for n in top)
    outputs = {"hs": ["T", "B", rows]} | outputs
    if top[0].output_size is not None:
        Wy, by = read_out_of(top)
        arrays |= {"Wy": Wy.T, "Wy_bias": by}  # (H, O), (O,)
        nodes.append(onnx.helper.make_node("MatMul", ["hs", "Wy"], ["Wy @ hs"]))
        nodes.append(onnx.helper.make_node("Add", ["Wy @ hs", "Wy_bias"], ["ys"]))
        outputs = {"ys": ["T", "B", top[0].output_size]} | outputs
    described = [
        [onnx.helper.make_tensor_value_info(name, dtype, shape) for name, shape in shapes.items()]
        for shapes in (inputs, outputs)
    ]
    weights = [onnx.numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in arrays.items()]
    graph = onnx.helper.make_graph(nodes, "lstm_tutorial", *described, weights)
    opset = onnx.helper.make_opsetid("", ONNX_OPSET)
    model = onnx.helper.make_model(
        graph, opset_imports=[opset], ir_version=ONNX_IR, producer_name="lstm_tutorial"
    )
    onnx.checker.check_model(model)
    return model


def from_onnx(model: Any) -> Any:
    """Make the network, or the layers, that a model of ONNX is.

    The model holds recurrent layers one above the other, and at most one product with a bias behind them, the
    read-out. Beside them it may hold what moves or picks numbers without changing any, as exports of other
    frameworks do: a transposition, the choice of the last step. These are not carried over, and neither are
    initial states that the model gives. So compare the outputs of both for one batch.

    Parameters
    ----------
    model : onnx.ModelProto
        The model, as ``onnx.load(path)`` reads it. Its weights are copied.

    Returns
    -------
    LSTM, GRU or RNN, or list
        A network for one layer in one direction, and otherwise a list of layers for `unroll_layers`.

    Raises
    ------
    ImportError
        If ONNX is not installed.
    TypeError, ValueError
        If the model is not valid, holds something else, or a layer has what networks here do not have, such
        as ``clip``, other activations or peepholes; the message names it.
    """
    onnx = imported("onnx")
    if not isinstance(model, onnx.ModelProto):
        raise TypeError(f"model must be an onnx.ModelProto, got {type(model).__name__}")
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ValueError(f"model must be valid: {error}") from error
    arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    # Each value that is made of the model's inputs, with the number of layers that it has gone through.
    depth = {value.name: 0 for value in model.graph.input if value.name not in arrays}
    found: list[list[tuple[str, Joined, str]]] = []
    read_out: list[FloatArray] = []
    for node in model.graph.node:
        reads = [name for name in node.input if name in depth]
        constants = [arrays[name] for name in node.input if name in arrays]
        is_next = bool(reads) and depth.get(node.input[0]) == len(found)
        if node.op_type in ORDERS["ONNX"] and is_next and not read_out:
            found.append(onnx_weights(onnx, node, arrays))
            depth |= dict.fromkeys(node.output, len(found))
        elif node.op_type in ONNX_MOVES:
            depth |= dict.fromkeys(
                node.output if reads else [], max([depth[name] for name in reads], default=0)
            )
        elif node.op_type == "MatMul" and is_next and found and constants and not read_out:
            read_out.append(constants[0].T)  # (O, H)
            depth |= dict.fromkeys(node.output, len(found))
        elif node.op_type == "Add" and reads and constants and len(read_out) == 1:
            read_out.append(constants[0])  # (O,)
            depth |= dict.fromkeys(node.output, len(found))
        elif reads and node.op_type != "Shape":
            raise ValueError(f"model must hold layers above each other and a read-out, got {node.op_type}")
    if not found:
        raise ValueError("model must hold an LSTM, GRU or RNN that reads its input")
    layers: list[Layer] = []
    for k, parts in enumerate(found):
        output_size = len(read_out[0]) if read_out and k == len(found) - 1 else None
        both = [split(kind, "ONNX", w, output_size=output_size, reset=reset) for kind, w, reset in parts]
        layers.append(both[0] if len(both) == 1 else (both[0], both[1]))
    if read_out:
        set_read_out(list(named_networks(layers)[-1].values()), *read_out)
    return one_network(layers)


def onnx_nodes(onnx: Any, networks: list[Network], place: str, below: str, above: str) -> list[Any]:
    """Return the nodes of one layer, which reads the value `below` and gives `above`, (T, B, rows)."""
    kind, first = one_kind(networks, "ONNX"), networks[0]
    if len({(n.hidden_size, getattr(n, "reset", None)) for n in networks}) > 1:
        raise ValueError("layers must have one hidden_size and one reset in both directions for ONNX")
    settings: dict[str, Any] = {"hidden_size": first.hidden_size}
    settings["direction"] = "forward" if len(networks) == 1 else "bidirectional"
    if isinstance(first, GRU):
        settings["linear_before_reset"] = int(first.reset == "after")
    weights = [f"{place}{name}" for name in ("W", "R", "B")]
    before = [f"{place}{name}0" for name in first.state_names]
    after = [f"{place}{name}" for name in first.state_names]
    make = onnx.helper.make_node
    return [
        make(kind, [below, *weights, "", *before], [f"{place}Y", *after], **settings),
        # Y is (T, directions, B, H), and the layer above reads (T, B, directions * H).
        make("Transpose", [f"{place}Y"], [f"{place}Y by steps"], perm=[0, 2, 1, 3]),
        make("Reshape", [f"{place}Y by steps", f"{place}shape"], [above]),
    ]


def onnx_arrays(networks: list[Network], place: str) -> dict[str, Any]:
    """Return the weights of one layer by name, with a first axis for the directions, and a shape."""
    joined = [join(network, "ONNX") for network in networks]
    return {
        f"{place}W": np.array([weights.W_x for weights in joined]),  # (directions, nH, D)
        f"{place}R": np.array([weights.W_h for weights in joined]),  # (directions, nH, H)
        f"{place}B": np.array(
            [np.r_[weights.b, weights.b_hidden] for weights in joined]
        ),  # (directions, 2nH)
        f"{place}shape": np.array([0, 0, sum(n.hidden_size for n in networks)]),  # 0: as it is
    }


def onnx_weights(onnx: Any, node: Any, arrays: dict[str, Any]) -> list[tuple[str, Joined, str]]:
    """Return kind, weights and form of each direction of a recurrent node; refuse what else it has."""
    kind = node.op_type
    settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    directions = {b"forward": 1, b"bidirectional": 2}.get(settings.pop("direction", b"forward"), 0)
    if not directions:
        raise ValueError(f"direction of {kind} must be forward or bidirectional, got reverse")
    reset = "after" if settings.pop("linear_before_reset", 0) else "before"
    settings.pop("hidden_size", None)  # R has it too
    settings.pop("layout", None)  # of inputs and outputs
    allowed = {"activations": ONNX_ACTIVATIONS[kind] * directions, "input_forget": 0}
    for name, value in settings.items():
        if name not in allowed or value != allowed[name]:
            raise ValueError(f"{name} of {kind} must be left out, got {value}")
    if len(node.input) > 7 and node.input[7]:
        raise ValueError("P of LSTM must be left out: the LSTM here has no peepholes")
    missing = [name for name in node.input[1:4] if name and name not in arrays]
    if missing:
        raise ValueError(f"{missing[0]} of {kind} must be an initializer: the model computes it")
    W, R = arrays[node.input[1]], arrays[node.input[2]]  # (directions, nH, D), (directions, nH, H)
    H, dtype = R.shape[-1], as_float_dtype(R.dtype)
    rows = len(ORDERS["ONNX"][kind]) * H
    W = as_array("W", W, (directions, rows, "D"), dtype)  # (directions, nH, D)
    R = as_array("R", R, (directions, rows, H), dtype)  # (directions, nH, H)
    B = np.zeros((directions, 2 * rows), dtype)  # (directions, 2nH)
    if len(node.input) > 3 and node.input[3]:
        B = as_array("B", arrays[node.input[3]], B.shape, dtype)  # (directions, 2nH)
    return [(kind, Joined(W[d], R[d], *np.split(B[d], 2)), reset) for d in range(directions)]


def save(
    network: Network | Sequence[Layer], path: str | os.PathLike[str], *, dtype: DTypeLike | None = None
) -> None:
    """Write a network, or layers, to a file in the format of safetensors.

    The weights are under their names, such as ``Wf``, or ``0.Wf`` for layers. The metadata hold, under
    ``lstm_tutorial``, kind and sizes of each network and a checksum of everything. The file is written under
    another name first and moved when complete. The same network gives the same bytes.

    Parameters
    ----------
    network : LSTM, GRU, RNN or another network of the package, or list
        The network or the layers.
    path : path
        The file, ``.safetensors`` by custom. One that exists is replaced.
    dtype : dtype_like, optional
        What the weights are rounded to in the file: ``float16`` takes half the space of ``float32``. By
        default they are not rounded.

    Raises
    ------
    TypeError, ValueError
        If `network` is none, `dtype` is no type of floats, or a weight is not finite, or too large for it.
    OSError
        If the file cannot be written.
    """
    rounded = None if dtype is None else as_float_dtype(dtype, "float16")
    networks, arrays = describe(network)
    for name, array in arrays.items():
        as_array(name, array, array.shape, array.dtype)
        arrays[name] = as_array(name, array, array.shape, rounded or array.dtype)
    about = {"version": VERSION, "networks": networks, "sha256": checksum(networks, arrays)}
    write_tensors(path, arrays, {"lstm_tutorial": json.dumps(about)})


def load(path: str | os.PathLike[str], *, dtype: DTypeLike | None = None) -> Any:
    """Read what `save` wrote.

    Parameters
    ----------
    path : path
        The file.
    dtype : dtype_like, optional
        What the network is to compute in. By default that of the file, and float32 for float16.

    Returns
    -------
    LSTM, GRU, RNN or another network of the package, or list
        A new network, or new layers, with the weights of the file, bit for bit.

    Raises
    ------
    TypeError
        If `dtype` is neither float32 nor float64.
    ValueError
        If the file is damaged or is not what it says; the message says what is wrong.
    OSError
        If it cannot be read.
    """
    dtype = None if dtype is None else as_float_dtype(dtype)
    arrays, metadata = read_tensors(path)
    if "lstm_tutorial" not in metadata:
        raise ValueError(f"{path} holds no network of this package: its metadata are {sorted(metadata)}")
    try:
        return rebuilt(json.loads(metadata["lstm_tutorial"]), arrays, dtype)
    except Exception as error:  # metadata may hold anything
        raise ValueError(f"{path} is damaged, or not what it says: {error}") from error


def describe(network: Network | Sequence[Layer]) -> tuple[dict[str, dict[str, Any]], dict[str, FloatArray]]:
    """Return kind and sizes of each network and all weights, by name. A lone network's name is empty."""
    layers = as_layers(network)
    found = {}
    for name, n in [pair for names in named_networks(layers) for pair in names.items()]:
        kind = next((kind for kind, its_type in KINDS.items() if type(n) is its_type), None)
        if kind is None:
            raise TypeError(f"network must be one of {', '.join(KINDS)}, got {n!r}")
        attributes = ["input_size", "hidden_size", "output_size", *OPTIONS.get(kind, [])]
        found[name] = {"kind": kind} | {attribute: getattr(n, attribute) for attribute in attributes}
    if isinstance(network, Network):
        return {"": found["0"]}, network.parameters()
    return found, layer_parameters(layers)


def rebuilt(about: dict[str, Any], arrays: dict[str, FloatArray], dtype: DTypeLike | None) -> Any:
    """Make the network or the layers that the metadata of a file describe, with the arrays as weights."""
    if about.get("version") != VERSION:
        raise ValueError(f"its version is {about.get('version')!r}, and this package reads {VERSION}")
    networks = about.get("networks", {})
    if about.get("sha256") != checksum(networks, arrays):
        raise ValueError("its checksum does not fit")
    stored, *others = sorted({str(array.dtype) for array in arrays.values()})
    if others:
        raise ValueError(f"the weights must have one dtype, got {', '.join([stored, *others])}")
    dtype = dtype or ("float32" if stored == "float16" else stored)
    entries = sum(array.size for array in arrays.values())
    made = {name: empty(name, sizes, dtype, entries) for name, sizes in networks.items()}
    layers: dict[str, list[Network]] = {}
    for name, network in made.items():
        layers.setdefault(name.partition(".")[0], []).append(network)
    found: Any = [n[0] if len(n) == 1 else tuple(n) for n in layers.values()]
    result = found[0] if list(made) == [""] else found
    _, weights = describe(result)
    if weights.keys() != arrays.keys():
        raise ValueError(f"it holds {sorted(arrays)} for {sorted(networks)}")
    for name, weight in weights.items():
        weight[...] = as_array(name, arrays[name], weight.shape, weight.dtype)
    return result


def empty(name: str, about: dict[str, Any], dtype: DTypeLike, entries: int) -> Network:
    """Make a network of the kind and the sizes that metadata give, if so many entries can fill it."""
    sizes = {k: v for k, v in about.items() if k != "kind"}
    D, H, O = (sizes[f"{part}_size"] for part in ("input", "hidden", "output"))
    if H * (D + H + (O or 0)) > entries:
        raise ValueError(f"the network {name!r} of {D}, {H} and {O} is larger than its {entries} weights")
    if about["kind"] not in KINDS:
        raise ValueError(f"the network {name!r} is of the unknown kind {about['kind']!r}")
    return KINDS[about["kind"]](**sizes, rng=0, dtype=dtype)  # type: ignore[call-arg]


def checksum(networks: dict[str, dict[str, Any]], arrays: dict[str, FloatArray]) -> str:
    """Return the SHA-256 of what a file says of its networks, and of its arrays in the order of names."""
    digest = hashlib.sha256(json.dumps(networks).encode())
    for _, array in sorted(arrays.items()):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def as_layers(network: Network | Sequence[Layer]) -> Sequence[Layer]:
    """Return a list of layers: a network alone is one layer."""
    return [network] if isinstance(network, Network) else network


def one_network(layers: list[Layer]) -> Network | list[Layer]:
    """Return the only network, where there is one layer in one direction, and otherwise the layers."""
    return layers[0] if len(layers) == 1 and isinstance(layers[0], Network) else layers


def _require_framework(framework: str) -> None:
    """Refuse a framework whose order is not known here."""
    if framework not in ORDERS:
        raise ValueError(f"framework must be one of {', '.join(ORDERS)}, got {framework!r}")


def kind_of(network: Network, framework: str) -> str:
    """Return the name of a network's kind, or refuse one that a framework does not have."""
    _require_framework(framework)
    for kind in ORDERS[framework]:
        if type(network) is KINDS[kind]:
            return kind
    raise TypeError(f"network must be {' or '.join(ORDERS[framework])} for {framework}, got {network!r}")


def one_kind(networks: list[Network], framework: str) -> str:
    """Return the one kind of all networks, or refuse several."""
    kinds = {kind_of(network, framework) for network in networks}
    if len(kinds) > 1:
        raise ValueError(f"layers must be of one kind for {framework}, got {' and '.join(sorted(kinds))}")
    return kinds.pop()


def read_out_of(networks: list[Network]) -> tuple[FloatArray, FloatArray]:
    """Return the read-out of a layer: of two directions, the weights side by side and the sum of biases."""
    W = np.concatenate([network.Wy for network in networks], axis=1)  # (O, H) or (O, 2H)
    return W, np.sum([network.Wy_bias[:, 0] for network in networks], axis=0)  # (O,)


def set_read_out(networks: list[Network], W: FloatArray, b: FloatArray | None) -> None:
    """Give each direction its columns of the read-out, and the first one the bias."""
    rows = sum(network.hidden_size for network in networks)
    W = as_array("read_out", W, (networks[0].output_size or 0, rows), networks[0].dtype)  # (O, H) or (O, 2H)
    for network, part in zip(networks, np.split(W, len(networks), axis=1), strict=True):
        network.Wy, network.Wy_bias = part, np.zeros((len(W), 1))  # (O, H), (O, 1)
    if b is not None:
        networks[0].Wy_bias = b[:, None]  # (O, 1)


def imported(name: str) -> Any:
    """Import a framework, or say what to install.

    Raises
    ------
    ImportError
        If it cannot be imported.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        note = ", and set KERAS_BACKEND=torch" if package == "keras" else ""
        install = f'pip install "lstm-tutorial[{EXTRAS[package]}]"{note}'
        raise ImportError(f"{package} cannot be imported: {install}") from error
