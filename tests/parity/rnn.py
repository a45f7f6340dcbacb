"""The plain network in PyTorch: `torch.nn.RNN` filled with our weights, autograd asked for ours by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lstm_tutorial.rnn import RNN

# T, D, H, O, B of each case, by its name.
CASES = {
    "smallest": (1, 1, 1, 1, 1),
    "vector": (5, 3, 4, 2, 1),
    "batch": (7, 3, 4, 2, 5),
    "example": (12, 10, 20, 5, 2),
    "long": (60, 2, 6, 1, 3),
}


def case(name: str) -> dict[str, Any]:
    """Draw one case and ask PyTorch: weights, inputs, incoming gradients, results, gradients."""
    T, D, H, O, B = CASES[name]
    rng = np.random.default_rng(list(CASES).index(name))
    rnn = RNN(D, H, O)
    for key, array in rnn.parameters().items():
        setattr(rnn, key, rng.standard_normal(array.shape) / np.sqrt(array.shape[1]))
    shapes = {"xs": (T, D, B), "h0": (H, B), "dys": (T, O, B), "dhs": (T, H, B), "dh": (H, B)}
    values = {key: rng.standard_normal(shape) for key, shape in shapes.items()}
    return rnn.parameters() | values | sequence(rnn, values)


def sequence(rnn: RNN, values: dict[str, Any]) -> dict[str, Any]:
    """Run PyTorch along the sequence and back.

    Returns `ys`, `hs` and `h`, and under `dxs`, `dWh` and so on the gradient of the sum of ``dys * ys``,
    ``dhs * hs`` and ``dh * h``, all of them laid out as ours are.
    """
    D, H, O = rnn.input_size, rnn.hidden_size, rnn.output_size
    layer = torch.nn.RNN(D, H, dtype=torch.float64)
    readout = torch.nn.Linear(H, O, dtype=torch.float64)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.from_numpy(rnn.Wh[:, :D]))
        layer.weight_hh_l0.copy_(torch.from_numpy(rnn.Wh[:, D:]))
        layer.bias_ih_l0.copy_(torch.from_numpy(rnn.Wh_bias[:, 0]))
        layer.bias_hh_l0.zero_()
        readout.weight.copy_(torch.from_numpy(rnn.Wy))
        readout.bias.copy_(torch.from_numpy(rnn.Wy_bias[:, 0]))
    xs = torch.tensor(values["xs"].swapaxes(1, 2), requires_grad=True)  # (T, B, D)
    h0 = torch.tensor(values["h0"].T[None], requires_grad=True)  # (1, B, H)
    hs, h = layer(xs, h0)  # (T, B, H), (1, B, H)
    ys = readout(hs)  # (T, B, O)
    results = {"ys": ys, "hs": hs, "h": h[0]}
    loss = sum(
        (torch.tensor(values[f"d{name}"].swapaxes(-1, -2)) * result).sum() for name, result in results.items()
    )
    loss.backward()
    arrays = {name: result.detach().transpose(-1, -2) for name, result in results.items()}
    arrays |= {
        "dWh": torch.cat((layer.weight_ih_l0.grad, layer.weight_hh_l0.grad), 1),
        "dWh_bias": layer.bias_ih_l0.grad[:, None],
        "dWy": readout.weight.grad,
        "dWy_bias": readout.bias.grad[:, None],
        "dxs": xs.grad.transpose(1, 2),
        "dh0": h0.grad[0].T,
    }
    return {name: np.ascontiguousarray(array.numpy()) for name, array in arrays.items()}
