"""The same networks in PyTorch: its parameters filled with ours, its autograd asked for ours by name.

Only the LSTM's step stands here. PyTorch keeps examples in rows, its gates in the order i, f, g, o, and two
biases that it adds; ours keeps examples in columns, f, i, c_tilde, o, and one bias.
"""

from typing import Any

import numpy as np
import torch

from lstm_tutorial import LSTM

GATES = ("Wi", "Wf", "Wc", "Wo")  # in PyTorch's order
INPUTS = ("x", "h_prev", "c_prev")
RESULTS = ("y", "h", "c")


def cell_and_readout(lstm: LSTM) -> tuple[torch.nn.LSTMCell, torch.nn.Linear]:
    """Return PyTorch's cell and read-out with our weights; the bias of each gate is split over its two."""
    D, H, O = lstm.input_size, lstm.hidden_size, lstm.output_size
    dtype = torch.float64 if lstm.dtype == np.float64 else torch.float32
    cell, readout = torch.nn.LSTMCell(D, H, dtype=dtype), torch.nn.Linear(H, O, dtype=dtype)
    W = np.concatenate([getattr(lstm, name) for name in GATES])  # (4H, D+H)
    b = np.concatenate([getattr(lstm, f"{name}_bias") for name in GATES])[:, 0]  # (4H,)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.from_numpy(W[:, :D]))
        cell.weight_hh.copy_(torch.from_numpy(W[:, D:]))
        cell.bias_ih.copy_(torch.from_numpy(0.25 * b))  # a quarter and three quarters add up without rounding
        cell.bias_hh.copy_(torch.from_numpy(0.75 * b))
        readout.weight.copy_(torch.from_numpy(lstm.Wy))
        readout.bias.copy_(torch.from_numpy(lstm.Wy_bias[:, 0]))
    return cell, readout


def step(lstm: LSTM, inputs: dict[str, Any], incoming: dict[str, Any]) -> dict[str, Any]:
    """Take one step forward and back in PyTorch.

    Returns `y`, `h` and `c`, and under `dx`, `dWf` and so on the gradient of the sum of ``dy * y``,
    ``dh * h`` and ``dc * c`` with respect to each input and weight, all of them laid out as ours are.
    """
    cell, readout = cell_and_readout(lstm)
    x, h_prev, c_prev = (
        torch.tensor(inputs[name].T, requires_grad=True) for name in INPUTS
    )  # (B, D), (B, H)
    h, c = cell(x, (h_prev, c_prev))  # (B, H) each
    results = {"y": readout(h), "h": h, "c": c}
    loss = sum((torch.tensor(incoming[f"d{name}"].T) * value).sum() for name, value in results.items())
    loss.backward()
    gradients = {"dx": x.grad.T, "dh_prev": h_prev.grad.T, "dc_prev": c_prev.grad.T}
    dW = torch.cat((cell.weight_ih.grad, cell.weight_hh.grad), 1).chunk(4)  # (H, D+H) each
    db = cell.bias_ih.grad[:, None].chunk(4)  # (H, 1) each
    for gate, dW_gate, db_gate in zip(GATES, dW, db, strict=True):
        gradients |= {f"d{gate}": dW_gate, f"d{gate}_bias": db_gate}
    gradients |= {"dWy": readout.weight.grad, "dWy_bias": readout.bias.grad[:, None]}
    arrays = {name: value.detach().T for name, value in results.items()} | gradients
    return {name: np.ascontiguousarray(value.numpy()) for name, value in arrays.items()}
