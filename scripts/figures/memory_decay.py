"""Draw how often five simple memories still know one bit, as the lag grows.

Every leaky unit runs once over the same sequences and answers after every step. Nothing is trained but the
window, whose weights are those of the best linear answer.
"""

from collections.abc import Callable

import numpy as np

from scripts.plotting import style

SEQUENCES = 20_000
LAGS = 200
WIDTH = 10  # the readings that the window holds
Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]  # from state and reading to the next state


def build() -> None:
    """Draw ``docs/_generated/memory_decay.svg``."""
    rng = np.random.default_rng(0)
    bits = rng.choice([-1.0, 1.0], SEQUENCES)  # (n,)
    readings = rng.standard_normal((LAGS, SEQUENCES))  # (lag, n), the noise after the bit
    lags = np.arange(1, LAGS + 1)  # (lag,)

    figure, axes = style.new_figure(height=3.6)
    axes.plot([1, WIDTH - 1, WIDTH, LAGS], [1, 1, 0.5, 0.5], label=f"window of {WIDTH}", **style.series(4))
    for k, w in enumerate((0.5, 0.9, 1.0, 1.1)):
        right = accuracy(leaky(w), bits, readings)  # (lag,)
        axes.plot(lags, right, label=f"leaky unit, w = {w:g}" if k == 0 else f"w = {w:g}", **style.series(k))
    axes.axhline(0.5, color=style.COLORS["muted"], linestyle=":", linewidth=1.2)
    axes.annotate("guessing", (1.0, 0.5), (0, -14), textcoords="offset points")
    style.log_axis(axes, "x")
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes.set(ylim=(0.44, 1.03))
    axes.set_xlabel("lag (steps of noise after the bit)")
    axes.set_ylabel("share of right answers")
    style.legend(axes, ncols=3)
    style.save(
        figure,
        "memory_decay",
        title="Right answers against lag, for a window and four leaky units",
        description=(
            f"Accuracy against lag from 1 to {LAGS} on a logarithmic axis. The window is always right up to "
            f"lag {WIDTH - 1} and falls at lag {WIDTH} to the guessing line at 0.5. Leaky units with w = "
            "0.5, 0.9 and 1 start between 0.7 and 0.85 and fall to that line, the smaller w the sooner. With "
            "w = 1.1 the curve levels off near 0.68."
        ),
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
