"""Draw a text that the trained character model writes; the ground of a letter is the cell state of one unit.

This is the first state of the live view docs/widgets/write.js, which draws the same again when it is touched.
``build`` also copies the weights of the model for it.
"""

import html
import re
from functools import cache

import numpy as np

from lstm_tutorial import trace_sequence
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.text import DATA, comedies, encode, inputs, sample, trained_on_comedies
from scripts.experiments.line import choose
from scripts.files import GENERATED, write_atomically

PRIME, LETTERS, TEMPERATURE, SEED = "ROSALIND.\n", 240, 0.6, 1
COLUMNS, CELL, ROW, KEY = 50, 8.4, 19, 29
FULL, SHADES = 1.5, 6
SPARE = 1  # rows left free: the first link of the view writes a longer text, and nothing below may move
ROWS = re.compile(r"[^\n]{0,49}\n|[^\n]{1,49}(?: |\Z)|[^\n]{1,50}")
"""A row holds a line of the text, or as many of its words as fit."""


@cache
def text() -> tuple[str, FloatArray]:
    """Return the text, the prime included, and the cell states after each letter, (T, H)."""
    lstm, alphabet = trained_on_comedies(), comedies().alphabet
    letters = PRIME + sample(lstm, PRIME, LETTERS, alphabet, temperature=TEMPERATURE, rng=SEED)
    trace = trace_sequence(lstm, inputs(lstm, encode(letters, alphabet)[:, None]))
    c: FloatArray = trace.c[:, :, 0]  # (T, H)
    return letters, c


def picture(letters: str, c: FloatArray, unit: int) -> str:
    """Return the letters as SVG, each on the shade of its c, (T,), with a line under the prime and a key."""
    rows = ROWS.findall(letters)
    width, height = place(COLUMNS), (len(rows) + SPARE + 1.5) * ROW
    shades = 10 + np.floor(SHADES * np.clip(c / FULL, -1, 1) + 0.5).astype(int)  # (T,)
    tiles: dict[int, str] = {}

    def tile(shade: int, column: int, y: float) -> None:
        tiles[shade] = tiles.get(shade, "") + f"M{place(column)} {y}h{CELL}v{ROW - 2}h-{CELL}z"

    lines, prime, t = "", "", 0
    for r, row in enumerate(rows):
        if t < len(PRIME):
            prime += f"M0 {(r + 1) * ROW - 2.5}h{place(min(len(row), len(PRIME) - t))}"
        for column in range(len(row)):
            tile(shades[t + column], column, r * ROW)
        t += len(row)
        shown = html.escape(row).replace(" ", "\u00a0").replace("\n", "⏎")
        xs = " ".join(place(column + 0.5) for column in range(len(row)))
        lines += f'<text x="{xs}" y="{r * ROW + 13}">{markdown_safe(shown)}</text>'
    for k in range(-SHADES, SHADES + 1):
        tile(10 + k, KEY + k, height - ROW)
    for column, anchor, words in (
        (KEY - SHADES - 1, "end", f"c of unit {unit}: −{FULL} or less"),
        (KEY + SHADES + 2, "start", f"{FULL} or more"),
    ):
        y = height - ROW + 13
        lines += f'<text x="{place(column)}" y="{y}" class="key" text-anchor="{anchor}">{words}</text>'
    grounds = "".join(f'<path d="{d}" style="fill: var(--heat-{k})"/>' for k, d in sorted(tiles.items()))
    about = markdown_safe(
        html.escape(f"A text, colored by the cell state of unit {unit}: {letters}").replace("\n", "&#10;")
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" class="letters" role="img" aria-label="{about}">'
        f'{grounds}<path d="{prime}" class="letters-prime"/>{lines}</svg>\n'
    )


def place(column: float) -> str:
    """Return where a column begins, as JavaScript writes it."""
    return f"{round(column * CELL, 1):g}"


def markdown_safe(words: str) -> str:
    """Write the characters that Markdown would read as markup as character references."""
    return re.sub(r"[*_`\[\]\\]", lambda m: f"&#{ord(m.group())};", words)


def build() -> None:
    letters, c = text()
    unit = choose().ranked[0]
    write_atomically(GENERATED / "write.svg", picture(letters, c[:, unit], unit))
    write_atomically(GENERATED / "write.safetensors", (DATA / "comedies.safetensors").read_bytes())
