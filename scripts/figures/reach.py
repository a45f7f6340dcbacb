"""Draw which steps of a sequence get a gradient from a loss at the last step: three untrained networks."""

import numpy as np

from lstm_tutorial import LSTM, backpropagate, squared_error, unroll
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

LAG, CHUNK = 20, 7


def reach(forget_bias: float, chunk: int = LAG + 1) -> FloatArray:
    """Return the norm of the gradient at each of the last `chunk` inputs, over that at the last, (chunk,)."""
    rng = np.random.default_rng(0)
    xs = rng.standard_normal((LAG + 1, 1, 32))  # (T, D, B)
    xs[0] = rng.choice([-1.0, 1.0], (1, 32))
    lstm = LSTM(1, 8, 1, rng=0, forget_bias=forget_bias)
    before = unroll(lstm, xs[: LAG + 1 - chunk])
    out = unroll(lstm, xs[LAG + 1 - chunk :], before.h, before.c)
    dys = np.zeros_like(out.ys)  # (chunk, O, B)
    _, dys[-1] = squared_error(out.ys[-1], xs[0])
    norms: FloatArray = np.linalg.norm(backpropagate(out.cache, dys=dys)["xs"], axis=(1, 2))  # (chunk,)
    relative: FloatArray = norms / norms[-1]
    return relative


def build() -> None:
    figure, axes = style.new_figure(height=3.4)
    lines = {
        "forget bias 3": reach(3.0),
        "forget bias 0": reach(0.0),
        f"bias 3, chunks of {CHUNK}": reach(3.0, CHUNK),
    }
    for k, (label, norms) in enumerate(lines.items()):
        steps = np.arange(LAG + 2 - len(norms), LAG + 2)
        axes.plot(steps, norms, label=label, **style.series(k, markers=True))
    axes.axvline(LAG + 1.5 - CHUNK, color=style.COLORS["muted"], linestyle=(0, (4, 3)), linewidth=1.1)
    style.log_axis(axes)
    axes.set(xlabel="step t, the question is at the last", ylabel="norm of the gradient")
    axes.set_xticks(range(1, LAG + 2, 5))
    style.legend(axes, ncols=2)
    style.save(
        figure,
        "reach",
        title="Which steps get a gradient",
        description="The norm of the gradient at each of 21 steps, relative to that at the last step, on a "
        "logarithmic axis. With a forget bias of 3 it does not fall below a tenth. With a forget bias of 0 "
        "it falls to less than a thousandth. With chunks of seven steps, only the last seven steps have any.",
    )
