"""What is left of the first input in a plain unit: powers of its weight, as numbers on tiles."""

import numpy as np

from scripts.plotting import style
from scripts.plotting.tiles import heat

WEIGHTS = (0.5, 0.9, 1.0, 1.1)
STEPS = (1, 2, 5, 10, 20, 50)


def build() -> None:
    """Draw ``docs/_generated/fading.svg``."""
    left = np.power.outer(np.array(WEIGHTS), STEPS)  # (weights, steps)
    figure, axes = style.new_figure(height=2.5)
    heat(axes, np.minimum(left, 1.0), -2.0, 2.0)  # pale enough to read numbers on
    for (row, column), value in np.ndenumerate(left):
        text = f"{value:.2g}" if value < 10 else f"{value:.0f}"
        if value < 0.001:
            text = style.magnitude(value).removeprefix("about ")
        axes.text(column, row, text, ha="center", va="center")
    axes.set(yticks=range(len(WEIGHTS)), xticks=range(len(STEPS)))
    axes.set_yticklabels([f"w = {w}" for w in WEIGHTS])
    axes.set_xticklabels(STEPS)
    axes.set_xlabel("steps after the input")
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    style.save(
        figure,
        "fading",
        title="What is left of one input in a plain unit",
        description=(
            "A table of tiles, one row per weight and one column per number of steps. With a weight of "
            f"{WEIGHTS[0]}, {style.magnitude(left[0, 3])} of the input is left after {STEPS[3]} steps. With "
            f"{WEIGHTS[1]}, {left[1, -1]:.2g} is left after {STEPS[-1]}. With 1 nothing changes, and with "
            f"{WEIGHTS[-1]} it has grown to {left[-1, -1]:.0f} after {STEPS[-1]}."
        ),
    )
