"""Draw how the error on copying falls, with chrono initialization and with a forget bias of 1."""

from lstm_tutorial.tasks import copying_baseline
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import LINE, draw_arms


def build() -> None:
    arms = read_record("copying")["arms"]
    gap = arms["chrono"]["settings"]["gap"]
    figure, axes = style.new_figure(height=2.9)
    draw_arms(axes, arms)
    axes.axhline(copying_baseline(gap), label="without memory", **LINE)
    axes.set(xlabel="sequences seen [thousands]", ylabel="cross-entropy [nats]")
    axes.set(ylim=(0, 0.6), xlim=(0, 96))
    style.legend(axes)
    style.save(
        figure,
        "copying_curves",
        title=f"Copying ten symbols over a gap of {gap}",
        description="Cross-entropy per step against sequences seen, median and range over five seeds. Both "
        "curves fall quickly to the dotted baseline and rest on it. The one of chrono initialization "
        "leaves it first and falls far below; the one of forget bias 1 leaves it late and stays close to "
        "it.",
    )
