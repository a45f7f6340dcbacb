"""Draw the product behind one gate: the forget gate's weights, what they act on, and the pre-activations.

The values are those of the second step of the example, where the previous hidden state is not zero.
"""

import numpy as np

from scripts.forward_pass import UNIT, example, second_step
from scripts.plotting import style
from scripts.plotting.tiles import frame, heat, heat_key


def build() -> None:
    lstm, _ = example()
    trace = second_step()
    xh = np.concatenate((trace.x, trace.h_prev))  # (D+H, 1)
    H, size = lstm.Wf.shape
    figure, axes = style.new_figure(
        height=4.9, rows=3, columns=3, width_ratios=[size, 2, 2], height_ratios=[1.6, H, 1.6]
    )
    heat(axes[0, 0], xh.T)  # (1, D+H)
    heat(axes[1, 0], lstm.Wf)  # (H, D+H)
    heat(axes[1, 1], lstm.Wf @ xh + lstm.Wf_bias)  # (H, 1)
    heat(axes[1, 2], trace.f)  # (H, 1)
    axes[0, 0].set_title(f"[xₜ; hₜ₋₁] turned on its side, ({size}, 1)")
    axes[1, 0].set_title(f"weights of the forget gate, ({H}, {size})")
    axes[1, 1].set_title("a")
    axes[1, 2].set_title("f", color=style.COLORS["forget"])
    for ax in (axes[0, 1], axes[0, 2], axes[2, 1], axes[2, 2]):
        ax.set_axis_off()
    for ax in (axes[0, 0], *axes[1]):
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    frame(axes[0, 0], (0, size), (0, 1), "muted", linewidth=0.5)
    for ax, columns in ((axes[1, 0], size), (axes[1, 1], 1), (axes[1, 2], 1)):
        frame(ax, (0, columns), (0, H), "muted", linewidth=0.5)
        frame(ax, (0, columns), (UNIT, UNIT + 1))
    axes[1, 0].set_yticks([UNIT], [f"unit {UNIT}"])
    heat_key(axes[2, 0])
    style.save(
        figure,
        "product",
        title="One product gives all twenty pre-activations of the forget gate",
        description=f"A row of {size} tiles, the input and the previous hidden state, stands above a "
        f"matrix of {H} by {size} tiles, the forget gate's weights. Beside the matrix stand two columns of "
        f"{H} tiles: the pre-activations and the gate. Row {UNIT} is framed: multiplied tile by tile with "
        "the row above and added up, it gives one pre-activation, and sigmoid of it one tile of the gate.",
    )
