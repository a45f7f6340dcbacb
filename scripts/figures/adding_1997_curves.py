"""Draw how the error on the adding problem of 1997 falls."""

from scripts.experiments import baselines
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_arms, draw_baseline


def build() -> None:
    """Write docs/_generated/adding_1997_curves.svg."""
    figure, axes = style.new_figure(height=3.0)
    draw_arms(axes, read_record("adding_1997")["arms"])
    draw_baseline(axes, baselines.adding_1997_error(), "always answering the mean")
    axes.set(
        xlabel="sequences seen [thousands]",
        ylabel="mean squared error",
        ylim=(0, 0.06),
        xlim=(0, None),
    )
    style.save(
        figure,
        "adding_1997_curves",
        title="The adding problem of 1997 at length 100",
        description="Mean squared error against sequences seen, median and range over five seeds. The "
        "curve comes down from above the plot to the dotted baseline of a constant answer, rests there "
        "briefly, then falls to nearly zero.",
    )
