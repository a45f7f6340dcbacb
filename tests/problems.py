"""Networks and batches of sequences that several tests share. No test is here."""

from functools import partial
from typing import Any

import numpy as np

from lstm_tutorial import GRU, LSTM, RNN, DropoutLSTM, LayerNormLSTM, Variant, dropout_mask, layer_parameters
from lstm_tutorial.layers import Layer, named_networks, rows_of
from lstm_tutorial.network import Unrolled
from lstm_tutorial.variants import CHANGES

D, H, O = 3, 5, 2


def normalized(*sizes: Any, rng: Any = None, **settings: Any) -> LayerNormLSTM:
    """Make an LSTM with layer normalization whose gains are not one."""
    network = LayerNormLSTM(*sizes, rng=rng, forget_bias=0.5, **settings)
    rng = np.random.default_rng(rng)
    network.gain_x, network.gain_h = rng.uniform(0.5, 1.5, (2, *network.gain_x.shape))
    network.c_gain = rng.uniform(0.5, 1.5, network.c_gain.shape)
    return network


def dropped(*sizes: Any, **settings: Any) -> DropoutLSTM:
    """Make an LSTM with fixed masks: it does not see every third unit, and every second is not updated."""
    network = DropoutLSTM(*sizes, forget_bias=0.5, **settings)
    units = np.arange(network.hidden_size)[:, None]  # (H, 1)
    return network.with_masks(h=1.5 * (units % 3 > 0), candidate=2.0 * (units % 2 == 0))


NETWORKS: dict[str, Any] = {
    "LSTM": partial(LSTM, forget_bias=0.5),
    "RNN": RNN,
    "GRU, reset after": GRU,
    "GRU, reset before": partial(GRU, reset="before"),
    "LayerNormLSTM": normalized,
    "DropoutLSTM": dropped,
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


def stack(
    kind: str, depth: int, directions: int, seed: int = 0, dtype: Any = np.float64, read_out: int | None = O
) -> list[Layer]:
    """Make layers of one kind of network, in one direction or two, the biases drawn as well."""
    rng = np.random.default_rng(seed)
    layers: list[Layer] = []
    for k in range(depth):
        sizes = (directions * H if k else D, H, read_out if k == depth - 1 else None)
        both = [NETWORKS[kind](*sizes, rng=rng, dtype=dtype) for _ in range(directions)]
        layers.append(both[0] if directions == 1 else (both[0], both[1]))
    for array in layer_parameters(layers).values():
        array[...] = 0.5 * rng.standard_normal(array.shape)
    return layers


def mixed_stack(dtype: Any = np.float64) -> list[Layer]:
    """Make a pair of two kinds and sizes, another kind above it, and a pair with read-outs at the top."""
    drawn: dict[str, Any] = {"rng": np.random.default_rng(0), "dtype": dtype}
    return [
        (GRU(D, 2, None, **drawn), LSTM(D, 4, None, **drawn)),
        RNN(6, H, None, **drawn),
        (LSTM(H, 3, O, **drawn), GRU(H, 2, O, reset="before", **drawn)),
    ]


def layers_values(layers: list[Layer], T: int, B: int, seed: int = 0) -> Values:
    """Draw inputs, initial states and masks for layers, and gradients for all of their results.

    The parts of a state have the names of their gradients, such as ``"0.h0"``; those of ``dstates`` are
    ``"0.dh"`` and so on. `in_form` makes of either what the functions take.
    """
    rng = np.random.default_rng(seed)
    named = named_networks(layers)
    top, dtype = list(named[-1].values()), next(iter(named[0].values())).dtype
    rows = [rows_of(networks) for networks in named]
    shapes: dict[str, tuple[int, ...]] = {
        "xs": (T, next(iter(named[0].values())).input_size, B),
        "dhs": (T, rows[-1], B),
    }
    if top[0].output_size is not None:
        shapes["dys"] = (T, top[0].output_size, B)
    for name, network in [pair for networks in named for pair in networks.items()]:
        for state in network.state_names:
            shapes |= dict.fromkeys((f"{name}.{state}0", f"{name}.d{state}"), (network.hidden_size, B))
    values: Values = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    # The first gap has a mask at each step, the next one mask for all steps, and the next none.
    masks = [dropout_mask(((T, n, B), (n, B))[k % 2], 0.3, rng=rng) for k, n in enumerate(rows[:-1][:2])]
    return values | {"masks": masks + [None] * (len(rows) - 1 - len(masks))}


def in_form(layers: list[Layer], values: Values, form: str) -> list[Any]:
    """Return the parts of the states among `values` as the functions take them; `form` is "{}0" or "d{}"."""
    states = []
    for networks in named_networks(layers):
        both = [
            tuple([values[f"{name}.{form.format(state)}"] for state in network.state_names])
            for name, network in networks.items()
        ]
        parts = [part if len(part) > 1 else part[0] for part in both]
        states.append(parts[0] if len(parts) == 1 else tuple(parts))
    return states


def parts(states: Any) -> list[Any]:
    """Return all arrays of states, the lowest layer's first."""
    return [states] if isinstance(states, np.ndarray) else [a for part in states for a in parts(part)]
