"""One input, then silence: the cell states of an untrained LSTM, with two values of the forget bias.

The weights and the first input are those of the example; every later input is zero. Nothing is trained here.
"""

import numpy as np

from lstm_tutorial import LSTM
from lstm_tutorial.checks import FloatArray
from scripts.forward_pass import WEIGHT_SEED, example
from scripts.plotting import style

STEPS = 40


def cell_states(forget_bias: float) -> FloatArray:
    """Return the cell states after each step, (STEPS, H): the first step reads an input, the rest zeros."""
    _, xs = example()
    lstm = LSTM(10, 20, 5, rng=WEIGHT_SEED, forget_bias=forget_bias)
    h, c = lstm.initial_state()  # (H, 1) each
    states = []
    for t in range(STEPS):
        x = xs[0] if t == 0 else np.zeros_like(xs[0])  # (D, 1)
        _, h, c = lstm.forward(x, h, c)
        states.append(c[:, 0])  # (H,)
    return np.array(states)  # (STEPS, H)


def build() -> None:
    """Draw ``docs/_generated/silence.svg``."""
    figure, axes = style.new_figure(height=5.0, rows=2, sharex=True)
    for ax, forget_bias in zip(axes, (0.0, 3.0), strict=True):
        ax.plot(range(1, STEPS + 1), cell_states(forget_bias), color=style.COLOURS["cell"], linewidth=0.9)
        ax.set(title=f"forget bias {forget_bias:g}", ylabel="cell state c", xlim=(1, STEPS))
    axes[1].set_xlabel("step; the input is read in step 1, then it is zero")
    style.save(
        figure,
        "silence",
        title="One input, then silence: twenty cell states over forty steps",
        description=(
            "Two panels with twenty lines each, one per hidden unit. With forget bias 0 all lines run "
            "together at zero within about ten steps. With forget bias 3 none fades; most drift away "
            "from where the input put them and several grow to many times that."
        ),
    )
