"""Draw how a gate and the candidate of the example respond as its input is scaled from -4 to 4 times itself.

The states before the step stay zero and the weights stay the same; only the size of the input changes.
"""

import numpy as np

from scripts.forward_pass import UNIT, example
from scripts.plotting import style


def build() -> None:
    lstm, xs = example()
    scales = np.linspace(-4.0, 4.0, 49)  # (B,)
    trace = lstm.trace(xs[0] * scales, *lstm.initial_state(len(scales)))  # one column per scale
    figure, axes = style.new_figure(height=3.4, rows=2, sharex=True)
    for ax, name in zip(axes, ("f", "c_tilde"), strict=True):
        values, (color, title) = getattr(trace, name), style.STEP_VALUES[name]
        low = -1 if name == "c_tilde" else 0
        ax.plot(scales, np.delete(values, UNIT, axis=0).T, color=style.COLORS[color], linewidth=0.6)
        ax.plot(scales, values[UNIT], color=style.COLORS["ink"], linewidth=2.2, label=f"unit {UNIT}")
        ax.axvline(1, color=style.COLORS["muted"], linewidth=0.8, linestyle="--")
        ax.set(title=title, ylim=(low - 0.03, 1.03), yticks=[low, (low + 1) / 2, 1], xlim=(-4, 4))
    style.corner_legend(axes[0])
    axes[1].set_xlabel("scale of the input (the dashed line is the example)")
    style.save(
        figure,
        "response",
        title="A gate and the candidate as the input is scaled",
        description="Two panels with a curve per hidden unit, the forget gate above the candidate. At scale "
        "0 every gate is one half and every candidate zero. Away from it each curve rises or falls towards "
        "its end, some steeply and some hardly at all, and no curve turns back. The curve of a gate is "
        "symmetric about its middle point.",
    )
