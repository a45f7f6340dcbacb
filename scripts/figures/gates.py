"""The four gates of the example, unit by unit, in the first step and in the second.

Draws what `scripts.forward_pass` computed and computes nothing itself. `units` is shared with `states`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import UNIT, first_step, second_step
from scripts.plotting import style


def units(axes: Axes, first: FloatArray, second: FloatArray, colour: str, title: str) -> None:
    """Draw a value of every unit: filled in the first step, open in the second. Both are (H, 1)."""
    H = len(first)
    ink = style.COLOURS[colour]
    axes.axvspan(UNIT - 0.35, UNIT + 0.65, color=style.COLOURS["grid"], linewidth=0)
    axes.axhline(0, color=style.COLOURS["muted"], linewidth=0.8)
    axes.vlines(range(H), 0, first[:, 0], color=ink, linewidth=2.4)
    axes.vlines([k + 0.3 for k in range(H)], 0, second[:, 0], color=ink, linewidth=0.8)
    axes.plot(range(H), first[:, 0], "o", color=ink, label="first step")
    axes.plot(
        [k + 0.3 for k in range(H)],
        second[:, 0],
        "o",
        color=ink,
        markerfacecolor=style.COLOURS["ground"],
        label="second step",
    )
    axes.set(title=title, xlim=(-0.8, H - 0.1), xticks=range(0, H, 2))
    axes.grid(False, axis="x")


def build() -> None:
    """Draw ``docs/_generated/gates.svg``."""
    first, second = first_step(), second_step()
    figure, axes = style.new_figure(height=7.6, rows=4, sharex=True)
    units(axes[0], first.f, second.f, "forget", "forget gate f")
    units(axes[1], first.i, second.i, "input", "input gate i")
    units(axes[2], first.c_tilde, second.c_tilde, "candidate", "candidate c̃")
    units(axes[3], first.o, second.o, "output", "output gate o")
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
