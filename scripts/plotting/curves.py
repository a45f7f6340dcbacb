"""Draw what the records of experiments hold: learning curves with a band over the seeds, and runs as dots.

The figure scripts of the experiments share this. It measures nothing.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from scripts.plotting import style

Runs = list[dict[str, Any]]


def over_seeds(runs: Runs) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the sequences seen, (n,), and the lowest, median and highest loss over the seeds, (3, n).

    A run that was solved and stopped keeps its last loss.
    """
    longest = max(runs, key=lambda run: len(run["curve"]["loss"]))["curve"]["sequences"]
    losses = np.array(
        [
            run["curve"]["loss"] + run["curve"]["loss"][-1:] * (len(longest) - len(run["curve"]["loss"]))
            for run in runs
        ]
    )  # (seeds, n)
    return np.array(longest), np.quantile(losses, [0.0, 0.5, 1.0], axis=0)


def draw_curve(axes: Axes, runs: Runs, label: str, k: int, scale: float = 1000.0) -> None:
    """Draw the median loss over the seeds as the k-th series, and the range as a band behind it."""
    sequences, (low, middle, high) = over_seeds(runs)
    look = style.series(k)
    axes.fill_between(sequences / scale, low, high, color=look["color"], alpha=0.18, linewidth=0)
    axes.plot(sequences / scale, middle, label=label, **look)


def draw_arms(axes: Axes, arms: dict[str, Any], labels: dict[str, str] | None = None) -> None:
    """Draw the learning curves of the arms of a record, or of those that `labels` names, in this order."""
    for k, (arm, label) in enumerate((labels or {arm: arm for arm in arms}).items()):
        draw_curve(axes, arms[arm]["runs"], label, k)


def draw_baseline(axes: Axes, value: float, label: str, *, below: bool = False) -> None:
    """Draw what is reached without memory, as a dotted line with its name at the right."""
    axes.axhline(value, color=style.COLOURS["muted"], linestyle=(0, (2, 2)), linewidth=1.2)
    axes.annotate(
        label,
        (1, value),
        (-2, -3 if below else 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="top" if below else "bottom",
        color=style.COLOURS["muted"],
        fontsize=10.5,
    )


def draw_runs(axes: Axes, row: float, runs: Runs, k: int, scale: float = 1000.0) -> None:
    """Draw each run of an arm on one row: a dot where it was solved, a cross where it was given up."""
    look = style.series(k)
    offsets = np.linspace(-0.2, 0.2, len(runs)) if len(runs) > 1 else [0.0]
    for offset, run in zip(offsets, sorted(runs, key=lambda run: int(run["sequences"])), strict=True):
        marker = "o" if run["solved"] else "x"
        axes.plot(run["sequences"] / scale, row + offset, marker, color=look["color"], markersize=5.5)
