"""Draw the cliff in the loss of one recurrent weight, and how clipped steps walk down from it."""

from typing import Any

import numpy as np

from scripts.plotting import style

STEPS, TARGET, RATE, START = 50, 0.5, 0.01, 1.1


def loss(w: Any) -> Any:
    """Return the squared error of a bit of size one after STEPS turns of a loop with weight `w`."""
    return (w**STEPS - TARGET) ** 2


def slope(w: Any) -> Any:
    """Return the derivative of `loss`."""
    return 2 * (w**STEPS - TARGET) * STEPS * w ** (STEPS - 1)


def build() -> None:
    ws = np.linspace(0.5, 1.15, 400)  # (n,)
    walk = [START]
    for _ in range(12):
        walk.append(walk[-1] - RATE * float(np.clip(slope(walk[-1]), -1, 1)))
    steps = np.array(walk)  # (13,)

    figure, axes = style.new_figure(height=2.8)
    axes.plot(ws, loss(ws), **style.series(0))
    axes.plot(steps, loss(steps), "o", color=style.COLORS["forget"], markersize=4)
    axes.annotate("clipped steps", (1.1, 1e4), (-90, 0), textcoords="offset points")
    style.log_axis(axes)
    axes.set(xlabel="weight w of the loop", ylabel="loss", ylim=(1e-5, 1e6))
    style.save(
        figure,
        "explosion",
        title="A cliff and a plain in the loss of one recurrent weight",
        description="The loss over the weight of a loop that turns 50 times. It is flat at one quarter for "
        "weights below 0.9, has a narrow minimum near 0.986 and then rises steeply to more than ten thousand "
        "at 1.1. Dots show clipped steps that walk from 1.1 down to the minimum.",
    )
