"""Draw the cell states of an untrained LSTM after one input, for two values of the forget bias.

The weights and the first input are those of the example; every later input is zero.
"""

import numpy as np

from lstm_tutorial import LSTM, trace_sequence
from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import WEIGHT_SEED, example
from scripts.plotting import style

STEPS = 40


def cell_states(forget_bias: float) -> FloatArray:
    """Return the cell states after each step, (T, H): the first step reads an input, the rest zeros."""
    _, xs = example()
    lstm = LSTM(10, 20, 5, rng=WEIGHT_SEED, forget_bias=forget_bias)
    inputs = np.zeros((STEPS, 10, 1))  # (T, D, B)
    inputs[0] = xs[0]
    cs: FloatArray = trace_sequence(lstm, inputs).c[:, :, 0]  # (T, H)
    return cs


def build() -> None:
    figure, axes = style.new_figure(height=5.0, rows=2, sharex=True)
    for ax, forget_bias in zip(axes, (0.0, 3.0), strict=True):
        ax.plot(range(1, STEPS + 1), cell_states(forget_bias), color=style.COLORS["cell"], linewidth=0.9)
        ax.set(title=f"forget bias {forget_bias:g}", ylabel="cell state c", xlim=(1, STEPS))
    axes[1].set_xlabel("step; the input is read in step 1, then it is zero")
    style.save(
        figure,
        "silence",
        title="One input, then silence: twenty cell states over forty steps",
        description="Two panels with twenty lines each, one per hidden unit. With forget bias 0 all lines "
        "run together at zero within about ten steps. With forget bias 3 none fades; most drift away from "
        "where the input put them and several grow to many times that.",
    )
