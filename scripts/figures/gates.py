"""Draw the gates of the example in its second step, what they multiply, and what is left of it."""

import numpy as np
from matplotlib.axes import Axes

from lstm_tutorial import tanh
from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import UNIT, second_step
from scripts.plotting import style


def draw_gate(axes: Axes, gate: FloatArray, color: str, title: str) -> None:
    """Draw a gate, (H,), one bar a unit."""
    axes.bar(range(len(gate)), gate, width=0.62, color=style.COLORS[color])
    axes.set(title=title, ylim=(0, 1), yticks=[0, 1])


def draw_product(axes: Axes, whole: FloatArray, gate: FloatArray, color: str, title: str) -> None:
    """Draw what a gate multiplies, (H,), as outlines, and the product as the part of them that is filled."""
    ink, units = style.COLORS[color], range(len(gate))
    axes.bar(units, gate * whole, width=0.62, color=ink)
    axes.bar(units, whole, width=0.62, facecolor="none", edgecolor=ink)
    axes.axhline(0, color=style.COLORS["muted"], linewidth=0.8)
    axes.set(title=title, ylim=(-0.9, 0.9), yticks=[-0.5, 0.5])


def build() -> None:
    step = second_step()
    f, i, c_tilde, o = (value[:, 0] for value in (step.f, step.i, step.c_tilde, step.o))  # (H,) each
    figure, axes = style.new_figure(height=5.2, rows=6, sharex=True, height_ratios=[1, 1.3, 1, 1.3, 1, 1.3])
    draw_gate(axes[0], f, "forget", "forget gate f")
    draw_product(axes[1], step.c_prev[:, 0], f, "cell", "old cell state; filled: what is kept, f ⊙ cₜ₋₁")
    draw_gate(axes[2], i, "input", "input gate i")
    draw_product(axes[3], c_tilde, i, "candidate", "candidate c̃; filled: what is added, i ⊙ c̃")
    draw_gate(axes[4], o, "output", "output gate o")
    draw_product(
        axes[5], tanh(step.c)[:, 0], o, "hidden", "tanh of the new cell state; filled: hidden state h"
    )
    for ax in axes:
        ax.axvspan(UNIT - 0.5, UNIT + 0.5, color=style.COLORS["grid"], linewidth=0, zorder=0)
        ax.grid(False, axis="x")
    axes[5].set(xlim=(-0.7, len(f) - 0.3), xticks=range(0, len(f), 2), xlabel="hidden unit")
    gates = np.concatenate((f, i, o))  # (3H,)
    style.save(
        figure,
        "gates",
        title="What the gates of the example let through, unit by unit",
        description="Three pairs of rows with twenty bars each, one bar per hidden unit. The upper row of a "
        "pair is a gate, and the lower row shows what it multiplies as an outline of which a part is filled: "
        "the old cell state under the forget gate, the candidate under the input gate, and the tanh of the "
        f"new cell state under the output gate. All gates lie between {gates.min():.2f} and "
        f"{gates.max():.2f}. In unit {UNIT}, which is shaded, the forget gate keeps {f[UNIT]:.2f} of "
        f"{step.c_prev[UNIT, 0]:.2f}, the input gate adds {i[UNIT]:.2f} of {c_tilde[UNIT]:.2f}, and the "
        f"output gate shows {o[UNIT]:.2f} of the tanh of their sum.",
    )
