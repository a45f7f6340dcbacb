"""Draw how the noise-free task with a long lag is learned, or not."""

from scripts.experiments import baselines
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import learning_curves


def build() -> None:
    arms = read_record("long_lag")["arms"]
    learned = {arm: kept for arm, kept in arms.items() if arm != "guessing"}
    lag = arms["guessing"]["settings"]["lag"]
    baseline = baselines.long_lag(lag), f"all but the last symbol: ln 2 / {lag}"
    figure, axes = learning_curves(learned, baseline, height=3.5)
    style.log_axis(axes)
    axes.set(ylabel="cross-entropy [nats]", ylim=(1e-3, 5), xlim=(0, 10))
    style.legend(axes)
    style.save(
        figure,
        "long_lag_curves",
        title=f"Two sequences that differ in the first and the last of {lag + 1} symbols",
        description="Cross-entropy per step on a logarithmic axis against sequences seen, median and range "
        "over five seeds. Four curves fall to the dotted line, where every symbol is predicted but the last. "
        "One goes on below it at once: the LSTM with chrono initialization and a short memory of the "
        "gradient's size.",
    )
