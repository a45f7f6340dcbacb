"""Numbers that PyTorch and other frameworks computed once, for tests that run without them.

`python tests/parity/golden.py` wrote the files here and writes them again. They hold plain arrays, no pickle.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@cache
def read(name: str) -> dict[str, dict[str, Any]]:
    """Read ``name.npz``: the arrays of each case, by the names of the case and of the array."""
    cases: dict[str, dict[str, Any]] = {}
    with np.load(Path(__file__).parent / f"{name}.npz", allow_pickle=False) as archive:
        for key in archive:
            case, array_name = key.split("/")
            cases.setdefault(case, {})[array_name] = archive[key]
            cases[case][array_name].flags.writeable = False  # everyone reads the same array
    return cases
