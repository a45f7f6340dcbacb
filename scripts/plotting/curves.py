"""Draw what the records of experiments hold: learning curves with a band over the seeds, and runs as dots."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from scripts.plotting import style

Runs = list[dict[str, Any]]
LINE: dict[str, Any] = {"color": style.COLORS["muted"], "linestyle": (0, (2, 2)), "linewidth": 1.2}
"""The look of a line to compare with: ``axes.axvline(x, **LINE)``."""


def draw_band(axes: Axes, xs: Any, low: Any, median: Any, high: Any, *, alpha: float, **look: Any) -> None:
    """Draw a median as a line with this look, and the range from low to high as a band behind it."""
    axes.fill_between(xs, low, high, color=look["color"], alpha=alpha, linewidth=0)
    axes.plot(xs, median, **look)


def draw_smooth(axes: Axes, losses: Any, **look: Any) -> None:
    """Draw the losses of a training, each the mean of five in a row."""
    smooth = np.convolve(losses, np.full(5, 0.2), "valid")  # (steps-4,)
    axes.plot(np.arange(len(smooth)) + 3, smooth, **look)


def over_seeds(runs: Runs) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the sequences seen, (n,), and the lowest, median and highest loss over the seeds, (3, n).

    A run that was solved and stopped keeps its last loss.
    """
    curves = [run["curve"] for run in runs]
    sequences = max((curve["sequences"] for curve in curves), key=len)
    losses = [np.pad(curve["loss"], (0, len(sequences) - len(curve["loss"])), "edge") for curve in curves]
    return np.array(sequences), np.quantile(losses, [0.0, 0.5, 1.0], axis=0)


def draw_arms(axes: Axes, arms: dict[str, Any], labels: dict[str, str] | None = None) -> None:
    """Draw the learning curves of the arms of a record, or of those that `labels` names, in this order."""
    for k, (arm, label) in enumerate((labels or {arm: arm for arm in arms}).items()):
        sequences, losses = over_seeds(arms[arm]["runs"])
        draw_band(axes, sequences / 1000, *losses, alpha=0.18, label=label, **style.series(k))


def draw_baseline(axes: Axes, value: float, label: str, *, below: bool = False) -> None:
    """Draw what is reached without memory, as a dotted line with its name at the right."""
    axes.axhline(value, **LINE)
    axes.annotate(
        label,
        (1, value),
        (-2, -3 if below else 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="top" if below else "bottom",
        color=style.COLORS["muted"],
    )


def learning_curves(
    arms: dict[str, Any],
    baseline: tuple[float, str],
    labels: dict[str, str] | None = None,
    height: float = 3.4,
) -> tuple[Figure, Axes]:
    """Return a figure with the learning curves of arms and one baseline, its value and its name."""
    figure, axes = style.new_figure(height)
    draw_arms(axes, arms, labels)
    draw_baseline(axes, *baseline)
    axes.set_xlabel("sequences seen [thousands]")
    return figure, axes


def draw_runs(axes: Axes, row: float, runs: Runs, k: int) -> None:
    """Draw each run of an arm on one row: a dot where it was solved, a cross where it was given up."""
    offsets = np.linspace(-0.2, 0.2, len(runs))
    for offset, run in zip(offsets, sorted(runs, key=lambda run: int(run["sequences"])), strict=True):
        marker = "o" if run["solved"] else "x"
        axes.plot(
            run["sequences"] / 1000, row + offset, marker, color=style.series(k)["color"], markersize=5.5
        )


def name_rows(axes: Axes, names: Iterable[str]) -> None:
    """Write a name at each row of `draw_runs`; the first row is on top."""
    names = list(names)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
