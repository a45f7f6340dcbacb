"""The cell states of the trained Reber network, unit by unit, over a string and its twin.

The twins differ in the second symbol alone (and in the second last, which repeats it). The network and its
measurements are those of `scripts.experiments.inside`; nothing is trained here.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lstm_tutorial import StepTrace, trace_sequence
from lstm_tutorial.tasks import encode_reber
from scripts.experiments.inside import load, networks
from scripts.plotting import style

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
    unit: int = networks()[task]["measured"]["unit"]
    return unit


def frame_row(axes: Axes, row: int, columns: int) -> None:
    """Draw a frame around a row of tiles."""
    box = Rectangle((-0.5, row - 0.5), columns, 1, fill=False, edgecolor=style.COLOURS["ink"], linewidth=1.4)
    box.set_clip_on(False)
    axes.add_patch(box)


def label_symbols(axes: Axes, symbols: str) -> None:
    """Write the symbols that are read below the tiles."""
    axes.set(xticks=range(len(symbols)))
    axes.set_xticklabels(list(symbols))


def build() -> None:
    """Draw ``docs/_generated/inside_reber.svg``."""
    unit = carrying_unit("reber")
    figure, axes = style.new_figure(height=8.4, rows=3, height_ratios=[20, 20, 1.2])
    for ax, (letter, run) in zip(axes, twins().items(), strict=False):
        c = run.c[:, :, 0].T  # (H, T)
        style.heat(ax, c, -2.0, 2.0)
        frame_row(ax, unit, c.shape[1])
        label_symbols(ax, shown(letter))
        ax.set(title=f"cell state, second symbol {letter}", ylabel="unit", yticks=range(0, len(c), 2))
    axes[1].set_xlabel("symbol that is read")
    style.heat_key(axes[2], -2.0, 2.0, label="value of a tile")
    axes[2].set_xticklabels(["−2 or less", "0", "2 or more"])
    style.save(
        figure,
        "inside_reber",
        title="Cell states of every unit over two strings that differ in one bit",
        description=(
            "Two heat maps, a row per unit and a column per symbol, for the same string with T and with P "
            "in second place. Most rows change with the symbols and look alike in both maps. The framed row "
            "takes opposite shades in the two maps at the second symbol and holds them to the end."
        ),
    )
