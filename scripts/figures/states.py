"""Both states of the example, unit by unit, after the first step and after the second.

Draws what `scripts.forward_pass` computed and computes nothing itself.
"""

from scripts.forward_pass import UNIT, first_step, second_step
from scripts.plotting import style
from scripts.plotting.stems import draw_units


def build() -> None:
    """Draw ``docs/_generated/states.svg``."""
    first, second = first_step(), second_step()
    figure, axes = style.new_figure(height=4.6, rows=2, sharex=True, sharey=True)
    draw_units(axes[0], first.c, second.c, "cell", "cell state c")
    draw_units(axes[1], first.h, second.h, "hidden", "hidden state h = o ⊙ tanh(c)")
    axes[1].set_xlabel("hidden unit")
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2, borderaxespad=0.2, handlelength=1)
    style.save(
        figure,
        "states",
        title="The cell state and the hidden state of the example, unit by unit",
        description=(
            "Two rows of twenty stems on the same scale. In every unit the hidden state has the sign of "
            f"the cell state and is smaller. Unit {UNIT} is marked: its cell state is "
            f"{first.c[UNIT, 0]:.2f} after the first step and {second.c[UNIT, 0]:.2f} after the second, "
            f"its hidden state {first.h[UNIT, 0]:.2f} and {second.h[UNIT, 0]:.2f}."
        ),
    )
