"""Stacks and pairs in PyTorch: its modules run and go back, under our names.

`to_pytorch` fills the modules, or `from_pytorch` has read them. How gradients are named does not come from
there, but from `tests.parity.pytorch`.
"""

from typing import Any

import numpy as np
import torch

from lstm_tutorial import layer_parameters
from lstm_tutorial.interop import to_pytorch
from lstm_tutorial.layers import Layer, named_networks
from lstm_tutorial.network import Network
from tests.parity.pytorch import cell_of, tensor
from tests.problems import Values, layers_values, stack

# Kind, depth, directions.
CASES = {
    "LSTM_stack": ("LSTM", 2, 1),
    "LSTM_pairs": ("LSTM", 3, 2),
    "GRU_pairs": ("GRU, reset after", 2, 2),
    "RNN_pair": ("RNN", 1, 2),
}


def lengths_of(T: int, B: int, ragged: bool) -> Any:
    """Draw a length for each column: one at least, since PyTorch packs no empty sequence."""
    return np.r_[T, np.random.default_rng(T).integers(1, T + 1, B - 1)] if ragged else np.full(B, T)


def run(modules: list[Any], read_out: Any, layers: list[Layer], values: Values, lengths: Any) -> Values:
    """Run modules one above the other, with the masks of `values` between them, and go back.

    Returns `ys`, `hs` and the states by name, such as ``"0.h"``, and under ``grad_0.Wf`` and so on the
    gradient of the sum of all of them, each times its incoming gradient among `values`.
    """
    xs, starts = tensor(values["xs"]), {n: tensor(a) for n, a in values.items() if n.endswith(("h0", "c0"))}
    found: Values = {}
    steps, loss = xs, torch.zeros(())
    networks = iter([pair for names in named_networks(layers) for pair in names.items()])
    sources: dict[str, Any] = {}  # the parameters of PyTorch, by suffix, and the network whose they are
    for module, mask in zip(modules, [None, *values["masks"]], strict=False):
        suffixes = [f"_l{k}{end}" for k in range(module.num_layers) for end in ("", "_reverse")]
        suffixes = suffixes[:: 2 - module.bidirectional]
        mine = [(suffix, *next(networks)) for suffix in suffixes]
        sources |= {name: (module, suffix, network) for suffix, name, network in mine}
        parts = mine[0][2].state_names
        states = [torch.stack([starts[f"{name}.{part}0"] for _, name, _ in mine]) for part in parts]
        inputs = steps if mask is None else steps * tensor(mask).detach()
        packed = torch.nn.utils.rnn.pack_padded_sequence(inputs, torch.tensor(lengths), enforce_sorted=False)
        output, after = module(packed, tuple(states) if len(parts) > 1 else states[0])
        steps, _ = torch.nn.utils.rnn.pad_packed_sequence(output, total_length=len(xs))
        for part, state in zip(parts, after if len(parts) > 1 else (after,), strict=True):
            found |= {f"{name}.{part}": one for (_, name, _), one in zip(mine, state, strict=True)}
    valid = torch.tensor(np.arange(len(xs))[:, None] < lengths)[:, :, None]  # (T, B, 1)
    found |= {"hs": steps, "ys": torch.where(valid, read_out(steps), 0)}
    for name, result in found.items():
        loss = loss + (tensor(values[incoming(name)]).detach() * result).sum()
    loss.backward()
    gradients = {"xs": xs.grad.swapaxes(1, 2)} | {name: start.grad.T for name, start in starts.items()}
    for name, source in sources.items():
        gradients |= {f"{name}.{key}": gradient for key, gradient in of_weights(*source).items()}
    tops = named_networks(layers)[-1]
    for name, part in zip(tops, read_out.weight.grad.chunk(len(tops), 1), strict=True):
        gradients |= {f"{name}.Wy": part, f"{name}.Wy_bias": read_out.bias.grad[:, None]}
    arrays = {name: result.detach().swapaxes(-1, -2) for name, result in found.items()}
    arrays |= {f"grad_{name}": gradient for name, gradient in gradients.items()}
    return {name: np.ascontiguousarray(array.numpy()) for name, array in arrays.items()}


def incoming(result: str) -> str:
    """Return the name of the gradient that a result gets: "dys" for "ys", "0.dh" for "0.h"."""
    place, dot, name = result.rpartition(".")
    return f"{place}{dot}d{name}"


def of_weights(module: Any, suffix: str, network: Network) -> Values:
    """Return the gradients of one layer and direction of a module by the names of our weights."""
    dW_x, dW_h, db, db_hidden = (
        getattr(module, f"{part}{suffix}").grad for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    _, gates = cell_of(network)
    parts = (part.chunk(len(gates)) for part in (torch.cat((dW_x, dW_h), 1), db))
    gradients: Values = {}
    for gate, dW, db_gate in zip(gates, *parts, strict=True):
        gradients |= {gate: dW, f"{gate}_bias": db_gate[:, None]}
    return gradients | ({"Wn_hidden_bias": db_hidden.chunk(3)[2][:, None]} if "Wn" in gates else {})


def case(name: str) -> Values:
    """Draw layers, inputs, masks and lengths, and ask PyTorch for results and gradients."""
    layers = stack(*CASES[name], seed=len(name))
    values, lengths = layers_values(layers, 5, 4, len(name)), lengths_of(5, 4, ragged=True)
    modules = [to_pytorch([layer])[0] for layer in layers]
    _, read_out = to_pytorch([layers[-1]])
    arrays = layer_parameters(layers) | {name: array for name, array in values.items() if name != "masks"}
    arrays |= {f"mask{k}": mask for k, mask in enumerate(values["masks"]) if mask is not None}
    return arrays | {"lengths": lengths} | run(modules, read_out, layers, values, lengths)
