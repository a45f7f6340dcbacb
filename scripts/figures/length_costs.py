"""Draw the time of computing all steps at once over that of going step by step, by the number of steps."""

from scripts.experiments.records import read_record
from scripts.plotting import style

RATIOS = {
    "mLSTM, parallel over steps": ("mLSTM, parallel", "mLSTM, steps"),
    "scan over loop": ("scan", "loop"),
    "attention over LSTM": ("attention", "LSTM"),
}


def build() -> None:
    """Draw ``docs/_generated/length_costs.svg``."""
    rows = read_record("lengths")["rows"]
    lengths = [row["T"] for row in rows]
    figure, axes = style.new_figure(height=3.4)
    for k, (label, (above, below)) in enumerate(RATIOS.items()):
        ratios = [row["seconds"][above] / row["seconds"][below] for row in rows]
        axes.plot(lengths, ratios, label=label, **style.series(k, markers=True))
    axes.axhline(1, color=style.COLORS["muted"], linestyle=":")
    style.log_axis(axes)
    axes.set(xscale="log", xlabel="number of steps T", ylabel="ratio of times")
    axes.set_xticks(lengths, [f"{T:,}" for T in lengths])
    axes.minorticks_off()
    style.legend(axes, ncols=1)
    style.save(
        figure,
        "length_costs",
        title="Times of computing all steps at once, over those of going step by step",
        description="Three rising lines over the number of steps, from 64 to 4096, both axes logarithmic, "
        "with a dotted line at one. All rise with the number of steps and cross the line.",
    )
