"""Draw the one unit that holds the bit: its gates and states over a string and its twin."""

import numpy as np

from scripts.plotting import style
from scripts.plotting.inside import carrying_unit, label_symbols, shown, twins
from scripts.plotting.tiles import heat, heat_key


def build() -> None:
    unit = carrying_unit("reber")
    figure, axes = style.new_figure(height=4.4, rows=3, height_ratios=[10, 10, 1.2])
    for ax, (letter, run) in zip(axes, twins().items(), strict=False):
        values = np.array([getattr(run, name)[:, unit, 0] for name in style.STEP_VALUES])  # (6, T)
        heat(ax, values)
        label_symbols(ax, shown(letter))
        ax.set_title(f"unit {unit}, second symbol {letter}")
        ax.set_yticks(range(len(values)), [title for _, title in style.STEP_VALUES.values()])
    axes[1].set_xlabel("symbol that is read")
    heat_key(axes[2])
    style.save(
        figure,
        "inside_unit",
        title="Gates and states of the unit that holds the bit",
        description="Two heat maps of six rows, forget gate, input gate, candidate, output gate, cell "
        "state and hidden state of one unit, a column per symbol. The gates are much alike for T and for "
        "P. The candidate at the second symbol, and from there the cell state to the end, have opposite "
        "signs.",
    )
