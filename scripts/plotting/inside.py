"""What the figures of two trained networks share: a Reber string and its twin, and the unit that carries.

The twins differ in the second symbol alone (and in the second last, which repeats it). The networks and their
measurements are those of `scripts.experiments.inside`.
"""

from matplotlib.axes import Axes

from lstm_tutorial import StepTrace, trace_sequence
from lstm_tutorial.tasks import encode_reber
from scripts.experiments.inside import load, networks

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
