"""The double sum of backpropagation through time for one weight: a term for each loss and earlier use."""

import numpy as np

from lstm_tutorial import LSTM, backpropagate_trace, trace_sequence
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style
from scripts.plotting.tiles import frame, heat

WEIGHT, INDEX = "Wc", (0, 1)


def terms() -> FloatArray:
    """Return what the loss of step t (row) gives to the use of the weight in step k (column), (T, T)."""
    D, H, O, T = 3, 4, 2, 5
    lstm = LSTM(D, H, O, rng=0, forget_bias=1.0)
    rng = np.random.default_rng(1)
    trace = trace_sequence(lstm, rng.standard_normal((T, D, 1)))
    dys = trace.y - rng.standard_normal((T, O, 1))  # (T, O, B), of half the squared distance
    result = np.empty((T, T))
    for t in range(T):
        alone = np.zeros_like(dys)  # (T, O, B)
        alone[t] = dys[t]  # the loss of this step alone
        result[t] = backpropagate_trace(lstm, trace, dys=alone)[WEIGHT][(slice(None), *INDEX)]
    return result


def build() -> None:
    """Draw ``docs/_generated/double_sum.svg``."""
    table = terms()  # (T, T)
    T = len(table)
    shown = np.full((T + 1, T + 1), np.nan)  # the terms, and their sums
    shown[:T, :T] = np.where(np.tril(np.ones((T, T))) > 0, table, np.nan)
    shown[:T, T], shown[T, :T], shown[T, T] = table.sum(axis=1), table.sum(axis=0), table.sum()
    figure, axes = style.new_figure(height=2.8)
    heat(axes, np.nan_to_num(shown), -0.9, 0.9)  # pale enough to read numbers on
    for (row, column), value in np.ndenumerate(shown):
        if not np.isnan(value):
            text = f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
            weight = "bold" if row == column == T else "normal"
            axes.text(column, row, text, ha="center", va="center", fontweight=weight)
    frame(axes, (T, T + 1), (0, T + 1))
    frame(axes, (0, T + 1), (T, T + 1))
    axes.set(yticks=range(T + 1), xticks=range(T + 1))
    axes.set_yticklabels([*(f"loss of step {t}" for t in range(1, T + 1)), "sum"])
    axes.set_xticklabels([*(f"step {k}" for k in range(1, T + 1)), "sum"])
    axes.set_xlabel("the weight as used in")
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "double_sum",
        title="The terms of the gradient of one weight",
        description=(
            f"A triangle of tiles with a row for the loss of each of {T} steps and a column for each step in "
            "which the weight is used. The upper right is empty, because a loss does not depend on later "
            "uses. Most terms of the last row and of the second are as large as 0.1 or 0.2. A framed column "
            f"and a framed row hold the sums, and their corner the whole gradient, {table.sum():.2f}."
        ),
    )
