"""Draw which networks learn one bit through noise, against the gradient left at the bit before training.

Below it stands the gradient at each lag, before and after training.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lstm_tutorial.checks import FloatArray
from scripts.experiments.one_bit import FOLLOWED_LAG, SETTINGS, results
from scripts.plotting import style

NAMES = {"RNN": "plain RNN", **{f"{bias}": f"bias {bias}" for bias in range(4)}, "chrono": "chrono"}
Results = dict[str, dict[str, list[dict[str, Any]]]]
LEFT_EDGE = 1e-14  # a mark further left is drawn here


def build() -> None:
    found = results()
    figure, (upper, lower) = style.new_figure(height=7.2, rows=2)
    draw_runs(upper, found)
    draw_profiles(lower, found)
    runs = [run for arm in NAMES for lag in found[arm].values() for run in lag]
    least = min(run["left"] for run in runs if run["solved"])
    bias, chrono = (
        [f"{followed(found, arm, when)[-1]:.2g}" for when in ("before", "after")] for arm in ("1", "chrono")
    )
    style.save(
        figure,
        "one_bit",
        title="Gradient at the bit before training, and who learns",
        description=f"Above, each of {len(runs)} trainings is a mark: to the right more of the gradient is "
        "left at the bit before training, upwards more updates were needed. Most runs with more than a "
        "hundredth left learn within a hundred updates; none learns with less than "
        f"{style.magnitude(least)}. Below, gradient against lag for forget bias 1 and chrono "
        f"initialization, before and after training: at the last lag {bias[0]} before and {bias[1]} after "
        f"with bias 1, {chrono[0]} and {chrono[1]} with chrono.",
    )


def draw_runs(axes: Axes, found: Results) -> None:
    """Draw updates needed against gradient left, one mark for each run."""
    top = SETTINGS["steps"] * 1.3
    for k, (arm, name) in enumerate(NAMES.items()):
        runs = [run for lag in found[arm].values() for run in lag]
        left = np.maximum([run["left"] for run in runs], LEFT_EDGE)  # (runs,)
        solved = np.array([run["solved"] or top for run in runs])  # (runs,)
        look = style.series(k, markers=True) | {"linestyle": "none", "markersize": 5, "alpha": 0.85}
        axes.plot(left, solved, label=name, **look)
    axes.axhline(top, color=style.COLORS["muted"], linewidth=1)
    axes.annotate("never", (LEFT_EDGE, top), (0, -13), textcoords="offset points", fontsize=10.5)
    style.log_axis(axes, "x")
    axes.set(yscale="log", yticks=[20, 50, 100, 200, 400], yticklabels=["20", "50", "100", "200", "400"])
    axes.minorticks_off()
    axes.set(xlabel="gradient left at the bit before training", ylabel="updates until learned")
    style.legend(axes)


def followed(found: Results, arm: str, when: str) -> FloatArray:
    """Return the median over seeds of the gradient at each lag, before or after training, (T,)."""
    runs = found[arm][str(FOLLOWED_LAG)]
    median: FloatArray = np.median([run[when]["gradient"] for run in runs], axis=0)  # (T,)
    return median


def draw_profiles(axes: Axes, found: Results) -> None:
    """Draw the medians over seeds of the followed runs, before and after training."""
    for k, arm in ((2, "1"), (5, "chrono")):
        color = style.series(k)["color"]
        for when, line in (("before", "--"), ("after", "-")):
            axes.plot(followed(found, arm, when), color=color, linestyle=line, label=f"{NAMES[arm]}, {when}")
    style.log_axis(axes)
    axes.set(xlabel="lag T − t (steps)", ylabel="gradient at c, relative to lag 0")
    style.legend(axes, ncols=2)
