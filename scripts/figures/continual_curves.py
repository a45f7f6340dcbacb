"""Draw how the continual Reber grammar is learned with and without the forget gate."""

from __future__ import annotations

from scripts.experiments.harness import read_record
from scripts.figures import style
from scripts.learning_curves import draw_runs


def build() -> None:
    """Write docs/_generated/continual_curves.svg."""
    arms = read_record("continual_reber")["arms"]
    figure, axes = style.new_figure(height=2.6)
    for row, kept in enumerate(arms.values()):
        draw_runs(axes, row, kept["runs"], row)
    axes.set(xlabel="strings seen [thousands]", yticks=range(len(arms)), ylim=(-0.6, 1.6), xlim=(0, None))
    axes.set_yticklabels(["with the\nforget gate", "without"])
    axes.invert_yaxis()
    style.save(
        figure,
        "continual_curves",
        title="Strings until ten test streams pass, with and without the forget gate",
        description="Two rows, one mark for each of ten seeds: a dot where all test streams passed, a cross "
        "where training was given up. With the forget gate all runs pass early. Without it some pass, later, "
        "and the others are given up at the end.",
    )
