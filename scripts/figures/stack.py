"""Draw two layers over four steps, in one direction, and a pair of directions."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from scripts.plotting import style

STEPS = 4
WIDTH, HEIGHT = 0.56, 0.42


def cell(axes: Axes, x: float, y: float, name: str) -> None:
    """Draw the cell of a layer at one step."""
    left, low = x - WIDTH / 2, y - HEIGHT / 2
    look: dict[str, Any] = {
        "facecolor": style.COLORS["ground"],
        "edgecolor": style.COLORS["ink"],
        "linewidth": 1.3,
    }
    axes.add_patch(Rectangle((left, low), WIDTH, HEIGHT, zorder=3, **look))
    axes.text(x, y - 0.01, name, ha="center", va="center", zorder=4)


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], kind: str = "ink") -> None:
    """Draw an arrow: of both states from step to step, or of a vector from layer to layer."""
    look: dict[str, Any] = {
        "color": style.COLORS[kind],
        "linewidth": 2.6 if kind == "cell" else 1.3,
        "zorder": 2,
    }
    arrows = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, shrinkA=0, shrinkB=0, **look)
    axes.add_patch(arrows)


def along(axes: Axes, y: float, *, back: bool = False) -> None:
    """Draw the two states that go from step to step."""
    for k in range(STEPS - 1):
        left, right = k + WIDTH / 2, k + 1 - WIDTH / 2
        arrow(axes, (right, y) if back else (left, y), (left, y) if back else (right, y), "cell")


def draw_stack(axes: Axes) -> None:
    for k in range(STEPS):
        axes.text(k, -0.75, f"x{'₁₂₃₄'[k]}", ha="center", va="center")
        arrow(axes, (k, -0.58), (k, -HEIGHT / 2))
        cell(axes, k, 0, "1")
        arrow(axes, (k, HEIGHT / 2), (k, 1 - HEIGHT / 2), "hidden")
        cell(axes, k, 1, "2")
        arrow(axes, (k, 1 + HEIGHT / 2), (k, 1.6), "hidden")
    along(axes, 0)
    along(axes, 1)
    axes.set_title("a stack of two layers")


def draw_pair(axes: Axes) -> None:
    for k in range(STEPS):
        axes.text(k, -0.75, f"x{'₁₂₃₄'[k]}", ha="center", va="center")
        arrow(axes, (k - 0.14, -0.58), (k - 0.14, -HEIGHT / 2))
        axes.plot([k + 0.14] * 2, [-0.58, 1 - HEIGHT / 2], color=style.COLORS["ink"], linewidth=1.3, zorder=1)
        cell(axes, k, 0, "→")
        cell(axes, k, 1, "←")
        axes.plot([k - 0.14] * 2, [HEIGHT / 2, 1.6], color=style.COLORS["hidden"], linewidth=1.3, zorder=1)
        arrow(axes, (k - 0.14, 1.4), (k - 0.14, 1.6), "hidden")
        arrow(axes, (k + 0.14, 1 + HEIGHT / 2), (k + 0.14, 1.6), "hidden")
    along(axes, 0)
    along(axes, 1, back=True)
    axes.set_title("one layer in two directions")


def build() -> None:
    figure, panels = style.new_figure(height=5.2, rows=2)
    for axes, draw in zip(panels, (draw_stack, draw_pair), strict=True):
        draw(axes)
        axes.set(xlim=(-0.5, STEPS - 0.5), ylim=(-0.95, 1.68), xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set_visible(False)
    style.save(
        figure,
        "stack",
        title="A stack of two layers, and one layer in two directions",
        description="Above, two rows of four cells. The inputs x1 to x4 go into the lower row, its hidden "
        "states go up into the upper row, and the states of each row go from left to right. Below, two rows "
        "of four cells that both read the inputs: in the lower row the states go from left to right, in the "
        "upper row from right to left. The hidden states of both rows leave at the top, side by side.",
    )
