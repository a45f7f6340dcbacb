"""Draw one series in two batches: cut into streams first, and as consecutive windows."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from scripts.plotting import style
from scripts.plotting.tiles import frame

B, LENGTH = 3, 4
SHADES = (style.HEAT[14], style.HEAT[6], style.HEAT[17])  # one for each stream
GAP = 1.6  # between the two batches, in tiles


def orders() -> dict[str, NDArray[np.int_]]:
    """Return the steps of the series in two orders, (2, B, LENGTH) each: batch, row, step."""
    series = np.arange(1, 2 * B * LENGTH + 1)  # (24,)
    streams = series.reshape(B, 2, LENGTH)  # (B, 2, LENGTH), a stream has two chunks
    return {
        "cut into 3 streams: each row goes on": streams.transpose(1, 0, 2),
        "consecutive windows: a row jumps": series.reshape(2, B, LENGTH),
    }


def draw(axes: Axes, batches: NDArray[np.int_]) -> None:
    """Draw two batches side by side, with a line from where a row ends to where it goes on."""
    per_stream, e = 2 * LENGTH, 0.47  # half the edge of a tile
    for k, batch in enumerate(batches):
        left = k * (LENGTH + GAP)
        axes.text(left + (LENGTH - 1) / 2, -0.95, f"batch {k + 1}", ha="center", va="center")
        for (row, column), step in np.ndenumerate(batch):
            x = left + column
            corners = [(x - e, row - e), (x + e, row - e), (x + e, row + e), (x - e, row + e)]
            shade = SHADES[(int(step) - 1) // per_stream]
            axes.add_collection(PolyCollection([corners], facecolors=shade, edgecolors="none"))
            axes.text(x, row + 0.02, str(step), ha="center", va="center")
    for row in range(B):
        end, start = batches[0, row, -1], batches[1, row, 0]
        left = LENGTH + GAP
        goes_on = start == end + 1
        look: dict[str, Any] = {
            "color": style.COLORS["ink"],
            "linewidth": 1.5,
            "linestyle": "-" if goes_on else ":",
        }
        axes.plot([LENGTH - 0.5, left - 0.5], [row, row], **look)
        for x in (LENGTH - 1, left):
            frame(axes, (x, x + 1), (row, row + 1), linewidth=1.5)
    axes.set(xlim=(-0.6, 2 * LENGTH + GAP - 0.4), ylim=(B - 0.4, -1.4), xticks=[])
    axes.set_yticks(range(B), [f"row {row + 1}" for row in range(B)])
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)


def build() -> None:
    figure, panels = style.new_figure(height=3.8, rows=2)
    for axes, (title, batches) in zip(panels, orders().items(), strict=True):
        draw(axes, batches)
        axes.set_title(title)
    style.save(
        figure,
        "streams",
        title="One series of 24 steps in two batches",
        description="Two pairs of batches with three rows of four steps, each step with its number in the "
        "series. Above, row 1 holds steps 1 to 4 in the first batch and 5 to 8 in the second, row 2 holds 9 "
        "to 12 and 13 to 16, row 3 holds 17 to 20 and 21 to 24: every row goes on where it ended. Below, the "
        "first batch holds 1 to 12 and the second 13 to 24, so row 1 jumps from 4 to 13, row 2 from 8 to 17 "
        "and row 3 from 12 to 21.",
    )
