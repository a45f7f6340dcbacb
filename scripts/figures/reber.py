"""Draw the embedded Reber grammar as a graph, and one of its strings with the symbol that has to be carried.

The edges stand here a second time, because a drawing needs places. `follows` reads them as a grammar, so that
the page can compare them with `lstm_tutorial.tasks`.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from scripts.plotting import style

STRING = "BTBPTVPXVVETE"
INNER = {  # state: where it is drawn
    "0": (0.0, 0.0),
    "1": (1.5, 0.0),
    "2": (3.1, 0.95),
    "3": (3.1, -0.95),
    "4": (5.1, 0.95),
    "5": (5.1, -0.95),
    "6": (6.7, 0.0),
    "out": (8.2, 0.0),
}
MOVES = [  # from, symbol, to, where the symbol is written, relative to the middle of the arrow
    ("0", "B", "1", (0, 0.22)),
    ("1", "T", "2", (-0.15, 0.22)),
    ("1", "P", "3", (-0.15, -0.24)),
    ("2", "S", "2", (0, 0.92)),
    ("2", "X", "4", (0, 0.22)),
    ("3", "T", "3", (0, -0.92)),
    ("3", "V", "5", (0, -0.24)),
    ("4", "X", "3", (-0.22, 0.14)),
    ("4", "S", "6", (0.15, 0.22)),
    ("5", "P", "4", (0.22, 0)),
    ("5", "V", "6", (0.15, -0.24)),
    ("6", "E", "out", (0, 0.22)),
]
CARRIED = style.series(1)["color"]
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 0, "shrinkB": 0}
NODE = 0.16


def follows(string: str) -> list[set[str]]:
    """Return the symbols that the drawing allows after each symbol of one embedded string."""
    state, allowed = "0", [{"B"}, {"T", "P"}]
    for symbol in string[1:-2]:
        if len(allowed) > 2:
            state = next(to for start, edge, to, _ in MOVES if (start, edge) == (state, symbol))
        allowed.append({edge for start, edge, _, _ in MOVES if start == state} or {string[1]})
    return [*allowed[1:], {"E"}, {"B"}]


def build() -> None:
    """Draw ``docs/_generated/reber.svg``."""
    figure, (outer, inner, example) = style.new_figure(height=5.3, rows=3, height_ratios=(2.1, 3.9, 1.3))
    draw_outer(outer)
    draw_inner(inner)
    draw_string(example)
    for axes in (outer, inner, example):
        axes.set_axis_off()
    style.save(
        figure,
        "reber",
        title="The embedded Reber grammar",
        description="Three drawings. Above, a graph: from the start, B leads to a fork. T leads over a box, "
        "the inner grammar, and by a second T to a place from which E ends the string; P leads over another "
        "copy of the box, and by a second P to the same place. In the middle, the inner grammar: B, then a "
        "fork into T and P, with two loops and two crossings between the branches, and E at the end. Below, "
        f"the string {' '.join(STRING)}, its second and its second-last symbol marked and joined by an arc.",
    )


def draw_outer(axes: Axes) -> None:
    """Draw the frame of a string: B, then T or P, the inner grammar, the same symbol again, and E."""
    places = {"start": (0.0, 0.0), "open": (1.3, 0.0), "close": (6.9, 0.0), "end": (8.2, 0.0)}
    arrow(axes, places["start"], places["open"], "B", (0, 0.22))
    arrow(axes, places["close"], places["end"], "E", (0, 0.22))
    for symbol, y in (("T", 0.62), ("P", -0.62)):
        box = FancyBboxPatch((2.6, y - 0.3), 3.0, 0.6, boxstyle="round,pad=0,rounding_size=0.12")
        box.set(facecolor=style.COLORS["ground"], edgecolor=style.COLORS["muted"])
        axes.add_patch(box)
        axes.text(4.1, y, "inner grammar", ha="center", va="center")
        side = 0.24 if y > 0 else -0.26
        arrow(axes, places["open"], (2.6, y), symbol, (-0.1, side), carried=True, end=0.0)
        arrow(axes, (5.6, y), places["close"], symbol, (0.1, side), carried=True, begin=0.0)
    for place in places.values():
        node(axes, place)
    axes.set(xlim=(-0.4, 8.6), ylim=(-1.05, 1.05), title="a string", aspect="equal", anchor="W")


def draw_inner(axes: Axes) -> None:
    """Draw the inner grammar."""
    for start, symbol, to, shift in MOVES:
        if start == to:
            loop(axes, INNER[start], symbol, shift)
        else:
            arrow(axes, INNER[start], INNER[to], symbol, shift)
    for place in INNER.values():
        node(axes, place)
    axes.set(xlim=(-0.4, 8.6), ylim=(-2.0, 2.0), title="the inner grammar", aspect="equal", anchor="W")


def draw_string(axes: Axes) -> None:
    """Write one string, with an arrow from its second symbol to its second-last."""
    last = len(STRING) - 2
    for k, symbol in enumerate(STRING):
        carried = k in (1, last)
        look = {"color": CARRIED, "fontweight": "bold"} if carried else {}
        axes.text(k, 0, symbol, ha="center", va="center", **look)
    bent = "arc3,rad=-0.18"
    axes.add_patch(
        FancyArrowPatch((1, 0.35), (last, 0.35), connectionstyle=bent, color=CARRIED, linewidth=1.8, **ARROW)
    )
    axes.text((1 + last) / 2, 0.62, "has to be carried", ha="center", va="center", color=CARRIED)
    axes.set(xlim=(-0.6, len(STRING) - 0.4), ylim=(-0.5, 1.7), title="an example")


def node(axes: Axes, place: tuple[float, float]) -> None:
    """Draw one state."""
    axes.add_patch(Circle(place, NODE, facecolor=style.COLORS["ground"], edgecolor=style.COLORS["ink"]))


def arrow(
    axes: Axes,
    start: tuple[float, float],
    to: tuple[float, float],
    symbol: str,
    shift: tuple[float, float],
    *,
    carried: bool = False,
    begin: float = NODE,
    end: float = NODE,
) -> None:
    """Draw a move with its symbol, from the edge of one state to the edge of the next."""
    dx, dy = to[0] - start[0], to[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    tail = start[0] + dx * begin / length, start[1] + dy * begin / length
    head = to[0] - dx * end / length, to[1] - dy * end / length
    color = CARRIED if carried else style.COLORS["ink"]
    axes.add_patch(FancyArrowPatch(tail, head, color=color, linewidth=1.8 if carried else 1.2, **ARROW))
    middle = (start[0] + to[0]) / 2 + shift[0], (start[1] + to[1]) / 2 + shift[1]
    look = {"color": CARRIED, "fontweight": "bold"} if carried else {}
    axes.text(*middle, symbol, ha="center", va="center", **look)


def loop(axes: Axes, place: tuple[float, float], symbol: str, shift: tuple[float, float]) -> None:
    """Draw a move from a state to itself."""
    x, y = place
    up = 1 if shift[1] > 0 else -1
    tail, head = (x - 0.14, y + up * 0.1), (x + 0.14, y + up * 0.1)
    bent, ink = f"arc3,rad={-4.2 * up}", style.COLORS["ink"]
    axes.add_patch(FancyArrowPatch(tail, head, connectionstyle=bent, color=ink, linewidth=1.2, **ARROW))
    axes.text(x, y + shift[1], symbol, ha="center", va="center")
