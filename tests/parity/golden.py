"""Write the numbers of PyTorch that the tests compare with where PyTorch is not installed.

`uv run --group parity python tests/parity/golden.py` writes ``tests/golden/*.npz``: plain float64 arrays, no
pickle, the same bytes for the same numbers. The networks' weights and inputs are drawn here and stored
beside what PyTorch computes from them, so the tests depend on no generator. `tests/parity` repeats every
number.
"""

from pathlib import Path
from typing import Any

import numpy as np

from lstm_tutorial import LSTM
from tests.parity import pytorch, rnn, sequence, training

FOLDER = Path(__file__).resolve().parents[1] / "golden"

# D, H, O, B of each case, by its name.
STEPS = {
    "smallest": (1, 1, 1, 1),
    "vector": (3, 4, 2, 1),
    "batch": (3, 4, 2, 5),
    "example": (10, 20, 5, 1),
    "wide": (12, 3, 7, 4),
    "tall": (2, 17, 1, 3),
}


def step_case(name: str) -> dict[str, Any]:
    """Draw one case and ask PyTorch: weights, inputs, incoming gradients, results, gradients."""
    D, H, O, B = STEPS[name]
    rng = np.random.default_rng(list(STEPS).index(name))
    lstm = LSTM(D, H, O)
    for key, array in lstm.parameters().items():
        setattr(lstm, key, rng.standard_normal(array.shape) / np.sqrt(array.shape[1]))
    inputs = {"x": rng.standard_normal((D, B))}  # (D, B)
    inputs |= {key: rng.standard_normal((H, B)) for key in ("h_prev", "c_prev")}  # (H, B) each
    incoming = {"dy": rng.standard_normal((O, B))}  # (O, B)
    incoming |= {key: rng.standard_normal((H, B)) for key in ("dh", "dc")}  # (H, B) each
    return lstm.parameters() | inputs | incoming | pytorch.step(lstm, inputs, incoming)


def write(name: str, cases: dict[str, dict[str, Any]]) -> None:
    """Write the arrays of all cases as ``case/array`` into one file, moved into place when it is whole."""
    arrays = {f"{case}/{key}": value for case, values in cases.items() for key, value in values.items()}
    temporary = FOLDER / f".{name}.npz"
    np.savez_compressed(temporary, allow_pickle=False, **arrays)
    temporary.replace(FOLDER / f"{name}.npz")


def main() -> None:
    write("lstm_step", {name: step_case(name) for name in STEPS})
    write("rnn", {name: rnn.case(name) for name in rnn.CASES})
    write("sequence", {name: sequence.case(name) for name in sequence.CASES})
    write("jacobians", {"T50": sequence.jacobian_case()})
    write("losses", {name: training.loss_case(name) for name in training.LOSSES})
    write("optimizers", {name: training.optimizer_case(name) for name in training.OPTIMIZERS})


if __name__ == "__main__":
    main()
