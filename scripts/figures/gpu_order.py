"""Draw in which turn each product of a layer can be taken: of the inputs, and of the hidden states."""

import numpy as np

from scripts.plotting import style
from scripts.plotting.tiles import heat

SEQUENCES, STEPS = 3, 8


def build() -> None:
    at_once = np.ones((SEQUENCES, STEPS), int)
    one_by_one = np.tile(np.arange(1, STEPS + 1), (SEQUENCES, 1))
    figure, panels = style.new_figure(height=3.4, rows=2)
    titles = ("Wₓ xₜ: all steps in one turn", "Wₕ hₜ₋₁: one turn for each step")
    for axes, turns, title in zip(panels, (at_once, one_by_one), titles, strict=True):
        heat(axes, turns, 0.0, 2.0 * STEPS)  # pale enough to read numbers on
        for (b, t), turn in np.ndenumerate(turns):
            axes.text(t, b, str(turn), ha="center", va="center")
        axes.set_title(title)
        axes.set(xticks=range(STEPS), xticklabels=range(1, STEPS + 1), yticks=range(SEQUENCES))
        axes.set_yticklabels([f"sequence {b + 1}" for b in range(SEQUENCES)])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    panels[1].set_xlabel("step")
    style.save(
        figure,
        "gpu_order",
        title="The turn in which each product can be taken",
        description="Two maps of three sequences by eight steps. Above, for the products of the inputs, "
        "every tile has the number 1. Below, for the products of the hidden states, the number is that of "
        "the step, from 1 to 8, and the same in all three sequences.",
    )
