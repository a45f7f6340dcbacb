"""Draw the same training without and with clipping: the loss, and the norm of the gradient.

The task and the network are those of `scripts/plotting/bit_training.py`, trained by SGD with momentum.
"""

import numpy as np

from lstm_tutorial import SGD
from scripts.plotting import style
from scripts.plotting.bit_training import training

LAG, STEPS, LIMIT = 8, 150, 1.0
SEEDS = range(10)
DRAWN_SEED = 4  # its steps are drawn; of the other seeds, only the final loss


def build() -> None:
    figure, (above, middle, below) = style.new_figure(height=6.6, rows=3, height_ratios=(3, 3, 1))
    for k, clip in enumerate((None, LIMIT)):
        label = "no clipping" if clip is None else f"clipped at {clip:g}"
        ends = []
        for seed in SEEDS:
            metrics = training(LAG, seed, SGD(0.3, momentum=0.9), STEPS, clip=clip)
            steps, losses, norms = (np.array(values) for values in zip(*metrics, strict=True))
            ends.append(losses[-20:].mean())
            if seed == DRAWN_SEED:
                above.plot(steps, losses, label=label, **style.series(2 * k + 1))
                middle.plot(steps, norms, **style.series(2 * k + 1))
        look = style.series(2 * k + 1, markers=True)
        below.plot(ends, [-k] * len(ends), **(look | {"linestyle": "none", "markersize": 7}))
        below.annotate(label, (1e-7, -k), (5, 0), textcoords="offset points", va="center")
    middle.axhline(LIMIT, color=style.COLORS["ink"], linestyle=(0, (4, 3)), linewidth=1.1)
    above.set(ylabel="loss", ylim=(0, 2.5), xlim=(0, STEPS))
    middle.set(ylabel="norm of the gradient", xlabel="step of training", xlim=(0, STEPS))
    below.set(xlabel="final loss, ten seeds", yticks=[], ylim=(-1.6, 0.6), xlim=(1e-7, 10))
    style.log_axis(middle)
    style.log_axis(below, "x")
    style.legend(above)
    style.save(
        figure,
        "clipping",
        title="One training without and with clipping",
        description="One seed over 150 steps. Without clipping the loss is near zero when the gradient "
        "jumps, and stays above the baseline from there on. With clipping the loss falls and stays near "
        "zero. Below, where ten seeds end: several of those without clipping near or above the baseline, "
        "none of the others.",
    )
