"""Draw how many sequences two tasks take when one part of the LSTM is changed."""

from statistics import median

from scripts.experiments.records import read_record
from scripts.experiments.summary import count_solved
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
    arms_of = (read_record(name)["arms"] for name in TITLES)
    reber, adding = ({arm: count_solved(kept["runs"]) for arm, kept in arms.items()} for arms in arms_of)
    style.save(
        figure,
        "ablation",
        title="Sequences to criterion with one part of the LSTM changed",
        description="Two plots, one row for each change, one mark for each of five seeds: a dot where the "
        "run was solved, a cross where it was given up, and a dotted line at the median of the unchanged "
        f"LSTM. On the Reber grammar {min(reber.values())} to {max(reber.values())} runs of each row are "
        f"solved, {reber['none']} of them in the row where nothing changed, and dots lie on both sides of "
        f"the line. On adding, {adding['no input gate']} runs without the input gate are solved, "
        f"{adding['no forget gate']} without the forget gate and {adding['no output gate']} without the "
        "output gate, and all 5 of every other row; those with coupled gates lie far to the left.",
    )
