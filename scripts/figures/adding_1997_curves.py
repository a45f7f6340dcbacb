"""Draw how the error on the adding problem of 1997 falls."""

from scripts.experiments import baselines
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import learning_curves


def build() -> None:
    arms, baseline = read_record("adding_1997")["arms"], baselines.adding_1997_error()
    figure, axes = learning_curves(arms, (baseline, "always answering the mean"), height=3.0)
    axes.set(ylabel="mean squared error", ylim=(0, 0.06), xlim=(0, None))
    style.save(
        figure,
        "adding_1997_curves",
        title="The adding problem of 1997 at length 100",
        description="Mean squared error against sequences seen, median and range over five seeds. The "
        "curve comes down from above the plot to the dotted baseline of a constant answer, rests there "
        "briefly, then falls to nearly zero.",
    )
