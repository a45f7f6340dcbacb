"""Draw what a temperature does to the probabilities of the next letter."""

from functools import cache

import numpy as np

from lstm_tutorial import unroll
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.text import comedies, encode, inputs, probabilities, trained_on_comedies
from scripts.plotting import style

READ = "ROSALIND.\nWhat s"
TEMPERATURES = (0.5, 1.0, 2.0)
SHOWN = 8


@cache
def logits() -> FloatArray:
    """Return the logits of the letter after READ, (O,)."""
    lstm, alphabet = trained_on_comedies(), comedies().alphabet
    xs = inputs(lstm, encode(READ, alphabet)[:, None])  # (T, D, 1)
    ys: FloatArray = unroll(lstm, xs, keep_cache=False).ys[-1, :, 0]  # (O,)
    return ys


def letters() -> list[tuple[str, list[float]]]:
    """Return the likeliest letters, with their probability at each temperature."""
    alphabet, y = comedies().alphabet, logits()
    by = [probabilities(y, temperature=t) for t in TEMPERATURES]
    return [(alphabet[k], [float(p[k]) for p in by]) for k in np.argsort(-y)[:SHOWN]]


def build() -> None:
    figure, panels = style.new_figure(height=2.7, columns=3, sharey=True)
    found = letters()
    for k, (axes, t) in enumerate(zip(panels, TEMPERATURES, strict=True)):
        axes.bar(range(SHOWN), [p[k] for _, p in found], color=style.series(0)["color"], width=0.7)
        axes.set_xticks(range(SHOWN), [{" ": "␣", "\n": "⏎"}.get(letter, letter) for letter, _ in found])
        axes.set_title(f"temperature {t:g}")
        axes.tick_params(axis="x", length=0)
        axes.grid(visible=False, axis="x")
    panels[0].set(ylabel="probability", ylim=(0, 1))
    style.save(
        figure,
        "text_temperature",
        title=f"Probabilities of the letter after {READ!r}, at three temperatures",
        description="Three bar charts of the eight likeliest letters, in the same order. At temperature 0.5 "
        "nearly all the probability is on the first few, at 1 it is spread wider, and at 2 the bars are low "
        "and much alike.",
    )
