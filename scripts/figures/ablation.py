"""Draw how many sequences two tasks take when one part of the LSTM is changed."""

from statistics import median

from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import LINE, draw_runs, name_rows

TITLES = {"ablation_reber": "Embedded Reber grammar", "ablation_adding": "Adding, T = 50"}


def build() -> None:
    figure, both = style.new_figure(height=7.2, rows=2)
    for axes, (name, title) in zip(both, TITLES.items(), strict=True):
        arms = read_record(name)["arms"]
        for row, (arm, kept) in enumerate(arms.items()):
            draw_runs(axes, row, kept["runs"], 0 if arm == "none" else 2)
        unchanged = median(run["sequences"] for run in arms["none"]["runs"])
        axes.axvline(unchanged / 1000, **LINE)
        axes.set(title=title, xlim=(0, None))
        name_rows(axes, ["nothing changed" if arm == "none" else arm for arm in arms])
    both[1].set_xlabel("sequences seen [thousands]")
    style.save(
        figure,
        "ablation",
        title="Sequences to criterion with one part of the LSTM changed",
        description="Two plots, one row for each change, one mark for each of five seeds: a dot where the "
        "run was solved, a cross where it was given up, and a dotted line at the median of the unchanged "
        "LSTM. On the Reber grammar most dots lie to the right of the line, and a few runs without the "
        "output gate, without the output activation and with coupled gates are given up. On adding, all "
        "runs without the input gate are given up, and one each without the forget gate and without the "
        "output gate; those with coupled gates lie far to the left.",
    )
