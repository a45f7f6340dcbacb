"""Draw one value of the example, unit by unit, in the first step and in the second."""

from matplotlib.axes import Axes

from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import UNIT
from scripts.plotting import style


def draw_units(axes: Axes, first: FloatArray, second: FloatArray, colour: str, title: str) -> None:
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
