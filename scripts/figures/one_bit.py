"""Draw which networks learn one bit through noise, and the gradient left at the bit before training."""

import numpy as np

from scripts.experiments.one_bit import LAGS, results
from scripts.plotting import style
from scripts.plotting.tiles import heat

NAMES = {
    "RNN": "plain RNN",
    **{f"{bias}": f"LSTM, bias {bias}" for bias in range(4)},
    "chrono": "LSTM, chrono",
}


def build() -> None:
    found = results()
    runs = [[found[arm][str(lag)] for lag in LAGS] for arm in NAMES]
    left = np.array([[np.median([run["left"] for run in cell]) for cell in row] for row in runs])
    learned = [[sum(run["solved"] is not None for run in cell) for cell in row] for row in runs]
    figure, axes = style.new_figure(height=3.9)
    heat(axes, learned, 0.0, 10.0)  # pale enough to read numbers on
    for (row, column), share in np.ndenumerate(left):
        of = f"{learned[row][column]} of {len(runs[row][column])}"
        axes.text(column, row - 0.16, of, ha="center", va="center", weight="bold")
        text = f"{share:.2g}" if share >= 0.01 else style.magnitude(share).removeprefix("about ")
        axes.text(column, row + 0.22, text, ha="center", va="center")
    axes.set(yticks=range(len(NAMES)), xticks=range(len(LAGS)))
    axes.set_yticklabels(NAMES.values())
    axes.set_xticklabels([f"lag {lag}" for lag in LAGS])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    rows = "; ".join(
        f"{name}: {', '.join(map(str, row))}" for name, row in zip(NAMES.values(), learned, strict=True)
    )
    style.save(
        figure,
        "one_bit",
        title="Who learns the bit, and the gradient before training",
        description="A table of tiles with six rows, one for each initialization, and four columns, for "
        "lags of 10, 20, 40 and 80 steps. Each tile says how many of five networks learned, and below it the "
        "median of the gradient that was left at the bit before training. Networks "
        f"that learned, by lag: {rows}.",
    )
