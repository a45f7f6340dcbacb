"""The LSTM over time in PyTorch: its cell in a loop, autograd through all of it, Jacobians along the graph.

The loop is written out, since PyTorch's own layer returns no cell state but the last and knows no lengths
without packing. Weights come from `tests.parity.pytorch`.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch

from lstm_tutorial import LSTM
from tests.parity.pytorch import GATES, cell_and_readout
from tests.test_sequence import LOSSES, problem, random_lengths

# T, B, which results the loss uses, and whether the columns have lengths of their own.
CASES = {
    f"T{T}-B{B}-{loss}-{'ragged' if ragged else 'full'}": (T, B, loss, ragged)
    for (T, loss, ragged), B in zip(
        product((0, 1, 2, 5, 13), LOSSES, (False, True)), [1, 2, 3, 4, 5, 6, 7] * 8, strict=False
    )
} | {"T50-B2-all-full": (50, 2, "all", False), "T50-B2-all-ragged": (50, 2, "all", True)}


def case(name: str) -> dict[str, Any]:
    """Draw one case and ask PyTorch: weights, inputs, incoming gradients, lengths, results, gradients."""
    T, B, loss, ragged = CASES[name]
    seed = list(CASES).index(name)
    lstm, values = problem(T, B, seed)
    values = {key: value for key, value in values.items() if key[0] != "d" or key in LOSSES[loss]}
    lengths = random_lengths(T, B, seed) if ragged else np.full(B, T)
    return lstm.parameters() | values | {"lengths": lengths} | sequence(lstm, values, lengths)


def sequence(lstm: LSTM, values: dict[str, Any], lengths: Any) -> dict[str, Any]:
    """Run PyTorch along the sequence and back.

    Returns `ys`, `hs`, `h` and `c`, and under `grad_xs`, `grad_Wf` and so on the gradient of the sum of
    ``dys * ys``, ``dhs * hs``, ``dh * h`` and ``dc * c``, as far as they are given.
    """
    cell, readout = cell_and_readout(lstm)
    inputs = {
        name: torch.tensor(values[name].swapaxes(-1, -2).copy(), requires_grad=True)
        for name in ("xs", "h0", "c0")
    }
    h, c = inputs["h0"], inputs["c0"]  # (B, H) each
    steps = []
    for t, x in enumerate(inputs["xs"]):
        true = torch.tensor(t < lengths)[:, None]  # (B, 1)
        h_new, c_new = cell(x, (h, c))
        h, c = torch.where(true, h_new, h), torch.where(true, c_new, c)
        steps.append((torch.where(true, readout(h), 0), torch.where(true, h, 0)))
    ys = torch.stack([y for y, _ in steps]) if steps else torch.zeros(0, len(lengths), lstm.output_size)
    hs = torch.stack([h for _, h in steps]) if steps else torch.zeros(0, len(lengths), lstm.hidden_size)
    results = {"ys": ys, "hs": hs, "h": h, "c": c}
    parts = [
        (torch.tensor(values[f"d{name}"].swapaxes(-1, -2).copy()) * result).sum()
        for name, result in results.items()
        if f"d{name}" in values
    ]
    sources = [*inputs.values(), cell.weight_ih, cell.weight_hh, cell.bias_ih, *readout.parameters()]
    loss = sum(parts) + 0 * inputs["h0"].sum()  # has a graph even where no step uses the inputs
    gradients = torch.autograd.grad(loss, sources, allow_unused=True, materialize_grads=True)
    dxs, dh0, dc0, dW_x, dW_h, db, dWy, dby = gradients
    named = {"xs": dxs.swapaxes(1, 2), "h0": dh0.T, "c0": dc0.T, "Wy": dWy, "Wy_bias": dby[:, None]}
    for gate, dW, db_gate in zip(GATES, torch.cat((dW_x, dW_h), 1).chunk(4), db.chunk(4), strict=True):
        named |= {gate: dW, f"{gate}_bias": db_gate[:, None]}
    arrays = {name: result.detach().swapaxes(-1, -2) for name, result in results.items()}
    arrays |= {f"grad_{name}": gradient for name, gradient in named.items()}
    return {name: np.ascontiguousarray(array.numpy().astype(np.float64)) for name, array in arrays.items()}


def jacobian_case() -> dict[str, Any]:
    """Draw a sequence of fifty steps and ask PyTorch for its Jacobians."""
    lstm, values = problem(50, 1, seed=50)
    inputs = {name: values[name] for name in ("xs", "h0", "c0")}
    return lstm.parameters() | inputs | jacobians(lstm, inputs)


def jacobians(lstm: LSTM, inputs: dict[str, Any]) -> dict[str, Any]:
    """Differentiate the last states with respect to those after every step.

    Returns ``dh_dh`` and ``dc_dc`` along the graph, and ``dc_dc_held`` where no gradient passes through any
    `h`; (T, H, H) each, and entry (t, j, k) is the derivative of unit j at the end to unit k after step t.
    """
    return {
        "dh_dh": _jacobians(lstm, inputs, state=0, hold_h=False),
        "dc_dc": _jacobians(lstm, inputs, state=1, hold_h=False),
        "dc_dc_held": _jacobians(lstm, inputs, state=1, hold_h=True),
    }


def _jacobians(lstm: LSTM, inputs: dict[str, Any], state: int, hold_h: bool) -> Any:
    """Run the graph and pull each unit's gradient back to every step."""
    cell, _ = cell_and_readout(lstm)
    h, c = (torch.tensor(inputs[name].T.copy(), requires_grad=True) for name in ("h0", "c0"))
    states = []
    for x in torch.tensor(inputs["xs"].swapaxes(1, 2).copy()):
        h, c = cell(x, (h.detach() if hold_h else h, c))
        states.append((h, c))
    rows = [
        torch.autograd.grad(
            states[-1][state][0, unit], [pair[state] for pair in states], retain_graph=True, allow_unused=True
        )
        for unit in range(lstm.hidden_size)
    ]
    return np.array([[row[t][0].numpy() for row in rows] for t in range(len(states))])
