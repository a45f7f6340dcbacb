"""Draw what other sites show when they link here: the gates of the example over thirty steps, as a bitmap.

The only figure with colours of its own: no style sheet reaches it there.
"""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from scripts.files import GENERATED, write_atomically
from scripts.forward_pass import INPUT_SEED, example
from scripts.plotting.style import COLOURS

STEPS, UNITS = 30, 3  # three units of each gate
GROUND = "#fdfcf9"
GATES = {"f": "forget", "i": "input", "c_tilde": "candidate", "o": "output", "c": "cell"}


def build() -> None:
    """Draw ``docs/_generated/social.png``, 1200 by 630 pixels."""
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
    h, c = lstm.initial_state()
    picture = np.ones((len(GATES) * (UNITS + 1) - 1, STEPS, 3)) * to_rgb(GROUND)  # (rows, T, 3)
    for t, x in enumerate(xs):
        trace = lstm.trace(x, h, c)
        h, c = trace.h, trace.c
        for k, (symbol, gate) in enumerate(GATES.items()):
            values = np.clip(np.abs(getattr(trace, symbol)[:UNITS]), 0.05, 1)  # (units, 1)
            rows = slice(k * (UNITS + 1), k * (UNITS + 1) + UNITS)
            picture[rows, t] += values * (np.array(to_rgb(COLOURS[gate])) - to_rgb(GROUND))  # (units, 3)
    return picture
