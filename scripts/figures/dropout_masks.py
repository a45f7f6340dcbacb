"""Draw two dropout masks for the same layer: a new one at each step, and one for the whole sequence."""

import numpy as np

from lstm_tutorial import dropout_mask
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style
from scripts.plotting.tiles import heat

T, H, P = 16, 6, 0.25


def masks() -> dict[str, FloatArray]:
    """Return both masks by name, (H, T) each."""
    rng = np.random.default_rng(2)
    each_step = dropout_mask((T, H, 1), P, rng=rng)[:, :, 0].T  # (H, T)
    one = dropout_mask((H, 1), P, rng=rng)  # (H, 1)
    return {"a new mask at each step": each_step, "one mask per sequence": np.repeat(one, T, axis=1)}


def build() -> None:
    figure, panels = style.new_figure(height=4.2, rows=2)
    for axes, (name, mask) in zip(panels, masks().items(), strict=True):
        heat(axes, 0.45 * (mask > 0), 0.0, 1.0)
        for unit, t in np.argwhere(mask == 0):
            axes.text(t, unit + 0.03, "×", ha="center", va="center")
        axes.set_title(name)
        axes.set(xticks=[0, 4, 9, T - 1], yticks=[0, H - 1])
        axes.set(xticklabels=[1, 5, 10, T], yticklabels=[1, H], ylabel="unit")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    panels[1].set_xlabel("step")
    style.save(
        figure,
        "dropout_masks",
        title="Two kinds of dropout masks",
        description="Two maps of six units by sixteen steps, with a cross where a unit is left out. Above, "
        "the crosses are scattered: every unit is left out at some steps and kept at others. Below, the "
        "crosses fill whole rows: a unit is left out at every step or at none.",
    )
