"""What each framework computes from weights as it keeps them, for the golden numbers.

The weights are drawn here and put in by the framework's own calls, not by our bridges.
"""

import os
from typing import Any

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "torch")  # before Keras is imported

import keras
import onnx
import onnxruntime
import torch

from tests.problems import D, H, Values

T, B = 5, 3
# Framework, kind, the number of gates, the settings of the form, and the dtype in which it computes.
CASES: dict[str, tuple[str, str, int, dict[str, Any], str]] = {
    "PyTorch LSTM": ("PyTorch", "LSTM", 4, {}, "float64"),
    "PyTorch GRU": ("PyTorch", "GRU", 3, {"reset": "after"}, "float64"),
    "PyTorch RNN": ("PyTorch", "RNN", 1, {}, "float64"),
    "Keras LSTM": ("Keras", "LSTM", 4, {}, "float64"),
    "Keras GRU": ("Keras", "GRU", 3, {"reset": "after"}, "float64"),
    "Keras GRU before": ("Keras", "GRU", 3, {"reset": "before"}, "float32"),
    "ONNX LSTM": ("ONNX", "LSTM", 4, {}, "float32"),
    "ONNX GRU": ("ONNX", "GRU", 3, {"reset": "after"}, "float32"),
    "ONNX GRU before": ("ONNX", "GRU", 3, {"reset": "before"}, "float32"),
    "ONNX RNN": ("ONNX", "RNN", 1, {}, "float32"),
}


def case(name: str) -> Values:
    """Draw weights, in the framework's order, and inputs; return them and its hidden states, (T, H, B)."""
    framework, kind, gates, settings, dtype = CASES[name]
    rng = np.random.default_rng(list(CASES).index(name))
    shapes: dict[str, tuple[int, ...]] = {"W_x": (gates * H, D), "W_h": (gates * H, H), "xs": (T, D, B)}
    shapes |= {"b": (gates * H,), "b_hidden": (gates * H,)}
    drawn = {key: 0.5 * rng.standard_normal(shape).astype(dtype) for key, shape in shapes.items()}
    if framework == "Keras" and settings.get("reset") != "after":
        drawn["b_hidden"] *= 0  # it has one bias
    run = {"PyTorch": in_pytorch, "Keras": in_keras, "ONNX": in_onnx}[framework]
    return drawn | {"hs": np.ascontiguousarray(run(kind, settings, drawn))}


def in_pytorch(kind: str, settings: Any, drawn: Values) -> Any:
    """Run PyTorch's module."""
    module = getattr(torch.nn, kind)(D, H, dtype=torch.float64, device="meta").to_empty(device="cpu")
    names = {"weight_ih_l0": "W_x", "weight_hh_l0": "W_h", "bias_ih_l0": "b", "bias_hh_l0": "b_hidden"}
    module.load_state_dict({theirs: torch.tensor(drawn[ours]) for theirs, ours in names.items()})
    return module(torch.tensor(drawn["xs"].swapaxes(1, 2)))[0].detach().numpy().swapaxes(1, 2)


def in_keras(kind: str, settings: Any, drawn: Values) -> Any:
    """Run Keras' layer."""
    after = settings.get("reset") == "after"
    form = {"reset_after": after} if settings else {}
    layer = getattr(keras.layers, kind)(H, return_sequences=True, dtype=drawn["xs"].dtype.name, **form)
    layer.build((None, None, D))
    bias = np.stack((drawn["b"], drawn["b_hidden"])) if after else drawn["b"]
    layer.set_weights([drawn["W_x"].T, drawn["W_h"].T, bias])
    return layer(torch.tensor(drawn["xs"].transpose(2, 0, 1).copy())).detach().numpy().transpose(1, 2, 0)


def in_onnx(kind: str, settings: Any, drawn: Values) -> Any:
    """Run one node in ONNX Runtime."""
    form = {"linear_before_reset": int(settings["reset"] == "after")} if settings else {}
    arrays = {"W": drawn["W_x"], "R": drawn["W_h"], "B": np.r_[drawn["b"], drawn["b_hidden"]]}
    node = onnx.helper.make_node(kind, ["xs", "W", "R", "B"], ["hs"], hidden_size=H, **form)
    shapes: dict[str, list[Any]] = {"xs": ["T", "B", D], "hs": ["T", 1, "B", H]}
    values = [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, s) for n, s in shapes.items()]
    weights = [onnx.numpy_helper.from_array(array[None], name) for name, array in arrays.items()]
    graph = onnx.helper.make_graph([node], kind, values[:1], values[1:], weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"xs": drawn["xs"].swapaxes(1, 2).copy()})[0][:, 0].swapaxes(1, 2)
