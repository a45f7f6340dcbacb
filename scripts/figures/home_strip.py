"""The strip of the front page: the gates and the cell state of a trained network over one string, as tiles.

Wide screens get all units, one panel a gate; narrow ones get the unit that holds the symbol, one row a gate.
"""

import numpy as np

from lstm_tutorial.checks import FloatArray
from scripts.files import GENERATED, write_atomically
from scripts.plotting.inside import carrying_unit, shown, twins

PANELS = {
    "f": ("forget", "forget gate"),
    "i": ("input", "input gate"),
    "c_tilde": ("candidate", "candidate"),
    "o": ("output", "output gate"),
    "c": ("cell", "cell state"),
}
SHADES = 10
SVG = '<svg class="tiles{}" viewBox="{}" role="img" aria-label="{}">{}</svg>'
GROUND = '<rect class="ground" width="{}" height="{}"/>'


def build() -> None:
    """Write ``docs/_generated/home_strip.html``."""
    trace, unit, letters = twins()["T"], carrying_unit("reber"), shown("T")
    T, H = len(letters), trace.h.shape[1]
    frame = f'<path class="frame" d="M-.5 {8 * unit - 1}h{12 * T}v9h-{12 * T}z"/>'
    panels, rows = "", ""
    for k, (name, (gate, words)) in enumerate(PANELS.items()):
        values = getattr(trace, name)[:, :, 0].T  # (H, T)
        high = abs(values).max() if name == "c" else 1.0
        low = -high if name in ("c", "c_tilde") else 0.0
        key = f'<span class="key {gate}{" signed" * bool(low)}">{low:.2g}<i></i>{high:.2g}</span>'
        panels += f'<div><p><span class="gate-{gate}">{words}</span>{key.replace("-", "−")}</p>'
        drawing = GROUND.format(12 * T - 1, 8 * H - 1) + tiles(values / high, gate, 12, 8) + frame
        box, about = f"-1 -1 {12 * T + 1} {8 * H + 18}", f"{words}: {H} units, {T} steps, unit {unit} framed"
        panels += SVG.format("", box, about, drawing + symbols(letters, 0, 12, 8 * H + 12)) + "</div>\n"
        rows += f'<g transform="translate(84 {24 * k})">' + GROUND.format(18 * T - 1, 20)
        rows += tiles(values[unit : unit + 1] / high, gate, 18, 21)
        rows += f'<text class="{gate}" x="-84" y="15">{words}</text></g>'
    about = f"The gates and the cell state of unit {unit} at each of {T} steps"
    narrow = SVG.format(" narrow", "0 0 354 134", about, rows + symbols(letters, 84, 18, 132))
    write_atomically(GENERATED / "home_strip.html", f'<div class="panels">\n{panels}</div>\n{narrow}\n')


def tiles(values: FloatArray, gate: str, width: int, height: int) -> str:
    """Return numbers from -1 to 1 as tiles, all of one shade as one path; gray is below zero."""
    shades, result = np.rint(values * SHADES).astype(int), ""
    for shade in np.unique(shades[shades != 0]):
        box = f"h{width - 1}v{height - 1}h-{width - 1}z"
        path = "".join(f"M{width * t} {height * r}{box}" for r, t in np.argwhere(shades == shade))
        name, opacity = gate if shade > 0 else "below", abs(shade) / SHADES
        result += f'<path class="{name}" fill-opacity="{opacity:.1f}" d="{path}"/>'
    return result


def symbols(letters: str, left: float, width: int, y: int) -> str:
    """Return the letters under their tiles; the one to remember and the one that repeats it are bold."""
    text = '<text class="{}" x="{:g}" y="{}" text-anchor="middle">{}</text>'
    names = ["v" if t in (1, len(letters) - 1) else "word" for t in range(len(letters))]
    places = [left + width * (t + 0.5) - 0.5 for t in range(len(letters))]
    return "".join(text.format(*row) for row in zip(names, places, [y] * len(letters), letters, strict=True))
