"""Draw the one unit that adds: its cell state beside the true running sum, and its gates at the marks.

``build`` also writes the weights of the network for the live view docs/widgets/adding.js.
"""

import numpy as np

from lstm_tutorial import trace_sequence
from scripts.experiments.inside import MEASURING_SEED, examples_of, load, running_sum
from scripts.plotting import style
from scripts.plotting.inside import carrying_unit, write_weights
from scripts.plotting.tiles import heat, heat_key

SEQUENCES = 3  # so many are drawn; the first of them below, with its gates
ROWS = ("f", "i", "c_tilde", "o", "c")


def build() -> None:
    write_weights("adding")
    unit = carrying_unit("adding")
    examples = examples_of("adding", MEASURING_SEED)
    run = trace_sequence(load("adding"), examples.xs)
    total, c = running_sum(examples), run.c[:, unit]  # (T, B) each
    steps = np.arange(1, len(total) + 1)  # (T,)
    figure, axes = style.new_figure(height=6.6, rows=4, height_ratios=[6, 6, 10, 1.3])
    for b in range(SEQUENCES):
        axes[0].plot(steps, total[:, b], label=f"sequence {b + 1}", **style.series(b))
        axes[1].plot(steps, c[:, b], **style.series(b))
    axes[0].set(ylabel="sum", xlim=(0.5, len(steps) + 0.5))
    axes[0].set_title("sum of the marked numbers so far")
    style.legend(axes[0])
    axes[1].set(title=f"cell state of unit {unit}", ylabel="c", xlim=(0.5, len(steps) + 0.5))
    values = np.array([getattr(run, name)[:, unit, 0] for name in ROWS])  # (5, T)
    heat(axes[2], values)
    marks = np.flatnonzero(examples.xs[:, 1, 0])  # (2,)
    axes[2].set(title="sequence 1, the same unit", xlabel="step; a mark at each arrow")
    axes[2].set_yticks(range(len(ROWS)), [style.STEP_VALUES[name][1] for name in ROWS])
    axes[2].set_xticks(marks, [f"↑ {mark + 1}" for mark in marks])
    heat_key(axes[3])
    style.save(
        figure,
        "inside_adding",
        title="A cell state beside the running sum, and the gates that make it",
        description=f"Above, the sum of the marked numbers in {SEQUENCES} sequences: two stairs each. In "
        "the middle the cell state of one unit in the same sequences: a jump up or down at the same steps, "
        "a slow drift between them. Below, a heat map of the unit's gates in the first sequence.",
    )
