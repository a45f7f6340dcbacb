"""Draw one sequence of the adding problem: a hundred numbers, two of them marked."""

import numpy as np

from lstm_tutorial.tasks import adding
from scripts.plotting import style

T, SEED = 100, 2


def build() -> None:
    example = adding(1, T, rng=SEED)
    numbers, marks = example.xs[:, 0, 0], example.xs[:, 1, 0]  # (T,) each
    steps = np.arange(1, T + 1)  # (T,)
    marked = np.flatnonzero(marks)  # (2,)
    figure, axes = style.new_figure(height=2.1)
    axes.bar(steps, numbers, width=0.7, color=style.COLORS["muted"], alpha=0.4)
    axes.bar(steps[marked], numbers[marked], width=1.1, color=style.series(0)["color"])
    for k in marked:
        axes.annotate(
            f"{numbers[k]:.2f}",
            (steps[k], numbers[k]),
            (0, 3),
            textcoords="offset points",
            ha="center",
            weight="bold",
        )
    first, second = (f"{numbers[k]:.2f}" for k in marked)
    target = f"{example.targets[0, 0]:.2f}"
    axes.annotate(
        f"asked for: {first} + {second} = {target}",
        (0, 1),
        (0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
    )
    axes.set(xlabel="step t", ylabel="number", xlim=(0, T + 1), ylim=(0, 1.12), yticks=[0, 0.5, 1])
    axes.grid(False)
    style.save(
        figure,
        "adding_example",
        title="One sequence of the adding problem",
        description=f"A hundred bars of heights between 0 and 1. All are pale but two: the one at step "
        f"{steps[marked[0]]}, {first}, and the one at step {steps[marked[1]]}, {second}. Their sum, "
        f"{target}, is asked for at the end.",
    )
