"""Draw one small batch in three orders of its axes: here, in PyTorch, and with the batch first."""

from itertools import product

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from scripts.plotting import style
from scripts.plotting.tiles import frame

T, D, B = 4, 3, 2
FEATURES = "abc"
SHADES = (style.HEAT[14], style.HEAT[6])  # one for each sequence
FRAMED = 1, 0  # step and sequence, counted from 0
ORDERS = {
    "TDB": "(T, D, B) = (4, 3, 2): this package",
    "TBD": "(T, B, D) = (4, 2, 3): PyTorch's default",
    "BTD": "(B, T, D) = (2, 4, 3): Keras, and PyTorch with batch_first=True",
}
SIZES = {"T": T, "D": D, "B": B}


def draw_array(axes: Axes, order: str, top: float) -> float:
    """Draw an array slice by slice along its first axis, from `top` downwards; return where it ends."""
    rows, columns = SIZES[order[1]], SIZES[order[2]]
    axes.text(0, top, ORDERS[order], va="center")
    top += 1.9
    for k in range(SIZES[order[0]]):
        left = k * (columns + 0.8)
        axes.text(left + columns / 2, top - 0.75, f"xs[{k}]", ha="center", va="center")
        for row, column in product(range(rows), range(columns)):
            index = dict(zip(order, (k, row, column), strict=True))
            x, y = left + column, top + row
            corners = [(x + 0.03, y + 0.03), (x + 0.97, y + 0.03), (x + 0.97, y + 0.97), (x + 0.03, y + 0.97)]
            axes.add_collection(PolyCollection([corners], facecolors=SHADES[index["B"]], edgecolors="none"))
            label = f"{FEATURES[index['D']]}{index['T'] + 1}"
            axes.text(x + 0.5, y + 0.53, label, ha="center", va="center")
        frame_vector(axes, order, k, left, top)
    return top + rows


def frame_vector(axes: Axes, order: str, k: int, left: float, top: float) -> None:
    """Frame the part of the slice `k` that belongs to the framed step and sequence."""
    step, sequence = FRAMED
    first = {"TDB": step, "TBD": step, "BTD": sequence}[order]
    if k != first:
        return
    columns = (sequence, sequence + 1) if order == "TDB" else (0, D)
    rows = {"TDB": (0, D), "TBD": (sequence, sequence + 1), "BTD": (step, step + 1)}[order]
    shift = 0.5  # `frame` takes tiles that are centered on whole numbers
    frame(
        axes,
        (columns[0] + left + shift, columns[1] + left + shift),
        (rows[0] + top + shift, rows[1] + top + shift),
        linewidth=2,
    )


def build() -> None:
    figure, axes = style.new_figure(height=4.1)
    top = 0.0
    for order in ORDERS:
        top = draw_array(axes, order, top) + 1.2
    axes.set(xlim=(-0.2, 15.2), ylim=(top - 0.9, -0.6), xticks=[], yticks=[], aspect=0.85, anchor="W")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "axis_order",
        title="One batch in three orders of its axes",
        description="Tiles in three rows, all with the same 24 numbers of two sequences of four steps with "
        "three features. In the first row there are four slices, one for each step, of three rows and two "
        "columns: each sequence is a column. In the second the four slices have two rows and three columns: "
        "each sequence is a row. In the third there are two slices, one for each sequence, of four rows, one "
        "for each step. The three features of step 2 of the first sequence are framed in each row.",
    )
