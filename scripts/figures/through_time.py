"""Both states of the example's cell over forty steps of random input, unit by unit.

The weights and the first two inputs are those of the example; the inputs after them come from the same
source. Nothing is trained here.
"""

import numpy as np

from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import INPUT_SEED, example
from scripts.plotting import style
from scripts.plotting.tiles import heat, heat_key

STEPS = 40


def states() -> tuple[FloatArray, FloatArray]:
    """Return the cell states and the hidden states after every step, (T, H) each."""
    lstm, _ = example()
    xs = np.random.default_rng(INPUT_SEED).standard_normal((STEPS, 10, 1))  # (T, D, B)
    h, c = lstm.initial_state()  # (H, B) each
    cs, hs = [], []
    for x in xs:
        _, h, c = lstm.forward(x, h, c)
        cs.append(c[:, 0])  # (H,)
        hs.append(h[:, 0])  # (H,)
    return np.array(cs), np.array(hs)  # (T, H) each


def build() -> None:
    """Draw ``docs/_generated/through_time.svg``."""
    cs, hs = states()
    figure, axes = style.new_figure(height=6.2, rows=3, height_ratios=[20, 20, 1.6])
    for ax, values, name in ((axes[0], cs, "cell state c"), (axes[1], hs, "hidden state h")):
        heat(ax, values.T)
        ax.set(title=name, ylabel="unit", yticks=[0, 5, 10, 15], xticks=[0, 9, 19, 29, 39])
        ax.set_xticklabels(["1", "10", "20", "30", "40"])
    axes[1].set_xlabel("step")
    heat_key(axes[2])
    style.save(
        figure,
        "through_time",
        title="Both states over forty steps, unit by unit",
        description=(
            "Two heat maps of twenty rows, one per unit, and forty columns, one per step: the cell state "
            "above, the hidden state below. Neighbours in a row are often of like shade, tiles five steps "
            "apart hardly. The hidden state has the same pattern in paler shades."
        ),
    )
