"""The losses and the optimizers in PyTorch, on numbers drawn here.

PyTorch keeps examples in rows and knows no lengths: the valid steps are cut out column by column, so that its
mean is over these alone.
"""

from typing import Any

import numpy as np
import torch

# T, O, B and the lengths of each case, by its name. No T: outputs of shape (O, B).
LOSSES: dict[str, tuple[int | None, int, int, list[int] | None]] = {
    "one number": (None, 1, 1, None),
    "one step": (None, 4, 3, None),
    "sequence": (5, 3, 2, None),
    "lengths": (6, 4, 5, [6, 1, 0, 3, 5]),
    "one output": (4, 1, 3, [4, 2, 3]),
}

# The optimizer of PyTorch, and its settings, by the name of the case.
OPTIMIZERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "momentum": (torch.optim.SGD, {"lr": 0.03, "momentum": 0.9}),
    "adam": (torch.optim.Adam, {"lr": 0.01}),
    "other adam": (torch.optim.Adam, {"lr": 0.3, "betas": (0.5, 0.9), "eps": 1e-2}),
}
UPDATES = 50


def loss_case(name: str) -> dict[str, Any]:
    """Draw outputs and targets; let PyTorch compute both losses and their gradients."""
    T, O, B, lengths = LOSSES[name]
    rng = np.random.default_rng([1, list(LOSSES).index(name)])
    shape = (O, B) if T is None else (T, O, B)
    ys = 3 * rng.standard_normal(shape)  # (T, O, B)
    targets = rng.dirichlet(np.ones(O), (*shape[:-2], B)).swapaxes(-1, -2)  # (T, O, B), one in sum over O
    case = {"ys": ys, "targets": targets} | ({} if lengths is None else {"lengths": np.array(lengths)})
    for loss in ("squared_error", "softmax_cross_entropy"):
        outputs = torch.tensor(ys, requires_grad=True)
        steps, wanted = _true_steps(outputs, lengths), _true_steps(torch.tensor(targets), lengths)
        if loss == "squared_error":
            value = torch.nn.functional.mse_loss(steps, wanted) * O
        else:
            value = torch.nn.functional.cross_entropy(steps, wanted)
        value.backward()
        case |= {loss: value.detach().numpy(), f"{loss}_dys": outputs.grad.numpy()}
    return case


def _true_steps(ys: Any, lengths: list[int] | None) -> Any:
    """Return the columns of all steps that count, one below the other, (steps, O)."""
    if ys.ndim == 2:
        return ys.T
    lengths = lengths or [len(ys)] * ys.shape[2]
    return torch.cat([ys[:n, :, b] for b, n in enumerate(lengths)])


def optimizer_case(name: str) -> dict[str, Any]:
    """Draw two arrays and the gradients of fifty updates; let PyTorch take them, one after the other."""
    make, settings = OPTIMIZERS[name]
    rng = np.random.default_rng([2, list(OPTIMIZERS).index(name)])
    shapes = {"W": (2, 3), "b": (2, 1)}
    case = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    case |= {f"d{name}": rng.standard_normal((UPDATES, *shape)) for name, shape in shapes.items()}
    arrays = {name: torch.tensor(case[name], requires_grad=True) for name in shapes}
    optimizer = make(list(arrays.values()), **settings)
    after: dict[str, list[Any]] = {name: [] for name in shapes}
    for step in range(UPDATES):
        for name, array in arrays.items():
            array.grad = torch.tensor(case[f"d{name}"][step])
        optimizer.step()
        for name, array in arrays.items():
            after[name].append(array.detach().numpy().copy())
    return case | {f"{name}_after": np.array(values) for name, values in after.items()}
