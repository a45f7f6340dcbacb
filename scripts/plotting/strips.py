"""Draw a step of the example as strips of its real values, from the input to the output.

A strip is a column vector turned on its side: one tile per entry, so its length is its shape. Nothing is
computed here but the two products that add up to the cell state, and its tanh, which a trace does not keep.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lstm_tutorial import StepTrace, tanh
from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import UNIT
from scripts.plotting import style
from scripts.plotting.tiles import frame, heat, heat_key

Strip = tuple[str, FloatArray, str]  # label, values (n, 1), color of the label


def strips(trace: StepTrace) -> list[list[Strip]]:
    """Return the values of a step in groups, in the order in which they are computed."""
    return [
        [("[xₜ; hₜ₋₁]", np.concatenate((trace.x, trace.h_prev)), "ink")],
        [
            ("f", trace.f, "forget"),
            ("i", trace.i, "input"),
            ("c̃", trace.c_tilde, "candidate"),
            ("o", trace.o, "output"),
        ],
        [
            ("cₜ₋₁", trace.c_prev, "cell"),
            ("f ⊙ cₜ₋₁", trace.f * trace.c_prev, "forget"),
            ("i ⊙ c̃", trace.i * trace.c_tilde, "input"),
            ("cₜ (their sum)", trace.c, "cell"),
        ],
        [("tanh(cₜ)", tanh(trace.c), "cell"), ("hₜ = o ⊙ tanh(cₜ)", trace.h, "hidden")],
        [("yₜ", trace.y, "ink")],
    ]


def draw_strips(trace: StepTrace) -> Figure:
    """Draw the strips of a step one above the other, with the key of their shades."""
    groups = strips(trace)
    heights = [len(group) + 0.6 for group in groups]
    figure, axes = style.new_figure(height=5.4, rows=len(groups) + 1, height_ratios=[*heights, 0.7])
    for ax, group in zip(axes[:-1], groups, strict=True):
        _draw_group(ax, group)
        if len(group[0][1]) == len(trace.h):
            frame(ax, (UNIT, UNIT + 1), (0, len(group)))
    frame(axes[0], (len(trace.x), len(trace.x)), (0, 1))  # a line between the two parts
    heat_key(axes[-1])
    return figure


def _draw_group(axes: Axes, group: list[Strip]) -> None:
    """Draw strips of one length, with their labels on the left and their shapes on the right."""
    n = len(group[0][1])
    heat(axes, np.concatenate([values for _, values, _ in group], axis=1).T)  # (strips, n)
    for row in range(len(group)):
        frame(axes, (0, n), (row, row + 1), "muted", linewidth=0.5)
        axes.text(n, row, f"({n}, 1)", va="center", color=style.COLORS["muted"])
    axes.set(xlim=(-0.6, 33.5), ylim=(len(group) - 0.4, -0.6), xticks=[])
    axes.set_yticks(range(len(group)), [label for label, _, _ in group])
    for tick, (_, _, color) in zip(axes.get_yticklabels(), group, strict=True):
        tick.set_color(style.COLORS[color])
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)
