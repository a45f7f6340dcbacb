"""Networks and batches of sequences that several tests share. No test is here."""

from functools import partial
from typing import Any

import numpy as np

from lstm_tutorial import GRU, LSTM, RNN, Variant
from lstm_tutorial.network import Unrolled
from lstm_tutorial.variants import CHANGES

D, H, O = 3, 5, 2
NETWORKS: dict[str, Any] = {
    "LSTM": partial(LSTM, forget_bias=0.5),
    "RNN": RNN,
    "GRU, reset after": GRU,
    "GRU, reset before": partial(GRU, reset="before"),
} | {f"LSTM, {change}": partial(Variant, change=change) for change in CHANGES if change != "none"}
"""Every kind of network, by a name for it."""
LOSSES = {name: (name,) for name in ("dys", "dhs", "dh", "dc")} | {"all": ("dys", "dhs", "dh", "dc")}

Values = dict[str, Any]


def problem(
    T: int,
    B: int,
    seed: int = 0,
    dtype: Any = np.float64,
    sizes: tuple[int, int, int] = (D, H, O),
    network: str = "LSTM",
) -> tuple[Any, Values]:
    """Make a network, a batch of sequences with initial states, and a gradient for each result."""
    rng = np.random.default_rng(seed)
    D, H, O = sizes
    made = NETWORKS[network](D, H, O, rng=rng, dtype=dtype)
    for name, array in made.parameters().items():
        if array.shape[1] == 1 and name != "Wf_bias":
            setattr(made, name, rng.standard_normal(array.shape))
    shapes = {"xs": (T, D, B), "h0": (H, B), "c0": (H, B)}
    shapes |= {"dys": (T, O, B), "dhs": (T, H, B), "dh": (H, B), "dc": (H, B)}
    values = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    if "c" not in made.state_names:
        del values["c0"], values["dc"]
    return made, values


def split(values: Values) -> tuple[Values, Values]:
    """Separate what goes into `unroll` from what goes into `backpropagate`."""
    inputs = {name: value for name, value in values.items() if name in ("xs", "h0", "c0")}
    return inputs, {name: value for name, value in values.items() if name in LOSSES["all"]}


def random_lengths(T: int, B: int, seed: int = 0) -> Any:
    """Draw a length for each column, with the longest and the empty one among them where there is room."""
    lengths = np.random.default_rng(seed).integers(0, T + 1, B)
    lengths[:2] = [T, 0][:B]
    return lengths


def results(unrolled: Unrolled) -> Values:
    """Return the arrays that a forward pass gave, by name."""
    return {name: value for name, value in unrolled._asdict().items() if isinstance(value, np.ndarray)}


def relative_error(a: Any, b: Any) -> float:
    """Return the distance of two arrays in norm, relative to their size; 0 where both are 0."""
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size else 0.0
