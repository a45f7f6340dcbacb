"""One unit with weights set by hand stores a bit, keeps it and shows it: every value of eight steps."""

import numpy as np

from lstm_tutorial import LSTM, trace_sequence
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style
from scripts.plotting.tiles import heat

GROUPS = {
    "input": ("value", "store", "show"),
    "gates and candidate": ("forget f", "input i", "candidate c̃", "output o"),
    "states": ("cell c", "hidden h"),
}


def values() -> FloatArray:
    """Return the inputs, gates and states as rows, (9, T)."""
    lstm = LSTM(3, 1, 1)
    lstm.Wf, lstm.Wf_bias = [[0, -12, 0, 0]], [[6]]
    lstm.Wi, lstm.Wi_bias = [[0, 12, 0, 0]], [[-6]]
    lstm.Wc, lstm.Wo, lstm.Wo_bias = [[3, 0, 0, 0]], [[0, 0, 12, 0]], [[-6]]
    inputs = [[1, -1, 1, 1, 1, 1, -1, -1], [0, 1, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0, 0, 1]]
    run = trace_sequence(lstm, np.array(inputs, float).T[:, :, None])
    inner = [getattr(run, name)[:, 0, 0] for name in ("f", "i", "c_tilde", "o", "c", "h")]
    return np.array([*inputs, *inner])


def build() -> None:
    """Draw ``docs/_generated/one_unit.svg``."""
    figure, panels = style.new_figure(height=5.2, rows=3, height_ratios=(3, 4, 2))
    shown = iter(values())
    for axes, (title, names) in zip(panels, GROUPS.items(), strict=True):
        rows = np.array([next(shown) for _ in names])  # (rows, T)
        heat(axes, rows, -2.0, 2.0)  # pale enough to read numbers on
        digits = {"input": 0, "gates and candidate": 1, "states": 2}[title]
        for (row, column), value in np.ndenumerate(rows):
            text = f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
            axes.text(column, row, text, ha="center", va="center")
        axes.set(yticks=range(len(names)), xticks=[])
        axes.set_yticklabels(names)
        axes.set_title(title)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    panels[-1].set_xticks(range(8), range(1, 9))
    panels[-1].set_xlabel("step t")
    style.save(
        figure,
        "one_unit",
        title="One unit stores a bit, keeps it and shows it",
        description=(
            "Tiles with numbers, a column for each of eight steps. The value flips; store is 1 in steps "
            "2 and 6, show in steps 5 and 8. The forget gate is 1 except in steps 2 and 6, where the input "
            "gate is 1 instead. The cell state is 0, then near −1 from step 2 to 5, then near 1. The hidden "
            "state is 0 except in step 5, where it is negative, and in step 8, where it is positive."
        ),
    )
