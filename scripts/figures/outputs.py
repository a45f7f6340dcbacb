"""Draw which hidden states are in `output` and which in `h_n`: two layers, and two directions."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from scripts.plotting import style

T = 5
TOP, LOWER = style.HEAT[14], "none"


def draw(axes: Axes, title: str, rows: list[tuple[str, bool, int]]) -> None:
    """Draw rows of steps; a row has a name, whether it is in `output`, and the way it reads (1 or -1)."""
    for row, (name, is_top, way) in enumerate(rows):
        axes.text(-0.15, row, name, ha="right", va="center")
        last = T - 1 if way == 1 else 0
        for t in range(T):
            facecolor = TOP if is_top else LOWER
            box = Rectangle(
                (t + 0.08, row - 0.32), 0.7, 0.64, facecolor=facecolor, edgecolor=style.COLORS["muted"]
            )
            axes.add_patch(box)
            axes.text(t + 0.43, row, "h", ha="center", va="center")
            if t < T - 1:
                ends = (t + 0.78, t + 1.08)[::way]
                arrow = FancyArrowPatch(
                    (ends[0], row),
                    (ends[1], row),
                    arrowstyle="-|>",
                    mutation_scale=9,
                    shrinkA=0,
                    shrinkB=0,
                    color=style.COLORS["muted"],
                )
                axes.add_patch(arrow)
        frame = Rectangle(
            (last + 0.0, row - 0.4), 0.86, 0.8, facecolor="none", edgecolor=style.COLORS["ink"], linewidth=2.4
        )
        axes.add_patch(frame)
    axes.set_title(title)
    axes.set(xlim=(-2.75, T + 0.05), ylim=(len(rows) - 0.45, -0.55), yticks=[])
    axes.set_xticks([t + 0.43 for t in range(T)])
    axes.set_xticklabels([str(t + 1) for t in range(T)])
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)


def build() -> None:
    figure, panels = style.new_figure(height=3.7, rows=2)
    draw(panels[0], "two layers", [("layer 2, h_n[1]", True, 1), ("layer 1, h_n[0]", False, 1)])
    draw(panels[1], "two directions", [("forward, h_n[0]", True, 1), ("backward, h_n[1]", True, -1)])
    panels[1].set_xlabel("step")
    style.save(
        figure,
        "outputs",
        title="Which hidden states are in output, and which in h_n",
        description="Two panels with two rows of five steps each. Filled boxes are in output, framed ones in "
        "h_n. Above, of two layers, the upper row is filled, and the last step of both rows is framed. "
        "Below, of two directions, both rows are filled. The forward row is framed at the last step, and the "
        "backward row, whose arrows point to the left, at the first step.",
    )
