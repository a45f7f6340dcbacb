"""Who learns one bit through noise: the gradient left at the bit before training, and the profile after it.

Draws the record that `scripts.experiments.one_bit` writes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from scripts.figures import style
from scripts.records import read_record

NAMES = {
    "RNN": "plain RNN",
    "0": "bias 0",
    "1": "bias 1",
    "2": "bias 2",
    "3": "bias 3",
    "chrono": "chrono",
}
FLOOR = 1e-14  # marks further left are drawn here


def build() -> None:
    """Draw every run above, the followed ones below."""
    record = read_record("one_bit")
    figure, (upper, lower) = style.new_figure(height=7.2, rows=2)
    draw_runs(upper, record)
    draw_profiles(lower, record)
    style.save(
        figure,
        "one_bit",
        title="Gradient at the bit before training, and who learns",
        description=(
            "Above, each of 120 trainings is a mark: to the right more of the gradient is left at the bit "
            "before training, upwards more updates were needed. Most runs with more than a hundredth left "
            "learn within a hundred updates; those with less than a millionth never learn. Below, gradient "
            "against lag for forget bias 1 and chrono initialisation, before and after training: with bias "
            "1 it is lower after training than before at every lag, with chrono it stays near one."
        ),
    )


def draw_runs(axes: Axes, record: dict[str, Any]) -> None:
    """Draw updates needed against gradient left, one mark for each run."""
    top = record["settings"]["steps"] * 1.3
    for k, (arm, name) in enumerate(NAMES.items()):
        runs = [run for lag in record["runs"][arm].values() for run in lag]
        left = np.maximum([run["left"] for run in runs], FLOOR)  # (runs,)
        solved = np.array([run["solved"] or top for run in runs])  # (runs,)
        look = style.series(k, markers=True) | {"linestyle": "none", "markersize": 5, "alpha": 0.85}
        axes.plot(left, solved, label=name, **look)
    axes.axhline(top, color=style.COLOURS["muted"], linewidth=1)
    axes.annotate("never", (FLOOR, top), (0, -13), textcoords="offset points", fontsize=10.5)
    style.log_axis(axes, "x")
    axes.set(yscale="log", yticks=[20, 50, 100, 200, 400], yticklabels=["20", "50", "100", "200", "400"])
    axes.minorticks_off()
    axes.set(xlabel="gradient left at the bit before training", ylabel="updates until learned")
    style.legend(axes)


def draw_profiles(axes: Axes, record: dict[str, Any]) -> None:
    """Draw the medians over seeds of the followed runs, before and after training."""
    for k, arm in ((2, "1"), (5, "chrono")):
        runs = record["runs"][arm][str(record["followed_lag"])]
        colour = style.series(k)["color"]
        for when, line in (("before", "--"), ("after", "-")):
            median = np.median([run[when]["gradient"] for run in runs], axis=0)  # (T,)
            axes.plot(median, color=colour, linestyle=line, label=f"{NAMES[arm]}, {when}")
    style.log_axis(axes)
    axes.set(xlabel="lag T − t (steps)", ylabel="gradient at c, relative to lag 0")
    style.legend(axes, ncols=2)


if __name__ == "__main__":
    build()
