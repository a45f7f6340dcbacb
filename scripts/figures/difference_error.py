"""Draw the error of a central difference over its step, in double and in single precision."""

from typing import Any

import numpy as np

from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

W = 0.7
STEPS = np.array([float(f"{digit}e-{k}") for k in range(12, 1, -1) for digit in (1, 2, 5)])  # (33,)


def errors(kind: Any) -> FloatArray:
    """Return the relative error of the difference of w³ at W, for every step, in one precision; (33,)."""
    steps = STEPS.astype(kind)
    above, below = kind(W) + steps, kind(W) - steps
    difference = (above * above * above - below * below * below) / (steps + steps)
    relative: FloatArray = abs(difference.astype(float) / (3 * W * W) - 1)  # (33,)
    return relative


def build() -> None:
    figure, axes = style.new_figure(height=3.1)
    for k, (kind, label) in enumerate(((np.float64, "float64"), (np.float32, "float32"))):
        axes.plot(STEPS, errors(kind), label=label, **style.series(k))
    style.log_axis(axes)
    style.log_axis(axes, "x")
    axes.set(xlabel="step ε", ylabel="relative error", xlim=(STEPS[0], STEPS[-1]), ylim=(1e-13, 10))
    style.legend(axes)
    style.save(
        figure,
        "difference_error",
        title="The error of a central difference over its step",
        description=(
            "Two curves with the shape of a V, on logarithmic axes. In float64 the error is smallest, about"
            " 10⁻¹¹, at a step near 10⁻⁵, and grows on both sides. In float32 it is smallest, about 10⁻⁵,"
            " at a step between 10⁻³ and 10⁻², and reaches 1 where the step is lost in rounding."
        ),
    )
