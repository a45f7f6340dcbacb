"""Draw the two terms of the derivative of a cell state with respect to the one before it."""

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial import LSTM, backpropagate_trace, trace_sequence
from scripts.plotting import style
from scripts.plotting.tiles import frame, heat, heat_key

D, H, O, T = 10, 20, 5, 20


def two_terms() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return dc_T/dc_{T-1} with h held fixed, and what the path through h adds to it, (H, H) each."""
    lstm = LSTM(D, H, O, rng=0, forget_bias=1.0)
    xs = np.random.default_rng(0).standard_normal((T, D, 1))  # (T, D, 1)
    trace = trace_sequence(lstm, np.repeat(xs, H, axis=2))
    steps_back = backpropagate_trace(lstm, trace, dc=np.eye(H))  # column k carries the gradient of c_T[k]
    o, c = trace.o[-2, :, 0], trace.c[-2, :, 0]  # (H,) each
    through_h = steps_back["h_prev"][-1].T * (o * (1 - np.tanh(c) ** 2))  # (H, H)
    return steps_back["c_prev"][-1].T, through_h


def build() -> None:
    figure, axes = style.new_figure(height=4.0, rows=2, columns=2, height_ratios=[16, 1])
    titles = ("direct path: diag(f)", "path through h")
    for ax, term, title in zip(axes[0], two_terms(), titles, strict=True):
        heat(ax, term)
        ax.set_title(title)
        ax.set(xticks=[], yticks=[], aspect="equal")
        ax.set_xlabel("unit of the older cell state")
        ax.spines[:].set_visible(False)
        frame(ax, (0, H), (0, H), "muted", linewidth=0.5)
    axes[0, 0].set_ylabel("unit of the newer cell state")
    grid = axes[1, 0].get_gridspec()
    for ax in axes[1]:
        ax.remove()
    heat_key(figure.add_subplot(grid[1, :]), label="derivative")
    style.save(
        figure,
        "cell_jacobian",
        title="The two terms of the derivative of one cell state with respect to the one before",
        description=f"Two square heat maps of {H} by {H} tiles. In the left one, only the diagonal is "
        "filled, with forget gates between one half and one. In the right one, tiles of both signs are "
        "spread over the whole square, and most of them are pale.",
    )
