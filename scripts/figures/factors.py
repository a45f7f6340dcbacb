"""Draw the factors by which ten steps back multiply a gradient, and what is left of it after each of them."""

import numpy as np
from numpy.typing import NDArray

from scripts.experiments.gradient_profile import D, O, T, gradient_by_lag, new_lstm, new_rnn
from scripts.plotting import style
from scripts.plotting.tiles import heat

NAMES = ("plain RNN", "LSTM, bias 0", "LSTM, bias 1", "LSTM, bias 3")
STEPS, SEED = 10, 2


def remaining() -> NDArray[np.float64]:
    """Return what share of the gradient is left after 0 to STEPS steps back, (4, STEPS+1)."""
    rows = []
    for forget_bias in (None, 0.0, 1.0, 3.0):
        rng = np.random.default_rng(SEED)
        network = new_rnn(rng, None) if forget_bias is None else new_lstm(rng, forget_bias)
        xs = rng.standard_normal((T, D, 1))  # (T, D, 1)
        dh = network.Wy.T @ rng.standard_normal((O, 1))  # (H, 1)
        norms = gradient_by_lag(network, xs, dh)[: STEPS + 1]  # (STEPS+1,)
        rows.append(norms / norms[0])
    return np.array(rows)


def percent(share: float) -> str:
    """Write a share with two digits: 0.00065 as 0.065%."""
    return f"{100 * share:.2g}%"


def build() -> None:
    left = remaining()  # (4, STEPS+1)
    factors = left[:, 1:] / left[:, :-1]  # (4, STEPS)
    figure, axes = style.new_figure(height=2.5)
    heat(axes, np.minimum(left[:, 1:], 1.0), -2.0, 2.0)  # pale enough to read numbers on
    for (row, column), factor in np.ndenumerate(factors):
        axes.text(column, row, f"{factor:.2f}".removeprefix("0"), ha="center", va="center")
    for row, share in enumerate(left[:, -1]):
        axes.text(STEPS + 0.85, row, percent(share), ha="center", va="center", weight="bold")
    axes.set(xlim=(-0.5, STEPS + 1.7), yticks=range(len(NAMES)), xticks=[*range(STEPS), STEPS + 0.85])
    axes.set_yticklabels(NAMES)
    axes.set_xticklabels([*range(1, STEPS + 1), "left"])
    axes.set_xlabel("steps back from the loss")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    ends = ", ".join(f"{percent(share)} in {name}" for name, share in zip(NAMES, left[:, -1], strict=True))
    style.save(
        figure,
        "factors",
        title="A row of factors, one for each step back",
        description="Four rows of ten tiles, one row for a plain network and three for LSTMs with forget "
        "biases 0, 1 and 3. The number in a tile is the factor by which that step multiplies the gradient, "
        f"and the tiles grow pale as less of it is left. After ten steps it is {ends}.",
    )
