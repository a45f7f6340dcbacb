"""Measure what PyTorch, Keras and ONNX Runtime answer, for the chapters on frameworks.

The site is built without these frameworks, so their answers are in the record docs/records/frameworks.json,
which ``python -m scripts.frameworks.one_layer`` writes. Sections of this file are shown on the pages.
tests/parity/test_frameworks.py runs the same functions and compares. Nothing is timed here.

Letters: T steps, B sequences, D features, H units.
"""

import os
import platform
from typing import Any

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "torch")  # before Keras is imported

import keras
import onnx
import onnxruntime
import torch

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.interop import from_pytorch, to_keras, to_onnx
from scripts.experiments.records import with_checksum, write_record

BELOW = {"PyTorch": 1e-12, "Keras": 1e-12, "ONNX": 1e-6}
"""What the differences stay below on every processor. ONNX Runtime computes in float32."""


# --8<-- [start:pytorch]
def difference_from_pytorch() -> float:
    module = torch.nn.LSTM(3, 5, dtype=torch.float64)
    network = from_pytorch(module)  # an LSTM of this package
    rng = np.random.default_rng(0)
    xs = rng.standard_normal((7, 3, 4))  # (T, D, B)
    batch = torch.from_numpy(xs.transpose(0, 2, 1))  # (T, B, D)
    theirs = module(batch)[0].detach().numpy()  # (T, B, H)
    ours = unroll(network, xs).hs.transpose(0, 2, 1)  # (T, B, H)
    return float(abs(theirs - ours).max())
    # --8<-- [end:pytorch]


# --8<-- [start:others]
def difference_from_keras() -> float:
    network = LSTM(3, 5, None, rng=0)  # None: no read-out
    layer, _ = to_keras(network)
    rng = np.random.default_rng(0)
    xs = rng.standard_normal((7, 3, 4))  # (T, D, B)
    batch = torch.from_numpy(xs.transpose(2, 0, 1).copy())  # (B, T, D)
    theirs = layer(batch).detach().numpy()  # (B, T, H)
    ours = unroll(network, xs).hs.transpose(2, 0, 1)  # (B, T, H)
    return float(abs(theirs - ours).max())


def difference_from_onnx() -> float:
    network = LSTM(3, 5, None, rng=0, dtype=np.float32)
    model = to_onnx(network).SerializeToString()
    session = onnxruntime.InferenceSession(model)
    rng = np.random.default_rng(0)
    xs = rng.standard_normal((7, 3, 4), np.float32)  # (T, D, B)
    zeros = np.zeros((1, 4, 5), np.float32)  # (directions, B, H)
    feed = {"xs": xs.transpose(0, 2, 1), "h0": zeros, "c0": zeros}
    theirs = session.run(["hs"], feed)[0]  # (T, B, H)
    ours = unroll(network, xs).hs.transpose(0, 2, 1)  # (T, B, H)
    return float(abs(theirs - ours).max())
    # --8<-- [end:others]


def layer_of_pytorch() -> dict[str, Any]:
    """Return the weights of a small layer as PyTorch holds them, and what it answers to an input."""
    torch.manual_seed(0)
    module = torch.nn.LSTM(2, 3, dtype=torch.float64)
    xs = torch.from_numpy(np.random.default_rng(0).standard_normal((4, 1, 2)).round(3))  # (T, B, D)
    output, (h_n, c_n) = module(xs)  # (T, B, H), (1, B, H) each
    weights = {name: weight.tolist() for name, weight in module.named_parameters()}
    return {"weights": weights, "xs": xs.tolist()} | {
        name: array.tolist() for name, array in (("output", output), ("h_n", h_n), ("c_n", c_n))
    }


# --8<-- [start:biases]
def gradients_of_biases(kind: str) -> list[bool]:
    """Say for each gate whether both biases get the same gradient."""
    torch.manual_seed(0)
    module = getattr(torch.nn, kind)(3, 5)
    output, _ = module(torch.randn(7, 4, 3))  # (T, B, H)
    output.square().sum().backward()
    on_input = module.bias_ih_l0.grad.split(5)  # one (H,) for each gate
    on_hidden = module.bias_hh_l0.grad.split(5)
    pairs = zip(on_input, on_hidden, strict=True)
    return [torch.allclose(one, other) for one, other in pairs]
    # --8<-- [end:biases]


def doubled_step() -> float:
    """Return how far the sum of both biases moves in a step of SGD, over how far one bias moves."""
    torch.manual_seed(0)
    module = torch.nn.LSTM(3, 5, dtype=torch.float64)
    before = module.bias_ih_l0 + module.bias_hh_l0, module.bias_ih_l0.clone()
    output, _ = module(torch.randn(7, 4, 3, dtype=torch.float64))
    output.square().sum().backward()
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    after = module.bias_ih_l0 + module.bias_hh_l0, module.bias_ih_l0
    moved = [(a - b).norm().item() for a, b in zip(after, before, strict=True)]
    ratio: float = moved[0] / moved[1]
    return ratio


def parameter_counts() -> dict[str, int]:
    """Return the numbers of parameters, for D = 10 and H = 20."""
    modules = {
        "PyTorch LSTM": torch.nn.LSTM(10, 20),
        "PyTorch LSTM, bias=False": torch.nn.LSTM(10, 20, bias=False),
        "PyTorch LSTM, 2 layers": torch.nn.LSTM(10, 20, num_layers=2),
        "PyTorch LSTM, 2 directions": torch.nn.LSTM(10, 20, bidirectional=True),
        "PyTorch LSTM, 2 layers, 2 directions": torch.nn.LSTM(10, 20, num_layers=2, bidirectional=True),
        "PyTorch GRU": torch.nn.GRU(10, 20),
    }
    counts = {name: sum(p.numel() for p in module.parameters()) for name, module in modules.items()}
    layers = {
        "Keras LSTM": keras.layers.LSTM(20),
        "Keras GRU": keras.layers.GRU(20),
        "Keras GRU, reset_after=False": keras.layers.GRU(20, reset_after=False),
    }
    for name, layer in layers.items():
        layer.build((None, None, 10))
        counts[name] = layer.count_params()
    return counts


def defaults() -> dict[str, Any]:
    """Return what fresh layers of H = 20 units hold: sizes of entries, forget biases, functions of gates."""
    torch.manual_seed(0)
    module = torch.nn.LSTM(10, 20)
    largest = max(float(p.detach().abs().max()) for p in module.parameters())
    layer = keras.layers.LSTM(20)
    layer.build((None, None, 10))
    W_h = keras.ops.convert_to_numpy(layer.weights[1].value)  # (H, 4H)
    bias = keras.ops.convert_to_numpy(layer.weights[2].value)  # (4H,)
    return {
        "PyTorch, largest entry times root of H": round(largest * 20**0.5, 2),
        "Keras, bias": [float(part[0]) for part in bias.reshape(4, 20) if len(set(part)) == 1],
        "Keras, recurrent weights orthogonal": bool(np.allclose(W_h @ W_h.T, np.eye(20), atol=1e-5)),
        "Keras, recurrent_activation": layer.recurrent_activation.__name__,
        "Keras, hard_sigmoid(1)": round(float(keras.activations.hard_sigmoid(torch.ones(1))), 4),
    }


def seeds() -> dict[str, list[float]]:
    """Return the first weights of a layer from seed 0, in PyTorch and in Keras."""
    torch.manual_seed(0)
    module = torch.nn.LSTM(10, 20)
    keras.utils.set_random_seed(0)
    layer = keras.layers.LSTM(20)
    layer.build((None, None, 10))
    kernel = keras.ops.convert_to_numpy(layer.weights[0].value)  # (D, 4H)
    firsts = {"PyTorch": module.weight_ih_l0[0, :3].tolist(), "Keras": kernel[:3, 0].tolist()}
    return {name: [round(value, 4) for value in values] for name, values in firsts.items()}


# --8<-- [start:outputs]
def outputs_of_pytorch() -> dict[str, Any]:
    shape = {"num_layers": 2, "bidirectional": True}
    module = torch.nn.LSTM(3, 5, batch_first=True, **shape)
    xs = torch.randn(4, 7, 3)  # (B, T, D)
    output, (h_n, c_n) = module(xs)
    by_layer = h_n.view(2, 2, 4, 5)  # (layers, directions, B, H)
    forward, backward = by_layer[1]  # of the top layer, (B, H) each
    return {
        "output": list(output.shape),
        "h_n": list(h_n.shape),
        "c_n": list(c_n.shape),
        "forward ends at step 7": same(output[:, -1, :5], forward),
        "backward ends at step 1": same(output[:, 0, 5:], backward),
        "output[:, -1] is both ends": same(output[:, -1, 5:], backward),
    }
    # --8<-- [end:outputs]


def same(first: Any, second: Any) -> bool:
    """Say whether two arrays hold the same numbers."""
    return bool(torch.allclose(first, second))


# --8<-- [start:keras_outputs]
def outputs_of_keras() -> dict[str, Any]:
    xs = torch.randn(4, 7, 3)  # (B, T, D)
    shapes: dict[str, Any] = {}
    for every in (False, True):
        for state in (False, True):
            asked = {"return_sequences": every, "return_state": state}
            answer = keras.layers.LSTM(5, **asked)(xs)
            arrays = answer if state else [answer]
            key = f"return_sequences={every}, return_state={state}"
            shapes[key] = [list(a.shape) for a in arrays]
    return shapes
    # --8<-- [end:keras_outputs]


def swapped_axes() -> dict[str, bool]:
    """Change the first sequence of a batch, and say whether an answer for the others changes."""
    torch.manual_seed(0)
    module = torch.nn.LSTM(3, 5)  # takes (T, B, D)
    xs = torch.randn(4, 7, 3)  # (B, T, D)
    changed = xs.clone()
    changed[0] += 1.0
    right, wrong = (
        [module(x.transpose(0, 1))[0].transpose(0, 1) for x in (xs, changed)],
        [module(x)[0] for x in (xs, changed)],
    )
    return {
        "right": not same(*(a[1:] for a in right)),
        "swapped": not same(*(a[1:] for a in wrong)),
        "same shape": right[0].shape == wrong[0].shape,
    }


def facts() -> dict[str, Any]:
    """Return what the frameworks answer: the same on every processor, but for the last digits."""
    return {
        "layer": layer_of_pytorch(),
        "equal gradients": {kind: gradients_of_biases(kind) for kind in ("LSTM", "GRU")},
        "doubled step": round(doubled_step(), 9),
        "parameters": parameter_counts(),
        "defaults": defaults(),
        "seeds": seeds(),
        "outputs": {"PyTorch": outputs_of_pytorch(), "Keras": outputs_of_keras()},
        "swapped": swapped_axes(),
    }


def differences() -> dict[str, float]:
    """Return the largest difference of hidden states between this package and each framework."""
    return {
        "PyTorch": difference_from_pytorch(),
        "Keras": difference_from_keras(),
        "ONNX": difference_from_onnx(),
    }


def main() -> None:
    """Measure and write the record."""
    found = differences()
    assert all(found[name] < below for name, below in BELOW.items()), found
    record = {
        "what": "what PyTorch, Keras and ONNX Runtime answer; differences are below the bounds",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__.partition("+")[0],
            "keras": keras.__version__,
            "onnx": onnx.__version__,
            "onnxruntime": onnxruntime.__version__,
        },
        "below": BELOW,
        "facts": facts(),
    }
    write_record("frameworks", with_checksum(record))


if __name__ == "__main__":
    main()
