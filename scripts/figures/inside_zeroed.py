"""Draw the score of the two trained networks with one unit's cell state held at zero, for each unit."""

from matplotlib.axes import Axes

from scripts.experiments import inside
from scripts.plotting import style


def build() -> None:
    networks = inside.networks()
    reber, adding = networks["reber"]["measured"], networks["adding"]["measured"]
    figure, (upper, lower) = style.new_figure(height=6.0, rows=2)
    draw(upper, reber["zeroed"], reber["baseline"], reber["accuracy"])
    upper.set(ylabel="share right", ylim=(0, 1.05))
    upper.set_title("Reber: the second-last symbol", pad=26)
    style.legend(upper)
    draw(lower, adding["zeroed"], adding["baseline"], adding["error"])
    lower.set(ylabel="squared error", xlabel="unit held at zero", title="adding: the sum")
    style.save(
        figure,
        "inside_zeroed",
        title="Score with each unit held at zero",
        description="Two rows of marks, one per unit, with a line for the untouched network and a line for "
        "the baseline. In each row one mark lies on the baseline; the others stay near the untouched "
        "network.",
    )


def draw(axes: Axes, zeroed: list[float], baseline: float, untouched: float) -> None:
    """Draw a mark for each unit, and two lines."""
    axes.axhline(untouched, label="untouched", **style.series(1))
    axes.axhline(baseline, label="baseline", **style.series(4))
    look = style.series(0, markers=True) | {"linestyle": "none"}
    axes.plot(range(len(zeroed)), zeroed, label="unit at zero", **look)
    axes.set_xticks(range(len(zeroed)))
