"""Draw how the continual Reber grammar is learned with and without the forget gate, and how long it lasts."""

import numpy as np

from scripts.experiments import baselines
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import LINE, draw_runs, name_rows


def build() -> None:
    arms = read_record("continual_reber")["arms"]
    figure, (until, lasts) = style.new_figure(height=4.6, rows=2)
    for row, kept in enumerate(arms.values()):
        draw_runs(until, row, kept["runs"], row)
        right = sorted(run["result"]["symbols_to_mistake"] for run in kept["runs"])
        offsets = np.linspace(-0.2, 0.2, len(right))
        lasts.plot(right, row + offsets, "o", color=style.series(row)["color"], markersize=5.5)
    style.log_axis(lasts, "x")
    forgotten = baselines.reber().symbols_to_mistake
    lasts.axvline(forgotten, **LINE)
    label = {"textcoords": "offset points", "color": style.COLORS["muted"]}
    lasts.annotate("second symbol forgotten", (forgotten, 1.45), (4, 0), **label)
    until.set(xlabel="strings seen [thousands]", xlim=(0, None), title="until all test streams pass")
    lasts.set(xlabel="symbols", xlim=(10, 15_000), title="before the first mistake, mean of ten streams")
    for axes in (until, lasts):
        axes.set_ylim(-0.6, 1.6)
        name_rows(axes, ["with the\nforget gate", "without"])
    style.save(
        figure,
        "continual_curves",
        title="The continual Reber grammar with and without the forget gate",
        description="Two plots of two rows each, one mark for each of ten seeds. Above, a dot where all "
        "test streams passed and a cross where training was given up: without the forget gate fewer runs "
        "pass, and most of these after more strings. Below, on a logarithmic axis, the symbols before the "
        "first mistake: ten thousand for all runs that pass; for the others a few tens, close around the "
        "dotted line of the memoryless baseline.",
    )
