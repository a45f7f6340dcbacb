"""Draw what other sites show when they link here: gates and cell state over thirty steps, as a bitmap.

The weights are those of the example, and the inputs are twice as large. This is the only figure with colors
of its own, because no style sheet reaches it on another site.
"""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lstm_tutorial import trace_sequence
from scripts.files import GENERATED, write_atomically
from scripts.forward_pass import INPUT_SEED, example
from scripts.plotting.style import COLORS, STEP_VALUES

STEPS, UNITS = 30, 3  # three units of each gate
GROUND = "#fdfcf9"
VALUES = ("f", "i", "c_tilde", "o", "c")


def build() -> None:
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=GROUND)
    figure.set_layout_engine("none")
    figure.text(0.06, 0.8, "LSTM from Scratch", size=50, weight="bold", color="#1d2024")
    figure.text(0.06, 0.71, "forward, backward, checked and measured, in NumPy", size=23, color="#55595f")
    axes = figure.add_axes((0.06, 0.08, 0.88, 0.54))
    axes.imshow(tiles(), aspect="auto", interpolation="nearest")
    axes.set_axis_off()
    FigureCanvasAgg(figure)
    png = io.BytesIO()
    figure.savefig(png, format="png", metadata={"Software": None})
    write_atomically(GENERATED / "social.png", png.getvalue())


def tiles() -> np.ndarray:
    """Return the picture: a row per unit, a column per step, the deeper the larger the value."""
    lstm, _ = example()
    xs = 2 * np.random.default_rng(INPUT_SEED).standard_normal((STEPS, 10, 1))  # (T, D, B)
    trace, ground = trace_sequence(lstm, xs), np.array(to_rgb(GROUND))  # ground: (3,)
    picture: np.ndarray = np.ones((len(VALUES) * (UNITS + 1) - 1, STEPS, 3)) * ground  # (rows, T, 3)
    for k, name in enumerate(VALUES):
        color, _ = STEP_VALUES[name]
        values = np.clip(np.abs(getattr(trace, name)[:, :UNITS]), 0.05, 1)  # (T, units, 1)
        rows = slice(k * (UNITS + 1), k * (UNITS + 1) + UNITS)
        picture[rows] += values.swapaxes(0, 1) * (to_rgb(COLORS[color]) - ground)  # (units, T, 3)
    return picture
