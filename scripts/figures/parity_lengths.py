"""Draw how often the parity of bits is right, by the number of bits, for networks trained on up to 40."""

import numpy as np

from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_band, draw_baseline

LABELS = {
    "LSTM": "LSTM",
    "minLSTM": "minLSTM",
    "minLSTM, 2 layers": "minLSTM, 2 layers",
    "minLSTM, -1 to 1": "minLSTM, −1 to 1",
}


def build() -> None:
    arms = read_record("parity_bits")["arms"]
    figure, axes = style.new_figure(height=3.5)
    for k, (arm, label) in enumerate(LABELS.items()):
        results = [run["result"] for run in arms[arm]["runs"]]
        bounds = np.quantile([result["share_right"] for result in results], [0.0, 0.5, 1.0], axis=0)
        draw_band(axes, results[0]["lengths"], *bounds, alpha=0.18, label=label, **style.series(k))
    draw_baseline(axes, 0.5, "guessing", below=True)
    axes.axvline(40, color=style.COLORS["muted"], linewidth=0.9)
    axes.annotate("longest in training", (40, 1.03), (4, 0), textcoords="offset points", va="bottom")
    axes.set(xscale="log", xlabel="number of bits", ylabel="share right", ylim=(0.3, 1.1))
    axes.set_xticks([1, 5, 10, 20, 40, 100, 200, 400], ["1", "5", "10", "20", "40", "100", "200", "400"])
    axes.minorticks_off()
    style.legend(axes)
    style.save(
        figure,
        "parity_lengths",
        title="Share of right answers by the number of bits",
        description="Share of right answers against the number of bits, from 1 to 400, as the median of five "
        "seeds with a band over them. The LSTM stays at 1. minLSTM starts at 1 and falls to one half before "
        "ten bits; with two layers it falls a little later. minLSTM with factors from −1 to 1 stays at 1 "
        "beyond 40 bits, the longest of the training, and falls to one half between 100 and 400.",
    )
