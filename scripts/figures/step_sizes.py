"""Draw how long a step is after many equal gradients, over the size of the gradient, for three optimizers."""

from typing import Any

import numpy as np

from lstm_tutorial import SGD, Adam
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

SIZES = np.array([float(f"{digit}e{k}") for k in range(-4, 1) for digit in (1, 3)])  # (10,)
UPDATES = 100
OPTIMIZERS = {
    "SGD": lambda: SGD(1.0),
    "SGD, momentum 0.9": lambda: SGD(1.0, momentum=0.9),
    "Adam": lambda: Adam(1.0),
}


def last_step(optimizer: Any, size: float) -> float:
    """Return the length of the last of 100 steps, at a learning rate of 1, when all gradients are equal."""
    w, before = {"w": np.zeros(1)}, np.zeros(1)
    for _ in range(UPDATES):
        before = w["w"].copy()
        optimizer.update(w, {"w": np.full(1, size)})
    return float(abs(w["w"] - before)[0])


def lengths() -> dict[str, FloatArray]:
    """Return the length of the last step for each optimizer and size."""
    return {name: np.array([last_step(new(), size) for size in SIZES]) for name, new in OPTIMIZERS.items()}


def build() -> None:
    figure, axes = style.new_figure(height=2.9)
    for k, (name, steps) in enumerate(lengths().items()):
        axes.plot(SIZES, steps, label=name, **style.series(k))
    style.log_axis(axes)
    style.log_axis(axes, "x")
    axes.set(xlabel="size of the gradient", ylabel="length of the step", xlim=(SIZES[0], SIZES[-1]))
    style.legend(axes)
    style.save(
        figure,
        "step_sizes",
        title="The length of a step over the size of the gradient",
        description=(
            "Three lines on logarithmic axes. For SGD the step grows in proportion to the gradient. With"
            " momentum it does too, ten times as high. For Adam the line is level: the step is 1 whatever"
            " the gradient."
        ),
    )
