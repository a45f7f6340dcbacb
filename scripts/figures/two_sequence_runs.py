"""Draw how many sequences the two-sequence problem takes, learned and guessed."""

from __future__ import annotations

from scripts.experiments.harness import read_record
from scripts.figures import style
from scripts.learning_curves import draw_runs


def build() -> None:
    """Write docs/_generated/two_sequence_runs.svg."""
    arms = read_record("two_sequence")["arms"]
    figure, axes = style.new_figure(height=2.4)
    for row, kept in enumerate(arms.values()):
        draw_runs(axes, row, kept["runs"], row)
    axes.set(xlabel="sequences seen [thousands]", yticks=range(len(arms)), ylim=(-0.6, 1.6), xlim=(0, None))
    axes.set_yticklabels(["LSTM, learned", "one tanh unit,\nguessed"])
    axes.invert_yaxis()
    style.save(
        figure,
        "two_sequence_runs",
        title="Sequences until the two-sequence problem is solved",
        description="Two rows with one dot for each of five seeds. Guessing the weights of a single "
        "unit needs fewer sequences than most of the runs in which an LSTM learns.",
    )
