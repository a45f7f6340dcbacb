"""Draw the gradient at each lag before and after training on one bit, for two initializations of an LSTM."""

import numpy as np

from lstm_tutorial.checks import FloatArray
from scripts.experiments.one_bit import FOLLOWED_LAG, results
from scripts.plotting import style

ARMS = {"1": "bias 1", "chrono": "chrono"}


def followed(arm: str, when: str) -> FloatArray:
    """Return the median over seeds of the gradient at each lag, before or after training, (T,)."""
    runs = results()[arm][str(FOLLOWED_LAG)]
    median: FloatArray = np.median([run[when]["gradient"] for run in runs], axis=0)  # (T,)
    return median


def build() -> None:
    figure, axes = style.new_figure(height=3.4)
    for k, (arm, name) in zip((2, 5), ARMS.items(), strict=True):
        color = style.series(k)["color"]
        for when, line in (("before", "--"), ("after", "-")):
            axes.plot(followed(arm, when), color=color, linestyle=line, label=f"{name}, {when}")
    style.log_axis(axes)
    axes.set(xlabel="lag T − t (steps)", ylabel="gradient over lag 0", xlim=(0, FOLLOWED_LAG))
    style.legend(axes)
    bias, chrono = ([f"{followed(arm, when)[-1]:.2g}" for when in ("before", "after")] for arm in ARMS)
    style.save(
        figure,
        "bit_profile",
        title="Gradient against lag before and after training",
        description="Four curves on a logarithmic axis: gradient against lag for forget bias 1 and chrono "
        f"initialization, before and after training. At the last lag it is {bias[0]} before and {bias[1]} "
        f"after with bias 1, {chrono[0]} and {chrono[1]} with chrono.",
    )
