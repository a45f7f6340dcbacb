"""Draw matrices as tiles whose shade is their value: heat maps, their key, and frames around tiles."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import ArrayLike

from scripts.plotting.style import COLORS, HEAT, HEAT_STEPS


def heat(axes: Axes, values: ArrayLike, low: float = -1.0, high: float = 1.0) -> None:
    """Draw a matrix as tiles: row 0 on top, column 0 at the left, tile (r, k) centered at x = k, y = r.

    The shade runs from ``low`` (blue) over the ground of the page to ``high`` (orange) in 21 steps. With
    ``low=0``, for values that have no sign, it runs from the ground of the page in 11 steps. Values outside
    the range have the shade of its nearer end.
    """
    array = np.asarray(values, float)  # (rows, columns)
    first = 0 if low < 0 else HEAT_STEPS
    shades = np.rint(np.interp(array, [low, high], [first, 2 * HEAT_STEPS])).astype(int)  # (rows, columns)
    for shade in np.unique(shades):
        corners = [
            [(k - 0.47, r - 0.47), (k + 0.47, r - 0.47), (k + 0.47, r + 0.47), (k - 0.47, r + 0.47)]
            for r, k in np.argwhere(shades == shade)
        ]
        axes.add_collection(PolyCollection(corners, facecolors=HEAT[shade], edgecolors="none"))
    rows, columns = array.shape
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    axes.grid(False)


def heat_key(
    axes: Axes, low: float = -1.0, high: float = 1.0, label: str = "value of a tile", exact: bool = False
) -> None:
    """Draw the key of `heat` into axes of its own: a narrow strip, from ``low`` to ``high``.

    The labels of the ends say "or less" and "or more", unless ``exact`` tells that no value lies outside.
    """
    shades = np.linspace(low, high, 2 * HEAT_STEPS + 1 if low < 0 else HEAT_STEPS + 1)  # (steps,)
    heat(axes, shades[None, :], low, high)
    last = len(shades) - 1
    numbers = [f"{value:g}".replace("-", "−") for value in (low, (low + high) / 2, high)]
    labels = numbers if exact else [f"{numbers[0]} or less", numbers[1], f"{numbers[2]} or more"]
    axes.set(yticks=[], xticks=[0, last / 2, last], xticklabels=labels, xlabel=label)
    axes.spines[:].set_visible(False)


def frame(
    axes: Axes,
    columns: tuple[float, float],
    rows: tuple[float, float],
    color: str = "ink",
    linewidth: float = 1.2,
) -> None:
    """Draw a frame around the tiles of these columns and rows, the second of each pair not included."""
    (left, right), (top, bottom) = ((a - 0.5, b - 0.5) for a, b in (columns, rows))
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    axes.plot(*zip(*corners, strict=True), color=COLORS[color], linewidth=linewidth, clip_on=False)
