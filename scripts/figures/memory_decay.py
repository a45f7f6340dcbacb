"""Draw how often six simple memories still know one bit, as the lag grows.

Every rule runs once over the same sequences and answers after every step. Nothing is trained.
"""

from collections.abc import Callable

import numpy as np

from scripts.plotting import style

SEQUENCES = 20_000
LAGS = 200
Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]  # from state and reading to the next state


def build() -> None:
    rng = np.random.default_rng(0)
    bits = rng.choice([-1.0, 1.0], SEQUENCES)  # (n,)
    readings = rng.standard_normal((LAGS, SEQUENCES))  # (lag, n), the noise after the bit
    lags = np.arange(1, LAGS + 1)  # (lag,)

    figure, axes = style.new_figure(height=3.8)
    for k, w in enumerate((0.5, 0.9, 1.0, 1.1)):
        right = accuracy(leaky(w), bits, readings)  # (lag,)
        axes.plot(lags, right, label=f"leaky, w = {w}", **style.series(k))
    right = accuracy(lambda h, x: np.tanh(3.0 * h + 0.3 * x), bits, readings)  # (lag,)
    axes.plot(lags, right, label="latch, tanh(3h + 0.3x)", **style.series(4))
    right = accuracy(lambda c, _: c, bits, readings)  # (lag,), the gate is shut after the bit
    axes.plot(lags, right, label="conveyor with a gate", linewidth=4, zorder=1, **style.gate("cell"))
    axes.axhline(0.5, color=style.COLORS["muted"], linestyle=":", linewidth=1.2)
    axes.annotate("guessing", (1.0, 0.5), (0, -12), textcoords="offset points", fontsize=10.5)
    style.log_axis(axes, "x")
    axes.set(xlabel="lag (steps of noise after the bit)", ylabel="share of right answers", ylim=(0.45, 1.03))
    style.legend(axes, ncols=2)
    style.save(
        figure,
        "memory_decay",
        title="Right answers against lag, for six memories",
        description="Accuracy against lag from 1 to 200 on a logarithmic axis. Leaky units with w = 0.5, "
        "0.9 and 1 start between 0.7 and 0.85 and fall to the guessing line at 0.5, the smaller w the "
        "sooner. With w = 1.1 the curve levels off near 0.68. The saturated latch stays just below 1, the "
        "conveyor with a gate at 1.",
    )


def leaky(w: float) -> Rule:
    """Return the rule of a leaky unit with weight `w` on its loop."""
    return lambda h, x: w * h + x


def accuracy(rule: Rule, bits: np.ndarray, readings: np.ndarray) -> np.ndarray:
    """Start a memory at the bit, feed it the noise, return the share of right signs at each lag, (lag,)."""
    h = bits  # (n,)
    right = []
    for x in readings:
        h = rule(h, x)  # (n,)
        right.append(np.mean(np.sign(h) == bits))
    return np.array(right)
