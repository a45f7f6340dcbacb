"""Draw the loss while an LSTM learns to hold one bit, at three lags."""

from lstm_tutorial import Adam
from scripts.plotting import style
from scripts.plotting.bit_training import training
from scripts.plotting.curves import draw_smooth

LAGS = (5, 10, 20)
SEEDS = range(3)
STEPS = 60  # later, at lag 20, Adam makes visible what the last bits of a product are


def build() -> None:
    figure, panels = style.new_figure(height=5.4, rows=len(LAGS), sharex=True, sharey=True)
    for axes, lag in zip(panels, LAGS, strict=True):
        axes.axhline(1.0, color=style.COLORS["muted"], linestyle=(0, (4, 3)), linewidth=1.1)
        for seed in SEEDS:
            losses = [metrics.loss for metrics in training(lag, seed, Adam(0.02), STEPS)]
            draw_smooth(axes, losses, **style.series(seed), linewidth=1.3)
        axes.set(title=f"lag {lag}", ylabel="loss", ylim=(0, 1.35), xlim=(0, STEPS), yticks=(0, 0.5, 1))
    panels[0].annotate("memoryless baseline", (STEPS, 1.0), (0, 4), textcoords="offset points", ha="right")
    panels[-1].set_xlabel("step of training")
    style.save(
        figure,
        "bit_loss",
        "The loss while an LSTM learns to hold one bit",
        "Three panels, for lags of 5, 10 and 20 steps, with a curve of the loss for each of three seeds."
        " At lags 5 and 10 all fall from 1, the memoryless baseline, to nearly zero. At lag 20 they"
        " fall later and less steadily, and rise again on the way.",
    )
