"""Write the numbers of PyTorch, Keras and ONNX Runtime that tests compare with where these are not installed.

`python -m tests.parity.golden` writes ``tests/golden/*.npz``: plain arrays, no pickle, the same bytes for the
same numbers. The networks' weights and inputs are drawn here and stored beside what the others compute from
them, so the tests depend on no generator. `tests/parity` repeats every number.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np

from scripts.files import write_atomically
from tests.parity import frameworks, layers, pytorch, training

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
        "interop": {name: frameworks.case(name) for name in frameworks.CASES},
        "layers": {name: layers.case(name) for name in layers.CASES},
        "jacobians": {"T50": pytorch.jacobian_case()},
        "losses": {name: training.loss_case(name) for name in training.LOSSES},
        "optimizers": {name: training.optimizer_case(name) for name in training.OPTIMIZERS},
    }


if __name__ == "__main__":
    for file, found in cases().items():
        buffer = io.BytesIO()
        arrays = {f"{case}/{key}": array for case, kept in found.items() for key, array in kept.items()}
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        write_atomically(FOLDER / f"{file}.npz", buffer.getvalue())
