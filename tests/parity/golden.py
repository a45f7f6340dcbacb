"""Write the numbers of PyTorch that the tests compare with where PyTorch is not installed.

`python -m tests.parity.golden` writes ``tests/golden/*.npz``: plain float64 arrays, no pickle, the same bytes
for the same numbers. The networks' weights and inputs are drawn here and stored beside what PyTorch computes
from them, so the tests depend on no generator. `tests/parity` repeats every number.
"""

from pathlib import Path
from typing import Any

import numpy as np

from tests.parity import pytorch, training

FOLDER = Path(__file__).resolve().parents[1] / "golden"


def cases() -> dict[str, dict[str, Any]]:
    """Return all cases, by the file and the name of the case."""
    sequences = {
        f"{kind.lower().replace(', reset ', '_')}_sequence": {
            name: pytorch.sequence_case(kind, name)
            for name in pytorch.CASES
            if kind == "LSTM" or "all" in name  # of the others, only the cases with a loss on every result
        }
        for kind in pytorch.CELLS
    }
    return sequences | {
        "jacobians": {"T50": pytorch.jacobian_case()},
        "losses": {name: training.loss_case(name) for name in training.LOSSES},
        "optimizers": {name: training.optimizer_case(name) for name in training.OPTIMIZERS},
    }


def write(name: str, arrays: dict[str, Any]) -> None:
    """Write arrays into one file, moved into place when it is whole."""
    temporary = FOLDER / f".{name}.npz"
    np.savez_compressed(temporary, allow_pickle=False, **arrays)
    temporary.replace(FOLDER / f"{name}.npz")


if __name__ == "__main__":
    for file, found in cases().items():
        write(
            file, {f"{case}/{key}": value for case, values in found.items() for key, value in values.items()}
        )
