"""Draw the same training without and with clipping: the loss, and the norm of the gradient.

The task and the network are those of `scripts/plotting/bit_training.py`, trained by SGD with momentum.
"""

from lstm_tutorial import SGD
from scripts.plotting import style
from scripts.plotting.bit_training import training

LAG, STEPS, LIMIT = 8, 150, 1.0
SEED = 4


def build() -> None:
    figure, (above, below) = style.new_figure(height=5.0, rows=2, sharex=True)
    for k, clip in enumerate((None, LIMIT)):
        label = "no clipping" if clip is None else f"clipped at {clip:g}"
        metrics = training(LAG, SEED, SGD(0.3, momentum=0.9), STEPS, clip=clip)
        steps, losses, norms = zip(*metrics, strict=True)
        above.plot(steps, losses, label=label, **style.series(k))
        below.plot(steps, norms, **style.series(k))
    above.axhline(1.0, color=style.COLORS["muted"], linestyle=(0, (4, 3)), linewidth=1.1)
    above.annotate("memoryless baseline", (60, 1.0), (0, 4), textcoords="offset points")
    below.axhline(LIMIT, color=style.COLORS["ink"], linestyle=(0, (4, 3)), linewidth=1.1)
    below.annotate("limit", (60, LIMIT), (0, 4), textcoords="offset points")
    above.set(ylabel="loss", ylim=(0, 3.4), xlim=(0, STEPS))
    below.set(ylabel="norm of the gradient", xlabel="step of training")
    style.log_axis(below)
    style.legend(above)
    style.save(
        figure,
        "clipping",
        title="One training without and with clipping",
        description="One seed over 150 steps. Without clipping the loss is near zero when the gradient "
        "jumps, and stays above the baseline from there on. With clipping the loss falls and stays near "
        "zero, although the norm before clipping goes over the limit several times.",
    )
