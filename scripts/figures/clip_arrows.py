"""Draw what clipping makes of one long gradient with two entries: by its norm, and by value."""

import numpy as np

from lstm_tutorial import clip_by_global_norm, clip_by_value
from scripts.plotting import style

LIMIT = 1.0
GRADIENT = np.array([3.0, 1.2])


def build() -> None:
    figure, axes = style.new_figure(height=3.5)
    by_norm = clip_by_global_norm({"W": GRADIENT}, LIMIT)[0]["W"]  # (2,)
    by_value = clip_by_value({"W": GRADIENT}, LIMIT)[0]["W"]  # (2,)
    muted = {"color": style.COLORS["muted"], "linewidth": 1.1, "linestyle": (0, (4, 3))}
    angles = np.linspace(0, 2 * np.pi, 73)  # (73,)
    axes.plot(LIMIT * np.cos(angles), LIMIT * np.sin(angles), **muted)
    axes.plot(*(LIMIT * np.array([[-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]])), **muted)
    for k, tip, label, offset in (
        (0, GRADIENT, "gradient", (8, -2)),
        (2, by_value, "clipped by value", (8, 6)),
        (1, by_norm, "clipped by norm", (10, -9)),
    ):
        color, width = style.series(k)["color"], 2.6 if k else 1.2
        arrow = {"arrowstyle": "-|>", "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", tip, (0, 0), arrowprops=arrow | {"mutation_scale": 14})
        axes.annotate(label, tip, offset, textcoords="offset points", color=color)
    axes.set(xlim=(-1.3, 3.7), ylim=(-1.25, 1.6), aspect="equal", xlabel="first entry", ylabel="second entry")
    axes.set(xticks=range(-1, 4), yticks=(-1, 0, 1))
    style.save(
        figure,
        "clip_arrows",
        title="One gradient, clipped by norm and by value",
        description=(
            "Three arrows from the origin. The gradient is long and points to the right and a little up."
            " Clipped by its norm it has the same direction and ends on a circle of radius 1. Clipped by"
            " value it ends in the corner of a square and points along the diagonal."
        ),
    )
