"""Draw the cell state and the hidden state of the unit that knows where in the line it is."""

import numpy as np

from lstm_tutorial import trace_sequence
from lstm_tutorial.text import comedies, inputs, trained_on_comedies
from scripts.experiments.line import LINE_BREAK
from scripts.plotting import style
from scripts.plotting.curves import LINE

UNIT = 116
"""What `scripts.experiments.line` chooses; the page asserts it."""
START, WARM_UP, SHOWN = 2200, 200, 260


def build() -> None:
    lstm, text = trained_on_comedies(), comedies().test
    letters = text[START - WARM_UP : START + SHOWN]  # (T,)
    trace = trace_sequence(lstm, inputs(lstm, letters[:, None]))
    figure, panels = style.new_figure(height=3.6, rows=2, sharex=True)
    steps = np.arange(SHOWN)
    for axes, name in zip(panels, ("c", "h"), strict=True):
        axes.plot(steps, getattr(trace, name)[WARM_UP:, UNIT, 0], **style.gate(style.STEP_VALUES[name][0]))
        axes.set_title(style.STEP_VALUES[name][1] + f" of unit {UNIT}")
        for t in np.flatnonzero(letters[WARM_UP:] == LINE_BREAK):
            axes.axvline(t, **LINE)
        axes.grid(visible=False, axis="x")
    panels[1].set(xlabel="letter of the test text", xlim=(0, SHOWN))
    style.save(
        figure,
        "text_unit",
        title="A unit that follows the position in the line",
        description="Cell state and hidden state of one unit over 260 letters, with a dotted line at each "
        "line break. The cell state moves steadily along each line and jumps back at the line break. The "
        "hidden state shows this less clearly.",
    )
