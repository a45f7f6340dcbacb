"""Draw sLSTM in float32 while its input gate grows: without a stabilizer it overflows."""

import numpy as np

from lstm_tutorial.checks import FloatArray
from scripts.experiments.successors import slstm
from scripts.plotting import style

STEPS = 120


def run() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the input gate's pre-activations, and h without and with a stabilizer, (T,) each, in float32."""
    a_i = np.arange(1, STEPS + 1, dtype=np.float32)  # (T,)
    a_z = np.sin(a_i / 8)  # (T,)
    large, zero = np.float32(40), np.float32(0)
    c = n = c_plain = n_plain = m = zero
    plain, stable = np.empty((2, STEPS), np.float32)
    with np.errstate(all="ignore"):
        for t in range(STEPS):  # f is 1/2, and o is 1
            c_plain = c_plain / 2 + np.exp(a_i[t]) * np.tanh(a_z[t])
            n_plain = n_plain / 2 + np.exp(a_i[t])
            plain[t] = c_plain / n_plain
            stable[t], c, n, m = slstm(zero, a_i[t], a_z[t], large, c, n, m)
    return a_i, plain, stable


def build() -> None:
    """Draw ``docs/_generated/stabilizer.svg``."""
    a_i, plain, stable = run()
    last = int(np.flatnonzero(np.isfinite(plain))[-1])
    figure, axes = style.new_figure(height=3.0)
    axes.plot(a_i, stable, label="with a stabilizer", **style.series(2))
    axes.plot(a_i, plain, label="without", linewidth=3.6, alpha=0.6, **style.series(0))
    axes.plot(a_i[last], plain[last], "x", color=style.series(0)["color"], markersize=9)
    axes.annotate("not a number", (a_i[last], plain[last]), (8, -14), textcoords="offset points")
    axes.set(xlabel="pre-activation of the input gate", ylabel="h", ylim=(-1.15, 1.0))
    style.legend(axes)
    style.save(
        figure,
        "stabilizer",
        title="sLSTM in float32 with a growing input gate, without and with a stabilizer",
        description="The output h against the pre-activation of the input gate, which grows by one at each "
        f"step. Both lines are the same wave up to {a_i[last]:.0f}. There the line without a stabilizer ends "
        "with a cross, and the other one goes on to 120.",
    )
