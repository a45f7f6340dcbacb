"""The first step of the example as strips of its real values, from the input to the output.

A strip is a column vector lying on its side: one tile per entry, so that its length is its shape. `draw` is
shared with `flow_next`, which draws the second step, and `frame` with `product`. Nothing is computed here but
the two products that the step adds up to the cell state, and tanh of it, which a trace does not keep.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lstm_tutorial import StepTrace, tanh
from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import UNIT, first_step
from scripts.plotting import style

Strip = tuple[str, FloatArray, str]  # label, values (n, 1), colour of the label


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


def draw(trace: StepTrace) -> Figure:
    """Draw the strips of a step one above the other, with the key of their shades."""
    groups = strips(trace)
    heights = [len(group) + 0.6 for group in groups]
    figure, axes = style.new_figure(height=6.2, rows=len(groups) + 1, height_ratios=[*heights, 0.7])
    for ax, group in zip(axes[:-1], groups, strict=True):
        _draw_group(ax, group)
        if len(group[0][1]) == len(trace.h):
            frame(ax, (UNIT, UNIT + 1), (0, len(group)), "ink")
    frame(axes[0], (len(trace.x), len(trace.x)), (0, 1), "ink")  # a line between the two parts
    style.heat_key(axes[-1], label="value of a tile")
    axes[-1].set_xticklabels(["−1 or less", "0", "1 or more"])
    return figure


def _draw_group(axes: Axes, group: list[Strip]) -> None:
    """Draw strips of one length, with their labels on the left and their shapes on the right."""
    n = len(group[0][1])
    style.heat(axes, np.concatenate([values for _, values, _ in group], axis=1).T)  # (strips, n)
    for row in range(len(group)):
        frame(axes, (0, n), (row, row + 1), "muted", linewidth=0.5)
        axes.text(n, row, f"({n}, 1)", va="center", color=style.COLOURS["muted"], fontsize=10)
    axes.set(xlim=(-0.6, 33.5), ylim=(len(group) - 0.4, -0.6), xticks=[], yticks=range(len(group)))
    axes.set_yticklabels([label for label, _, _ in group])
    for tick, (_, _, colour) in zip(axes.get_yticklabels(), group, strict=True):
        tick.set_color(style.COLOURS[colour])
    axes.tick_params(left=False)
    for side in axes.spines.values():
        side.set_visible(False)


def frame(
    axes: Axes, columns: tuple[int, int], rows: tuple[int, int], colour: str, linewidth: float = 1.2
) -> None:
    """Draw a frame around the tiles of these columns and rows, the second of each pair not included."""
    (left, right), (top, bottom) = ((a - 0.5, b - 0.5) for a, b in (columns, rows))
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    axes.plot(*zip(*corners, strict=True), color=style.COLOURS[colour], linewidth=linewidth)


def build() -> None:
    """Draw ``docs/_generated/flow.svg``."""
    trace = first_step()
    style.save(
        draw(trace),
        "flow",
        title="The first step of the example, its values as strips of tiles",
        description=(
            "From top to bottom: the input, 10 tiles, next to the previous hidden state, 20 blank "
            "tiles; the four gates, 20 tiles each; the previous cell state and the product of the "
            "forget gate with it, both blank; the product of input gate and candidate, and the new cell "
            "state, which is the same; its tanh and the hidden state; the output, 5 pale tiles. Unit "
            f"{UNIT} is framed from the gates to the hidden state: its tiles never mix with those of "
            "another unit."
        ),
    )
