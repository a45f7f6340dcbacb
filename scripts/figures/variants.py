"""Draw the eight cells that the ablation compares: the LSTM, and the same cell with one part changed."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lstm_tutorial.variants import CHANGES
from scripts.plotting import style

Line = tuple[list[float], list[float]]  # the x and the y of its points
BAND, MIDDLE, BOXES, COLUMN = (
    100.0,
    60.0,
    32.0,
    12.0,
)  # heights of the rows of a drawing, from the cell state down
PARTS = {  # part: color, label, middle, width
    "f": ("forget", "f", (12, BOXES), 18),
    "i": ("input", "i", (36, BOXES), 18),
    "candidate": ("candidate", "tanh", (66, BOXES), 28),
    "o": ("output", "o", (95, BOXES), 18),
    "tanh": ("cell", "tanh", (95, 80), 28),
}
CROSSED = {
    "no forget gate": "f",
    "no input gate": "i",
    "no output gate": "o",
    "no input activation": "candidate",
    "no output activation": "tanh",
}
PRODUCTS = ((12, BAND), (51, MIDDLE), (95, MIDDLE - 2))
SUM = (51, BAND)


def build() -> None:
    """Draw ``docs/_generated/variants.svg``."""
    figure, grid = style.new_figure(height=6.6, rows=4, columns=2)
    for axes, change in zip(grid.flat, CHANGES, strict=True):
        draw_cell(axes, change)
    style.save(
        figure,
        "variants",
        title="The LSTM and seven cells with one part changed",
        description="Eight small drawings of a cell in four rows of two. In each, a band, the cell state, "
        "runs along the top; below it stand the forget gate f, the input gate i, the tanh of the candidate "
        "and the output gate o, all fed by one line. The first drawing is complete. In five of them one "
        "part is crossed out: a gate or one of the two tanh. With coupled gates, i reads one minus f, and a "
        "line joins it to f. With peepholes, dashed lines lead from the band to the three gates.",
    )


def draw_cell(axes: Axes, change: str) -> None:
    """Draw one cell."""
    ink = style.COLORS["ink"]
    for name, (color, label, middle, width) in PARTS.items():
        coupled = change == "coupled gates" and name == "i"
        draw_part(axes, style.COLORS[color], "1−f" if coupled else label, middle, width + 6 * coupled)
    draw_wires(axes, change)
    axes.add_patch(
        Rectangle((2, BAND - 3.5), 104, 7, facecolor=style.COLORS["cell"], alpha=0.45, linewidth=0)
    )
    nodes: dict[str, Any] = {
        "facecolor": style.COLORS["ground"],
        "edgecolor": ink,
        "linewidth": 0.9,
        "zorder": 4,
    }
    (x, y), (xs, ys) = SUM, zip(*PRODUCTS, strict=True)
    axes.scatter([*xs, x], [*ys, y], s=70, **nodes)
    axes.scatter(xs, ys, s=4, color=ink, zorder=5)
    axes.scatter(x, y, s=30, color=ink, marker="+", linewidth=1, zorder=5)
    if change in CROSSED:
        _, _, (x, y), width = PARTS[CROSSED[change]]
        a, b = width / 2 + 3, 12
        cross: dict[str, Any] = {"color": ink, "linewidth": 2.2, "zorder": 6, "clip_on": False}
        axes.plot([x - a, x + a], [y - b, y + b], **cross)
        axes.plot([x - a, x + a], [y + b, y - b], **cross)
    title = "the LSTM" if change == "none" else change
    axes.set_title("\n".join(title.rsplit(" ", 1)) if len(title) > 20 else title, loc="center")
    axes.set(xlim=(0, 112), ylim=(8, 107))
    axes.set_axis_off()


def draw_part(axes: Axes, color: str, label: str, middle: tuple[float, float], width: float) -> None:
    """Draw a gate or a tanh as a box with its name."""
    x, y = middle
    look: dict[str, Any] = {"facecolor": (color, 0.15), "edgecolor": color, "linewidth": 1.3, "zorder": 3}
    axes.add_patch(Rectangle((x - width / 2, y - 9), width, 18, **look))
    axes.text(x, y, label, ha="center", va="center", zorder=5)


def draw_wires(axes: Axes, change: str) -> None:
    """Draw the lines between the parts, from the input at the bottom to the hidden state at the right."""
    top, bottom = BOXES + 9, BOXES - 9
    wires: list[Line] = [
        ([12, 12], [top, BAND - 5]),
        ([36, 36, 66, 66], [top, MIDDLE, MIDDLE, top]),
        ([51, 51], [MIDDLE, BAND]),
        ([95, 95], [top, 71]),
        ([95, 95], [89, BAND - 3.5]),
        ([95, 109], [MIDDLE - 2, MIDDLE - 2]),
        ([2, 95], [COLUMN, COLUMN]),
        *[([x, x], [COLUMN, bottom]) for x in (12.0, 66.0, 95.0)],
    ]
    if change == "coupled gates":
        wires.append(([21, 24], [BOXES, BOXES]))
    else:
        wires.append(([36, 36], [COLUMN, bottom]))
    draw_lines(axes, wires, color=style.COLORS["muted"], linewidth=1.1)
    if change == "peepholes":
        peepholes: list[Line] = [
            ([5, 5, 7], [BAND - 3.5, top + 4, top]),
            ([26, 26, 30], [BAND - 3.5, top + 4, top]),
            ([78, 78, 88], [BAND - 3.5, top + 6, top]),
        ]
        draw_lines(axes, peepholes, color=style.COLORS["cell"], linewidth=1.8, linestyle=(0, (3, 1.5)))


def draw_lines(axes: Axes, lines: list[Line], **look: Any) -> None:
    """Draw lines of one look as one path."""
    gap = float("nan")
    xs, ys = ([value for line in lines for value in (*line[k], gap)] for k in (0, 1))
    axes.plot(xs, ys, zorder=2, **look)
