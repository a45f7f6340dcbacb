"""Bridges to ONNX, live: its checker, ONNX Runtime in float32, and ONNX's own evaluation in float64."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="ONNX Runtime is in the group `parity`, which is not installed")

import onnx
import onnxruntime
import torch
from onnx.reference import ReferenceEvaluator

from lstm_tutorial import GRU, LSTM, RNN, Variant, layer_parameters, unroll_layers
from lstm_tutorial.interop import from_onnx, to_onnx
from tests.asserts import assert_raises, assert_same
from tests.problems import D, H, O, in_form, layers_values, mixed_stack, relative_error, stack

KINDS = ("LSTM", "GRU, reset after", "GRU, reset before", "RNN")


def feeds(layers: Any, values: Any) -> Any:
    """Return inputs and initial states as the model takes them, (directions, B, H) for a state."""
    states = {}
    for k, layer in enumerate(layers):
        both = [f"{k}"] if not isinstance(layer, tuple) else [f"{k}.forward", f"{k}.backward"]
        for state in (layer if len(both) == 1 else layer[0]).state_names:
            states[f"{k}.{state}0"] = np.array([values[f"{name}.{state}0"].T for name in both])
    return {"xs": values["xs"].swapaxes(1, 2).copy()} | states


def compare(layers: Any, model: Any, run: Any, T: int, B: int, limit: float) -> None:
    """Compare outputs, hidden states and final states with what `run` computes from the same inputs."""
    values = layers_values(layers, T, B)
    ours = unroll_layers(layers, values["xs"], in_form(layers, values, "{}0"))
    names = [output.name for output in model.graph.output]
    theirs = dict(zip(names, run(None, feeds(layers, values)), strict=True))
    for name in ("ys", "hs"):
        assert relative_error(getattr(ours, name), theirs[name].swapaxes(1, 2)) < limit, name
    for k, state in enumerate(ours.states):
        both = state if isinstance(layers[k], tuple) else (state,)
        for n, part in enumerate(zip(*[s if isinstance(s, tuple) else (s,) for s in both], strict=True)):
            expected = theirs[f"{k}.{'hc'[n]}"]  # (directions, B, H)
            assert relative_error(np.array([one.T for one in part]), expected) < limit, (k, n)


@pytest.mark.parametrize(("T", "B"), [(1, 1), (7, 3), (40, 2)])
@pytest.mark.parametrize(("depth", "directions"), [(1, 1), (2, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_onnx_runtime_agrees_in_float32(kind, depth, directions, T, B):
    """For a model of its own at each size."""
    layers = stack(kind, depth, directions, dtype=np.float32)
    model = to_onnx(layers)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    compare(layers, model, session.run, T, B, 1e-6)


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_one_model_runs_at_other_batches_and_times(kind, directions, tmp_path):
    """Written to a file once and loaded once; the sizes of one run do not bind the next."""
    layers = stack(kind, 2, directions, dtype=np.float32)
    model, path = to_onnx(layers), tmp_path / "model.onnx"
    onnx.save(model, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for T, B in ((7, 3), (1, 1), (40, 2), (2, 9), (7, 3)):
        compare(layers, model, session.run, T, B, 1e-6)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_onnx_agrees_in_float64(kind, depth):
    """By ONNX's own evaluation, which knows one direction: ONNX Runtime knows no float64."""
    layers = stack(kind, depth, 1)
    model = to_onnx(layers)
    compare(layers, model, ReferenceEvaluator(model).run, 4, 3, 1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("depth", "directions"), [(1, 1), (3, 1), (2, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back_the_bits_are_the_same(kind, depth, directions, dtype):
    layers: Any = stack(kind, depth, directions, dtype=dtype)
    if directions == 2:
        layers[-1][1].Wy_bias = np.zeros((O, 1))  # of the two, the sum arrives
    back = from_onnx(onnx.load_from_string(to_onnx(layers).SerializeToString()))
    assert_same(layer_parameters(back if isinstance(back, list) else [back]), layer_parameters(layers))


def test_a_network_alone_has_plain_names():
    model = to_onnx(LSTM(D, H, O))
    assert [value.name for value in model.graph.input] == ["xs", "h0", "c0"]
    assert [value.name for value in model.graph.output] == ["ys", "hs", "h", "c"]
    assert [value.name for value in to_onnx(RNN(D, H, None)).graph.output] == ["hs", "h"]


class Classifier(torch.nn.Module):  # type: ignore[misc]
    """What one writes in PyTorch: layers and a linear layer."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            self.layers = getattr(torch.nn, kind)(D, H, num_layers=2, bidirectional=True)
            self.read_out = torch.nn.Linear(2 * H, O)

    def forward(self, xs: Any) -> Any:
        """Return the outputs of all steps."""
        return self.read_out(self.layers(xs)[0])


@pytest.mark.filterwarnings("ignore")  # the exporter warns of itself
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_an_export_of_pytorch_can_be_read(kind, tmp_path):
    """Initial states that it computes, transposes and reshapes do not stand in the way."""
    module, xs = Classifier(kind), torch.linspace(-1, 1, 5 * 2 * D).reshape(5, 2, D)
    path = str(tmp_path / "model.onnx")
    torch.onnx.export(module, (xs,), path, dynamo=False, opset_version=17)
    ours = unroll_layers(from_onnx(onnx.load(path)), xs.numpy().swapaxes(1, 2))
    theirs = module(xs).detach().numpy().swapaxes(1, 2)
    assert relative_error(ours.ys, theirs) < 1e-6


def changed(network: Any, **settings: Any) -> Any:
    """Return the model of a network with attributes of its recurrent node set or removed."""
    model = to_onnx(network)
    node = model.graph.node[0]
    for name, value in settings.items():
        kept = [attribute for attribute in node.attribute if attribute.name != name]
        del node.attribute[:]
        node.attribute.extend(kept)
        node.attribute.extend([] if value is None else [onnx.helper.make_attribute(name, value)])
    return model


def with_array(name: str, array: Any) -> Any:
    """Return a model in which one weight is another array."""
    model = to_onnx(LSTM(D, H, O, rng=0))
    for tensor in model.graph.initializer:
        if tensor.name == name:
            tensor.CopyFrom(onnx.numpy_helper.from_array(array, name))
    return model


def with_node(kind: str, reads: str, network: Any = None) -> Any:
    """Return a model with another node at its end, or before the first layer."""
    model = to_onnx(network or LSTM(D, H, O, rng=0))
    if reads == "xs":
        model.graph.node[0].input[0] = "new"
    model.graph.node.insert(0 if reads == "xs" else 99, onnx.helper.make_node(kind, [reads], ["new"]))
    return model


def shuffled() -> Any:
    """Return a model whose weights are computed, and not given."""
    model = to_onnx(LSTM(D, H, O))
    model.graph.node[0].input[1] = "computed"
    model.graph.node.insert(0, onnx.helper.make_node("Identity", ["W"], ["computed"]))
    return model


def with_peepholes() -> Any:
    """Return a model of an LSTM with peepholes."""
    model = to_onnx(LSTM(D, H, O))
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros((1, 3 * H)), "P"))
    model.graph.node[0].input.append("P")
    return model


ONLY = "model must hold layers above each other and a read-out, got "
BAD: dict[str, tuple[type[Exception], str, Any]] = {
    "a path": (TypeError, "model must be an onnx.ModelProto, got str", lambda: from_onnx("model.onnx")),
    "clip": (ValueError, "clip of LSTM must be left out, got 1.0",
        lambda: from_onnx(changed(LSTM(D, H, O), clip=1.0))),
    "coupled": (ValueError, "input_forget of LSTM must be left out, got 1",
        lambda: from_onnx(changed(LSTM(D, H, O), input_forget=1))),
    "relu": (ValueError, "activations of RNN must be left out, got [b'Relu']",
        lambda: from_onnx(changed(RNN(D, H, O), activations=["Relu"]))),
    "reverse": (ValueError, "direction of RNN must be forward or bidirectional, got reverse",
        lambda: from_onnx(changed(RNN(D, H, O), direction="reverse"))),
    "peepholes": (ValueError, "P of LSTM must be left out: the LSTM here has no peepholes",
        lambda: from_onnx(with_peepholes())),
    "computed": (ValueError, "computed of LSTM must be an initializer: the model computes it",
        lambda: from_onnx(shuffled())),
    "half": (TypeError, "dtype must be float32 or float64, got dtype('float16')",
        lambda: from_onnx(with_array("R", np.zeros((1, 4 * H, H), "f2")))),
    "W": (ValueError, f"W must have shape (1, {4 * H}, D), got (1, {3 * H}, {D})",
        lambda: from_onnx(with_array("W", np.zeros((1, 3 * H, D))))),
    "B": (ValueError, f"B must have shape (1, {8 * H}), got (1, {4 * H})",
        lambda: from_onnx(with_array("B", np.zeros((1, 4 * H))))),
    "NaN": (ValueError, "W must be finite in float64, got nan at [0, 0, 0]",
        lambda: from_onnx(with_array("W", np.full((1, 4 * H, D), np.nan)))),
    "Wy": (ValueError, f"read_out must have shape ({O}, {H}), got ({O}, {D})",
        lambda: from_onnx(with_array("Wy", np.zeros((D, O))))),
    "softmax": (ValueError, f"{ONLY}Softmax", lambda: from_onnx(with_node("Softmax", "ys"))),
    "relu between": (ValueError, f"{ONLY}Relu",
        lambda: from_onnx(with_node("Relu", "0.hs", [RNN(D, H, None), RNN(H, H, O)]))),
    "before": (ValueError, f"{ONLY}Tanh", lambda: from_onnx(with_node("Tanh", "xs"))),
    "variant": (TypeError, f"network must be LSTM or GRU or RNN for ONNX, got {Variant(D, H, O)}",
        lambda: to_onnx(Variant(D, H, O))),
    "resets": (ValueError, "layers must have one hidden_size and one reset in both directions for ONNX",
        lambda: to_onnx([(GRU(D, H, O), GRU(D, H, O, reset="before"))])),
    "kinds": (ValueError, "layers must be of one kind for ONNX, got GRU and LSTM",
        lambda: to_onnx(mixed_stack())),
}  # fmt: skip


@pytest.mark.parametrize(("error", "message", "call"), BAD.values(), ids=BAD)
def test_what_is_not_the_same_is_refused(error, message, call):
    assert_raises(error, message, call)


def test_a_model_without_layers_or_not_valid_is_refused():
    model = to_onnx(LSTM(D, H, O))
    del model.graph.node[0]
    with pytest.raises(ValueError, match=r"^model must be valid: "):
        from_onnx(model)
    values = [onnx.helper.make_tensor_value_info(name, 1, [1]) for name in "xy"]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["x"], ["y"])], "g", values[:1], values[1:]
    )
    empty = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    message = "model must hold an LSTM, GRU or RNN that reads its input"
    assert_raises(ValueError, message, lambda: from_onnx(empty))
