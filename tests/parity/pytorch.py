"""The same networks in PyTorch: its parameters filled with ours, its autograd asked for ours by name.

PyTorch keeps examples in rows, the gates of an LSTM in the order i, f, g, o, and two biases that it adds.
Ours keeps examples in columns, f, i, c_tilde, o, and one bias.
"""

from itertools import product
from typing import Any

import numpy as np
import torch

from lstm_tutorial import GRU, LayerNormLSTM
from lstm_tutorial.network import Network
from tests.problems import LOSSES, problem, random_lengths


class GRUCellBefore(torch.nn.GRUCell):  # type: ignore[misc]
    """The form that PyTorch does not have: the reset gate multiplies h before the product."""

    def forward(self, x: Any, h: Any) -> Any:
        """Compute equations 5 to 8 of Cho et al. (2014)."""
        from_x = torch.nn.functional.linear(x, self.weight_ih, self.bias_ih)  # (B, 3H)
        in_r, in_z, in_n = from_x.chunk(3, 1)  # (B, H) each
        W_r, W_z, W_n = self.weight_hh.chunk(3)  # (H, H) each
        r, z = torch.sigmoid(in_r + h @ W_r.T), torch.sigmoid(in_z + h @ W_z.T)  # (B, H) each
        return (1 - z) * torch.tanh(in_n + (r * h) @ W_n.T) + z * h


class NormalizedCell(torch.nn.LSTMCell):  # type: ignore[misc]
    """Equations 20 to 22 of Ba, Kiros & Hinton (2016), with our order of the gates and one bias."""

    def __init__(self, D: int, H: int, dtype: Any) -> None:
        super().__init__(D, H, dtype=dtype)
        sizes = {"gain_x": 4 * H, "gain_h": 4 * H, "c_gain": H, "c_bias": H}
        for name, size in sizes.items():
            self.register_parameter(name, torch.nn.Parameter(torch.ones(size, dtype=dtype)))

    def forward(self, x: Any, state: Any) -> Any:
        """Normalize what the input adds, what h adds, and c on its way to h."""
        h, c = state
        normal, linear = torch.nn.functional.layer_norm, torch.nn.functional.linear
        from_x, from_h = linear(x, self.weight_ih), linear(h, self.weight_hh)  # (B, 4H) each
        a = normal(from_x, from_x.shape[1:], self.gain_x) + normal(from_h, from_h.shape[1:], self.gain_h)
        f, i, g, o = (a + self.bias_ih).chunk(4, 1)  # (B, H) each
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(normal(c, c.shape[1:], self.c_gain, self.c_bias)), c


class DroppedCell(torch.nn.LSTMCell):  # type: ignore[misc]
    """The masks of `tests.problems.dropped`, at h before the gates and at the candidate."""

    def forward(self, x: Any, state: Any) -> Any:
        """Compute the LSTM in our order of the gates, with the masks."""
        h, c = state
        linear, units = torch.nn.functional.linear, torch.arange(h.shape[1])
        read = h * (1.5 * (units % 3 > 0)).to(h.dtype)
        f, i, g, o = (linear(x, self.weight_ih, self.bias_ih) + linear(read, self.weight_hh)).chunk(4, 1)
        added = torch.tanh(g) * (2.0 * (units % 2 == 0)).to(h.dtype)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * added
        return torch.sigmoid(o) * torch.tanh(c), c


OURS = ("Wf", "Wi", "Wc", "Wo")
MORE = ("gain_x", "gain_h", "c_gain", "c_bias")
"""What a cell of ours here has beside PyTorch's four arrays, under the same names in both."""

CELLS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "LSTM": (torch.nn.LSTMCell, ("Wi", "Wf", "Wc", "Wo")),
    "RNN": (torch.nn.RNNCell, ("Wh",)),
    "GRU, reset after": (torch.nn.GRUCell, ("Wr", "Wz", "Wn")),
    "GRU, reset before": (GRUCellBefore, ("Wr", "Wz", "Wn")),
    "LayerNormLSTM": (NormalizedCell, OURS),
    "DropoutLSTM": (DroppedCell, OURS),
}
"""PyTorch's cell and our weights in PyTorch's order, by the network's name in `tests.problems`."""

# T, B, which results the loss uses, and whether the columns have lengths of their own.
CASES = {
    f"T{T}-B{B}-{loss}-{'ragged' if ragged else 'full'}": (T, B, loss, ragged)
    for (T, loss, ragged), B in zip(
        product((0, 1, 2, 5, 13), LOSSES, (False, True)), [1, 2, 3, 4, 5, 6, 7] * 8, strict=False
    )
} | {"T50-B2-all-full": (50, 2, "all", False), "T50-B2-all-ragged": (50, 2, "all", True)}


def tensor(array: Any) -> Any:
    """Return an array with examples in rows, ready to be differentiated."""
    return torch.tensor(np.ascontiguousarray(np.swapaxes(array, -1, -2)), requires_grad=True)


def cell_of(network: Network) -> tuple[Any, tuple[str, ...]]:
    """Return the entry of `CELLS` for a network."""
    return CELLS[f"GRU, reset {network.reset}" if isinstance(network, GRU) else type(network).__name__]


def cell_and_read_out(network: Network) -> tuple[Any, torch.nn.Linear]:
    """Return PyTorch's cell and read-out with our weights."""
    D, H, O = network.input_size, network.hidden_size, network.output_size
    assert O is not None
    dtype = torch.float64 if network.dtype == np.float64 else torch.float32
    make, names = cell_of(network)
    cell, read_out = make(D, H, dtype=dtype), torch.nn.Linear(H, O, dtype=dtype)
    W = np.concatenate([getattr(network, name) for name in names])  # (4H, D+H) for an LSTM
    b = np.concatenate([getattr(network, f"{name}_bias") for name in names])[:, 0]  # (4H,)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.from_numpy(W[:, :D]))
        cell.weight_hh.copy_(torch.from_numpy(W[:, D:]))
        cell.bias_ih.copy_(torch.from_numpy(b))
        cell.bias_hh.zero_()
        if isinstance(network, GRU) and network.reset == "after":
            cell.bias_hh[2 * H :] = torch.from_numpy(network.Wn_hidden_bias[:, 0])
        for name in MORE if isinstance(network, LayerNormLSTM) else ():
            getattr(cell, name).copy_(torch.from_numpy(getattr(network, name).ravel()))
        read_out.weight.copy_(torch.from_numpy(network.Wy))
        read_out.bias.copy_(torch.from_numpy(network.Wy_bias[:, 0]))
    return cell, read_out


def sequence(network: Network, values: dict[str, Any], lengths: Any) -> dict[str, Any]:
    """Run PyTorch's cell along the sequence, in a loop that knows lengths, and go back.

    Returns `ys`, `hs`, `h` and `c`, and under `grad_xs`, `grad_Wf` and so on the gradient of the sum of
    ``dys * ys``, ``dhs * hs``, ``dh * h`` and ``dc * c``, as far as they are given.
    """
    cell, read_out = cell_and_read_out(network)
    xs = tensor(values["xs"])  # (T, B, D)
    initial = [tensor(values[f"{name}0"]) for name in network.state_names]  # (B, H) each
    state, hs, ys = list(initial), [], []
    for t, x in enumerate(xs):
        valid = torch.tensor(t < lengths)[:, None]  # (B, 1)
        after = cell(x, tuple(state) if len(state) > 1 else state[0])
        after = after if isinstance(after, tuple) else (after,)
        state = [torch.where(valid, new, old) for new, old in zip(after, state, strict=True)]
        hs.append(torch.where(valid, state[0], 0))
        ys.append(torch.where(valid, read_out(state[0]), 0))
    B, dtype = len(lengths), xs.dtype
    found = {
        "ys": torch.stack(ys) if ys else torch.zeros(0, B, network.output_size, dtype=dtype),
        "hs": torch.stack(hs) if hs else torch.zeros(0, B, network.hidden_size, dtype=dtype),
    } | dict(zip(network.state_names, state, strict=True))
    loss = 0 * initial[0].sum()  # has a graph even where no step uses the inputs
    for name, result in found.items():
        if f"d{name}" in values:
            loss = loss + (tensor(values[f"d{name}"]).detach() * result).sum()
    sources = [xs, *initial, *cell.parameters(), *read_out.parameters()]
    gradients = iter(torch.autograd.grad(loss, sources, allow_unused=True, materialize_grads=True))
    named = {"xs": next(gradients).swapaxes(1, 2)}
    named |= {f"{name}0": next(gradients).T for name in network.state_names}
    dW_x, dW_h, db, db_hidden, *more, dWy, dby = gradients
    _, names = cell_of(network)
    parts = (part.chunk(len(names)) for part in (torch.cat((dW_x, dW_h), 1), db))
    for name, dW, db_gate in zip(names, *parts, strict=True):
        named |= {name: dW, f"{name}_bias": db_gate[:, None]}
    if isinstance(network, GRU) and network.reset == "after":
        named["Wn_hidden_bias"] = db_hidden.chunk(3)[2][:, None]
    for name, gradient in zip(MORE, more, strict=False):
        named[name] = gradient.reshape(getattr(network, name).shape)
    named |= {"Wy": dWy, "Wy_bias": dby[:, None]}
    arrays = {name: result.detach().swapaxes(-1, -2) for name, result in found.items()}
    arrays |= {f"grad_{name}": gradient for name, gradient in named.items()}
    return {name: np.ascontiguousarray(array.numpy()) for name, array in arrays.items()}


def sequence_case(kind: str, name: str) -> dict[str, Any]:
    """Draw one case and ask PyTorch: weights, inputs, incoming gradients, lengths, results, gradients."""
    T, B, loss, ragged = CASES[name]
    seed = list(CASES).index(name)
    network, values = problem(T, B, seed, network=kind)
    values = {key: value for key, value in values.items() if key[0] != "d" or key in LOSSES[loss]}
    lengths = random_lengths(T, B, seed) if ragged else np.full(B, T)
    case: dict[str, Any] = network.parameters() | values | {"lengths": lengths}
    return case | sequence(network, values, lengths)


def jacobian_case() -> dict[str, Any]:
    """Draw a sequence of fifty steps and ask PyTorch for the Jacobians of an LSTM.

    Beside weights and inputs, returns ``dh_dh`` and ``dc_dc`` along the graph, and ``dc_dc_held`` where no
    gradient passes through any `h`; (T, H, H) each. Entry (t, j, k) is the derivative of unit j at the end
    with respect to unit k after step t.
    """
    lstm, values = problem(50, 1, seed=50)
    inputs = {name: values[name] for name in ("xs", "h0", "c0")}
    case: dict[str, Any] = lstm.parameters() | inputs
    case["dh_dh"] = _jacobians(lstm, inputs, state=0, hold_h=False)
    case["dc_dc"] = _jacobians(lstm, inputs, state=1, hold_h=False)
    case["dc_dc_held"] = _jacobians(lstm, inputs, state=1, hold_h=True)
    return case


def _jacobians(lstm: Network, inputs: dict[str, Any], state: int, hold_h: bool) -> Any:
    """Run the graph and pull each unit's gradient back to every step."""
    cell, _ = cell_and_read_out(lstm)
    h, c = tensor(inputs["h0"]), tensor(inputs["c0"])
    states = []
    for x in tensor(inputs["xs"]).detach():
        h, c = cell(x, (h.detach() if hold_h else h, c))
        states.append((h, c))
    rows = [
        torch.autograd.grad(
            states[-1][state][0, unit], [pair[state] for pair in states], retain_graph=True, allow_unused=True
        )
        for unit in range(lstm.hidden_size)
    ]
    return np.array([[row[t][0].numpy() for row in rows] for t in range(len(states))])
