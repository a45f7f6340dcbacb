"""Draw the four gates of the example, unit by unit, in the first step and in the second."""

import numpy as np

from scripts.forward_pass import UNIT, first_step, second_step
from scripts.plotting import style
from scripts.plotting.stems import draw_units


def build() -> None:
    first, second = first_step(), second_step()
    figure, axes = style.new_figure(height=7.6, rows=4, sharex=True)
    for ax, name in zip(axes, ("f", "i", "c_tilde", "o"), strict=True):
        draw_units(ax, first, second, name)
        low = -1 if name == "c_tilde" else 0
        ax.set(ylim=(low, 1), yticks=[low, (low + 1) / 2, 1])
    axes[3].set_xlabel("hidden unit")
    style.corner_legend(axes[0], ncols=2, handlelength=1)
    sigmoids = np.concatenate([value for t in (first, second) for value in (t.f, t.i, t.o)])
    style.save(
        figure,
        "gates",
        title="The four gates of the example, unit by unit",
        description="Four rows of twenty stems, one per hidden unit: forget gate, input gate, candidate "
        f"and output gate. In both steps the three gates lie between {sigmoids.min():.2f} and "
        f"{sigmoids.max():.2f}, and the candidate takes both signs. Unit {UNIT} is marked: its forget gate "
        f"goes from {first.f[UNIT, 0]:.2f} in the first step to {second.f[UNIT, 0]:.2f} in the second.",
    )
