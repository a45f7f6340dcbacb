"""Draw both states of the example, unit by unit, after the first step and after the second."""

from scripts.forward_pass import UNIT, first_step, second_step
from scripts.plotting import style
from scripts.plotting.stems import draw_units


def build() -> None:
    first, second = first_step(), second_step()
    figure, axes = style.new_figure(height=4.6, rows=2, sharex=True, sharey=True)
    draw_units(axes[0], first, second, "c")
    draw_units(axes[1], first, second, "h")
    axes[1].set(title="hidden state h = o ⊙ tanh(c)", xlabel="hidden unit")
    style.corner_legend(axes[0], ncols=2, handlelength=1)
    style.save(
        figure,
        "states",
        title="The cell state and the hidden state of the example, unit by unit",
        description="Two rows of twenty stems on the same scale. In every unit the hidden state has the "
        f"sign of the cell state and is smaller. Unit {UNIT} is marked: its cell state is "
        f"{first.c[UNIT, 0]:.2f} after the first step and {second.c[UNIT, 0]:.2f} after the second, its "
        f"hidden state {first.h[UNIT, 0]:.2f} and {second.h[UNIT, 0]:.2f}.",
    )
