"""Draw both states of the example's cell over forty steps of random input, unit by unit.

The weights and the first two inputs are those of the example; the generator that drew these goes on to draw
the others.
"""

import numpy as np

from lstm_tutorial import trace_sequence
from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import INPUT_SEED, example
from scripts.plotting import style
from scripts.plotting.tiles import heat, heat_key

STEPS = 40


def states() -> tuple[FloatArray, FloatArray]:
    """Return the cell states and the hidden states after every step, (T, H) each."""
    lstm, _ = example()
    xs = np.random.default_rng(INPUT_SEED).standard_normal((STEPS, 10, 1))  # (T, D, B)
    trace = trace_sequence(lstm, xs)
    return trace.c[:, :, 0], trace.h[:, :, 0]  # (T, H) each


def build() -> None:
    cs, hs = states()
    figure, axes = style.new_figure(height=4.2, rows=3, height_ratios=[20, 20, 2])
    for ax, values, name in ((axes[0], cs, "cell state c"), (axes[1], hs, "hidden state h")):
        heat(ax, values.T)
        ax.set(title=name, ylabel="unit", yticks=[0, 5, 10, 15])
        ax.set_xticks([0, 9, 19, 29, 39], ["1", "10", "20", "30", "40"])
    axes[1].set_xlabel("step")
    heat_key(axes[2])
    style.save(
        figure,
        "through_time",
        title="Both states over forty steps, unit by unit",
        description="Two heat maps of twenty rows, one per unit, and forty columns, one per step: the cell "
        "state above, the hidden state below. Neighbors in a row often have similar shades, and tiles "
        "five steps apart rarely do. The hidden state has the same pattern in paler shades.",
    )
