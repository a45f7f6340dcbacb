"""Draw the score of the trained Reber network with one unit's cell state held at zero, for each unit."""

from scripts.experiments import inside
from scripts.plotting import style


def build() -> None:
    reber = inside.networks()["reber"]["measured"]
    figure, axes = style.new_figure(height=2.7)
    axes.axhline(reber["accuracy"], label="untouched", **style.series(1))
    axes.axhline(reber["baseline"], label="baseline", **style.series(4))
    look = style.series(0, markers=True) | {"linestyle": "none"}
    axes.plot(range(len(reber["zeroed"])), reber["zeroed"], label="unit at zero", **look)
    axes.set_xticks(range(len(reber["zeroed"])))
    axes.set(ylabel="share right", ylim=(0, 1.05), xlabel="unit held at zero")
    style.legend(axes)
    style.save(
        figure,
        "inside_zeroed",
        title="Score with each unit held at zero",
        description="A row of marks, one per unit, with a line for the untouched network and a line for "
        "the baseline. One mark lies on the baseline; the others stay near the untouched network.",
    )
