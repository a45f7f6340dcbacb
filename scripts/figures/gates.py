"""The four gates of the example, unit by unit, in the first step and in the second.

Draws what `scripts.forward_pass` computed and computes nothing itself.
"""

import numpy as np

from scripts.forward_pass import UNIT, first_step, second_step
from scripts.plotting import style
from scripts.plotting.stems import draw_units


def build() -> None:
    """Draw ``docs/_generated/gates.svg``."""
    first, second = first_step(), second_step()
    figure, axes = style.new_figure(height=7.6, rows=4, sharex=True)
    draw_units(axes[0], first.f, second.f, "forget", "forget gate f")
    draw_units(axes[1], first.i, second.i, "input", "input gate i")
    draw_units(axes[2], first.c_tilde, second.c_tilde, "candidate", "candidate c̃")
    draw_units(axes[3], first.o, second.o, "output", "output gate o")
    for k in (0, 1, 3):
        axes[k].set(ylim=(0, 1), yticks=[0, 0.5, 1])
    axes[2].set(ylim=(-1, 1), yticks=[-1, 0, 1])
    axes[3].set_xlabel("hidden unit")
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, borderaxespad=0.2, handlelength=1)
    sigmoids = np.concatenate([value for t in (first, second) for value in (t.f, t.i, t.o)])
    style.save(
        figure,
        "gates",
        title="The four gates of the example, unit by unit",
        description=(
            "Four rows of twenty stems, one per hidden unit: forget gate, input gate, candidate and output "
            f"gate. In both steps the three gates lie between {sigmoids.min():.2f} and {sigmoids.max():.2f}, "
            f"and the candidate takes both signs. Unit {UNIT} is marked: its forget gate goes from "
            f"{first.f[UNIT, 0]:.2f} in the first step to {second.f[UNIT, 0]:.2f} in the second."
        ),
    )
