"""Draw how many sequences the adding problem takes as it grows, with chrono and with forget bias 1."""

from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_runs, name_rows

LENGTHS = (100, 200, 400, 1000)


def build() -> None:
    arms = read_record("adding")["arms"]
    figure, axes = style.new_figure(height=3.0)
    names = [f"T = {T}, {start}" for T in LENGTHS for start in ("chrono", "forget bias 1")]
    rows = [name for name in names if name in arms]
    for row, name in enumerate(rows):
        draw_runs(axes, row, arms[name]["runs"], 0 if "chrono" in name else 1)
    axes.set(xlabel="sequences seen [thousands]", xlim=(0, 66))
    name_rows(axes, rows)
    style.save(
        figure,
        "adding_lengths",
        title="Sequences until the adding problem is solved, by length",
        description="One row for each length and initialization, one mark for each of five seeds: a dot "
        "where the run was solved, a cross where it was given up. With chrono initialization about the "
        "same number of sequences suffices from length 100 to 1000. With forget bias 1 the runs need more "
        "at length 100, more again at 200, and most are given up at 400.",
    )
