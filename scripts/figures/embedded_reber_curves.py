"""Draw how the embedded Reber grammar is learned by an LSTM and by a plain RNN."""

from scripts.experiments import baselines
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_baseline, learning_curves


def build() -> None:
    arms = read_record("embedded_reber")["arms"]
    reber = baselines.reber()
    memoryless = reber.memoryless, "knows the grammar, not the second symbol"
    figure, axes = learning_curves(arms, memoryless, height=3.8)
    draw_baseline(axes, reber.best_possible, "knows both", below=True)
    axes.set(xlabel="strings seen [thousands]", ylabel="cross-entropy [nats]")
    axes.set(ylim=(0.35, 0.8), xlim=(0, 15))
    style.legend(axes)
    style.save(
        figure,
        "embedded_reber_curves",
        title="Learning the embedded Reber grammar",
        description="Cross-entropy per symbol against strings seen, median and range over twenty "
        "seeds, and two dotted lines. Both curves fall fast to the upper line, where the "
        "grammar is known and the second symbol is not, and then more slowly towards the lower one.",
    )
