"""What the figures of two trained networks share: a Reber string and its twin, and the unit that carries.

The twins differ in the second symbol alone (and in the second last, which repeats it). The networks and their
measurements are those of `scripts.experiments.inside`. The weights are for live views.
"""

import base64

from matplotlib.axes import Axes

from lstm_tutorial import StepTrace, trace_sequence
from lstm_tutorial.tasks import encode_reber
from scripts.experiments.inside import load, networks
from scripts.files import GENERATED, write_atomically

INNER = "BTSXXTVPXVVE"
"""A string of the Reber grammar in which T, P and a loop occur."""


def twins() -> dict[str, StepTrace]:
    """Return what happens inside the network over the string that begins with BT, and with BP."""
    lstm = load("reber")
    return {letter: trace_sequence(lstm, encode_reber(shown(letter))) for letter in "TP"}


def shown(letter: str) -> str:
    """Return the symbols that the network reads; the last E it only predicts."""
    return f"B{letter}{INNER}{letter}"


def carrying_unit(task: str) -> int:
    """Return the unit without which the network is worst."""
    return int(networks()[task]["measured"]["unit"])


def label_symbols(axes: Axes, symbols: str) -> None:
    """Write the symbols that are read below the tiles."""
    axes.set_xticks(range(len(symbols)), list(symbols))


def write_weights(task: str) -> None:
    """Write all weights and biases, in the order of the package, as 32-bit numbers in base64."""
    arrays = load(task).parameters()
    names = [f"W{gate}{bias}" for bias in ("", "_bias") for gate in "fico"]
    stored = b"".join(arrays[name].astype("<f4").tobytes() for name in [*names, "Wy", "Wy_bias"])
    write_atomically(GENERATED / f"inside_{task}.txt", base64.b64encode(stored).decode())
