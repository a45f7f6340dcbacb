"""Draw the same training without and with clipping: the loss, and the length of the gradient.

The task and the network are those of `scripts/figures/bit_loss.py`, trained by SGD with momentum.
"""

from __future__ import annotations

import numpy as np

from lstm_tutorial import SGD
from scripts.figures import style
from scripts.figures.bit_loss import training

LAG, STEPS, LIMIT = 8, 150, 0.5
SEEDS = range(5)


def build() -> None:
    """Train from five seeds both ways, and write the figure."""
    figure, panels = style.new_figure(height=6.2, rows=2, columns=2, sharex=True, sharey="row")
    for column, clip in enumerate((None, LIMIT)):
        for seed in SEEDS:
            optimizer = SGD(0.3, momentum=0.9)
            records = training(LAG, seed, optimizer, STEPS, clip=clip)
            steps, losses, norms = (np.array(values) for values in zip(*records, strict=True))
            look = style.series(seed) | {"linewidth": 1.2}
            panels[0, column].plot(steps, losses, **look)
            panels[1, column].plot(steps, norms, **look)
        panels[1, column].axhline(LIMIT, color=style.COLOURS["ink"], linestyle=(0, (4, 3)), linewidth=1.1)
        panels[1, column].set_xlabel("step of training")
        panels[0, column].set_title("no clipping" if clip is None else f"clipped at {clip:g}")
        style.log_axis(panels[1, column])
    panels[0, 0].set(ylabel="loss", ylim=(0, 2.5))
    panels[1, 0].set(ylabel="length of the gradient")
    style.save(
        figure,
        "clipping",
        "One training without and with clipping, from five seeds",
        "Without clipping the gradient of two of the five seeds jumps, and from there on their loss is above"
        " that of knowing nothing. With clipping the gradient jumps too, and every loss recovers.",
    )


if __name__ == "__main__":
    build()
