"""Four sequences of the smallest memory task: a bit, eight readings of noise, and the answer asked for."""

import numpy as np

from scripts.plotting import style
from scripts.plotting.tiles import frame, heat

LAG = 8
SEQUENCES = 4
SEED = 8  # two bits are up and two are down


def readings() -> np.ndarray:
    """Return the readings of all sequences, (T, n), as the page's `episodes` draws them."""
    rng = np.random.default_rng(SEED)
    bits = rng.choice([-1.0, 1.0], SEQUENCES)  # (n,)
    xs = rng.standard_normal((LAG + 1, SEQUENCES))  # (T, n)
    xs[0] = bits
    return xs


def build() -> None:
    """Draw ``docs/_generated/bit_readings.svg``."""
    xs = readings().T  # (n, T)
    figure, axes = style.new_figure(height=2.3)
    heat(axes, xs, -4.0, 4.0)  # pale enough to read numbers on
    for (row, column), value in np.ndenumerate(xs):
        text = f"{value:+.0f}" if column == 0 else f"{round(value, 1) + 0.0:.1f}"
        axes.text(column, row, text.replace("-", "−"), ha="center", va="center")
    frame(axes, (0, 1), (0, SEQUENCES), linewidth=1.6)
    for row, bit in enumerate(xs[:, 0]):
        axes.text(LAG + 1.2, row, "up" if bit > 0 else "down", ha="center", va="center")
    for column, text in ((0, "the bit"), (LAG / 2 + 0.5, f"{LAG} steps of noise"), (LAG + 1.2, "answer")):
        axes.text(column, -0.75, text, ha="center", va="bottom")
    axes.set(xlim=(-0.6, LAG + 1.9), ylim=(SEQUENCES - 0.5, -1.4), yticks=[], xticks=range(LAG + 1))
    axes.set_xticklabels(range(1, LAG + 2))
    axes.set_xlabel("step")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "bit_readings",
        title="Four sequences of the task",
        description=(
            f"Four rows of {LAG + 1} tiles. The first tile of a row is framed and holds the bit, +1 in two "
            f"rows and −1 in the two others. The {LAG} tiles after it hold readings of noise, many of them "
            "larger than the bit. Behind each row is the answer, up or down: the sign of the first tile."
        ),
    )
