"""Draw one value of the example, unit by unit, in the first step and in the second."""

import numpy as np
from matplotlib.axes import Axes

from lstm_tutorial import StepTrace
from scripts.forward_pass import UNIT
from scripts.plotting import style


def draw_units(axes: Axes, first: StepTrace, second: StepTrace, name: str) -> None:
    """Draw the value of this name for every unit: filled in the first step, open in the second."""
    color, title = style.STEP_VALUES[name]
    before, after = getattr(first, name)[:, 0], getattr(second, name)[:, 0]  # (H,) each
    ink, H, ground = style.COLORS[color], len(before), style.COLORS["ground"]
    axes.axvspan(UNIT - 0.35, UNIT + 0.65, color=style.COLORS["grid"], linewidth=0)
    axes.axhline(0, color=style.COLORS["muted"], linewidth=0.8)
    axes.vlines(range(H), 0, before, color=ink, linewidth=2.4)
    axes.vlines(np.arange(H) + 0.3, 0, after, color=ink, linewidth=0.8)
    axes.plot(range(H), before, "o", color=ink, label="first step")
    axes.plot(np.arange(H) + 0.3, after, "o", color=ink, markerfacecolor=ground, label="second step")
    axes.set(title=title, xlim=(-0.8, H - 0.1), xticks=range(0, H, 2))
    axes.grid(False, axis="x")
