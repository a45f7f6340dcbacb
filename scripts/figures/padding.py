"""Draw the size of the hidden state over a padded batch, without and with the lengths of its sequences.

The network and the batch are those of the chapter "Through time".
"""

import numpy as np

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style
from scripts.plotting.tiles import frame, heat

LENGTHS = (3, 5, 8)


def sizes() -> tuple[FloatArray, FloatArray]:
    """Return the norm of the hidden state of each sequence and step, (B, T), without and with lengths."""
    lstm = LSTM(10, 20, 5, rng=0)
    padded = np.random.default_rng(1).standard_normal((8, 10, 3))  # (T, D, B)
    for b, length in enumerate(LENGTHS):
        padded[length:, :, b] = 0.0
    without, given = unroll(lstm, padded), unroll(lstm, padded, lengths=LENGTHS)
    return tuple(np.linalg.norm(run.hs, axis=1).T for run in (without, given))  # (B, T) each


def build() -> None:
    figure, panels = style.new_figure(height=3.1, rows=2)
    titles = ("without lengths: the state fades in the padding", "with lengths: the padding is not read")
    for axes, values, title, given in zip(panels, sizes(), titles, (False, True), strict=True):
        heat(axes, values, 0.0, 1.6)  # pale enough to read numbers on
        for (b, t), value in np.ndenumerate(values):
            text = "–" if given and t >= LENGTHS[b] else f"{value:.2f}"
            axes.text(t, b, text, ha="center", va="center")
        for b, length in enumerate(LENGTHS):
            last = length if given else len(values[b])
            frame(axes, (last - 1, last), (b, b + 1), linewidth=2)
            axes.plot([length - 0.5] * 2, [b - 0.5, b + 0.5], color=style.COLORS["ink"], linestyle=":")
        axes.set_title(title)
        axes.set(yticks=range(3), xticks=range(8), xticklabels=range(1, 9))
        axes.set_yticklabels([f"length {length}" for length in LENGTHS])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    panels[1].set_xlabel("step")
    style.save(
        figure,
        "padding",
        title="The size of the hidden state over a padded batch",
        description="Two maps of three sequences by eight steps, each tile with the norm of the hidden "
        "state. The sequences have the lengths 3, 5 and 8, and a dotted line shows where the padding begins. "
        "Above, without lengths, the numbers shrink in the padding, and the last step is framed. Below, with "
        "lengths, the last valid step of each sequence is framed, and the padding has no numbers.",
    )
