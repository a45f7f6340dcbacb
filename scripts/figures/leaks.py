"""Draw the error that each leak reports, and the one that it has in use."""

import numpy as np

from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import LINE, name_rows

ROWS = {
    "changes": "no leak",
    "scaled on everything": "scaled on all rows",
    "changes, random windows": "random windows",
    "gaps, line": "line through gaps",
    "smoothed first": "smoothed first",
}

IN_TRAINING = ("scaled on everything", "changes, random windows")
"""Leaks that happen before training. What is in use was trained without them."""


def build() -> None:
    """Draw ``docs/_generated/leaks.svg``."""
    arms = read_record("forecast")["arms"]
    figure, axes = style.new_figure(height=3.6)
    for row, arm in enumerate(ROWS):
        used = "changes" if arm in IN_TRAINING else arm
        reported, in_use = (
            ratios(arms[name]["runs"], kind) for name, kind in ((arm, "reported"), (used, "in_use"))
        )
        axes.plot([np.median(reported), np.median(in_use)], [row, row], color=style.COLORS["muted"])
        for values, k, marker, label in ((reported, 1, "s", "reported"), (in_use, 0, "o", "in use")):
            look = {
                "color": style.series(k)["color"],
                "marker": marker,
                "linestyle": "none",
                "markersize": 6.5,
            }
            face = {"markerfacecolor": style.COLORS["ground"]} if label == "reported" else {}
            axes.plot(values, [row] * len(values), label=label if row == 0 else "", **look, **face)
    axes.axvline(1, **LINE)
    axes.set(xlabel="RMSE one week ahead / that of the last value", xlim=(0, 1.2))
    name_rows(axes, ROWS.values())
    style.legend(axes)
    style.save(
        figure,
        "leaks",
        title="What leaks report, and what they are in use",
        description="Five rows with two kinds of marks, the error that is reported and the error in use, "
        "as a share of the last value's error. Without a leak both are 0.75. Scaled on all "
        "rows: the same. Random windows: about 0.72 reported, 0.75 in use. Line through gaps:"
        " 0.74 reported, 1.09 in use. Smoothed first: 0.22 reported, 1.02 in use. A dashed "
        "line marks 1, the last value.",
    )


def ratios(runs: list[dict], kind: str) -> list[float]:
    """Return the error of each run one week ahead, divided by the last value's on the same rows."""
    results = [run["result"] for run in runs]
    return [result[kind]["weeks"][0] / result["last_value"]["weeks"][0] for result in results]
