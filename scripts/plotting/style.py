"""The style that all figures share, and the one way to save a figure.

A figure script has the name of its figure, and ends in ``save``::

    from scripts.plotting import style

    def build() -> None:
        figure, axes = style.new_figure(height=3.2)
        axes.plot(steps, forget, label="forget gate", **style.gate("forget"))
        axes.plot(steps, loss, label="plain RNN", **style.series(0))
        axes.set_xlabel("step t")
        style.legend(axes)
        style.save(figure, "name_of_script", title="What it is", description="What one sees in it, in words")

``save`` writes ``docs/_generated/name_of_script.svg``, which a page takes in whole::

    <figure markdown="block" class="plot">
    --8<-- "docs/_generated/name_of_script.svg"
    <figcaption markdown="span">What to look at.</figcaption>
    </figure>

One file serves the light and the dark scheme, because its colors are the site's CSS variables: draw only
with ``COLORS``, ``gate``, ``series`` and the tiles of `scripts.plotting.tiles`. Text stays text in the
font of the page, so write ``cₜ`` and ``10⁻³`` in Unicode, not as ``$c_t$``; ``log_axis`` does so for a
logarithmic axis. The same data give the same bytes. Nothing is shown in a window.
"""

import html
import io
import re
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from scripts.files import GENERATED, write_atomically

# A saved figure names CSS variables of the page in place of its colors, such as --gate-forget or --plot-ink.
# Their values, light and dark, stand in docs/assets/site.css.
COLORS = {
    "forget": "#d55e00",
    "input": "#0072b2",
    "candidate": "#009e73",
    "output": "#cc79a7",
    "cell": "#e69f00",
    "hidden": "#6b7680",
    "ink": "#101214",
    "muted": "#60666c",
    "grid": "#d8dadc",
    "ground": "#fefefe",
}
# Color is never the only difference: gates have their own lines, and series their own lines and markers.
_GATE_LINES = {"forget": "-", "input": "--", "candidate": "-.", "output": ":", "cell": "-", "hidden": "--"}
_SERIES: tuple[tuple[str, Any, str], ...] = (  # color, line, marker
    ("#2b2d42", "-", "o"),
    ("#6f4fc2", "--", "s"),
    ("#2f9bd6", "-.", "^"),
    ("#7c8500", ":", "D"),
    ("#8b5a3c", (0, (5, 1, 1, 1, 1, 1)), "v"),
    ("#b03060", (0, (1, 1)), "x"),
)
HEAT_STEPS = 10  # shades on either side of the middle
HEAT = [f"#{k:02x}ff{k:02x}" for k in range(2 * HEAT_STEPS + 1)]  # placeholders for --heat-0 to --heat-20
VARIABLES = (
    {COLORS[name]: f"--gate-{name}" for name in _GATE_LINES}
    | {COLORS[name]: f"--plot-{name}" for name in ("ink", "muted", "grid", "ground")}
    | {color: f"--series-{k}" for k, (color, _, _) in enumerate(_SERIES, start=1)}
    | {color: f"--heat-{k}" for k, color in enumerate(HEAT)}
)

# A figure is laid out for the size that its text has on a narrow screen. Pages make the text smaller where
# they are wide (`--text` in docs/assets/site.css), so that one drawing serves both.
FONT_SIZE = 13.5

matplotlib.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "lstm-tutorial",
        "font.size": FONT_SIZE,
        "axes.titlesize": FONT_SIZE,
        "axes.titlelocation": "left",
        "xtick.labelsize": FONT_SIZE,
        "ytick.labelsize": FONT_SIZE,
        "legend.fontsize": FONT_SIZE,
        "text.color": COLORS["ink"],
        "axes.labelcolor": COLORS["ink"],
        "axes.edgecolor": COLORS["muted"],
        "xtick.color": COLORS["muted"],
        "ytick.color": COLORS["muted"],
        "xtick.labelcolor": COLORS["ink"],
        "ytick.labelcolor": COLORS["ink"],
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": COLORS["grid"],
        "grid.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.linewidth": 1.8,
        "lines.markersize": 4.5,
        "patch.linewidth": 0.8,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
    }
)


# The values of a step: their names in a trace, their colors, and what figures call them.
STEP_VALUES = {
    "f": ("forget", "forget gate f"),
    "i": ("input", "input gate i"),
    "c_tilde": ("candidate", "candidate c̃"),
    "o": ("output", "output gate o"),
    "c": ("cell", "cell state c"),
    "h": ("hidden", "hidden state h"),
}


def new_figure(height: float = 3.4, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """Return an empty figure and its axes: one, or an array of them as ``Figure.subplots`` gives.

    The width of six inches fills the text column. A narrow screen shows the figure at about five sixths of
    its size with all its text at `FONT_SIZE`: place two plots one above the other rather than side by side.
    """
    figure = Figure(figsize=(6.0, height))
    return figure, figure.subplots(rows, columns, **options)


def gate(name: str) -> dict[str, Any]:
    """Return the color and the line of a gate or state, for ``axes.plot(..., **gate("forget"))``."""
    return {"color": COLORS[name], "linestyle": _GATE_LINES[name]}


def series(k: int, *, markers: bool = False) -> dict[str, Any]:
    """Return the color and the line of the k-th thing compared, from 0, where the things are not gates."""
    color, line, marker = _SERIES[k]
    return {"color": color, "linestyle": line} | ({"marker": marker} if markers else {})


def legend(axes: Axes, ncols: int = 2) -> None:
    """Write the legend of some axes above the figure, where it covers no data and has the whole width."""
    assert isinstance(axes.figure, Figure)
    handles, labels = axes.get_legend_handles_labels()
    spacing = {"handlelength": 2.2, "columnspacing": 1.2, "borderaxespad": 0.2}
    axes.figure.legend(handles, labels, loc="outside upper left", ncols=ncols, **spacing)


def corner_legend(axes: Axes, **options: Any) -> None:
    """Write the legend above the plot at its right end, beside the title."""
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), borderaxespad=0.2, **options)


def log_axis(axes: Axes, which: str = "y") -> None:
    """Make the y axis (or the x axis) logarithmic, its labels in plain text: 10⁻³."""
    axes.set(**{f"{which}scale": "log"})
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value)))
    axis.set_minor_formatter(NullFormatter())


def power_of_ten(value: float) -> str:
    """Write a power of ten in plain text: 0.001 as 10⁻³; any other number as it is."""
    if value <= 0 or abs(np.log10(value) - round(np.log10(value))) > 1e-9:
        return f"{value:g}"
    exponent = np.log10(value)
    return "10" + str(round(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def magnitude(value: float) -> str:
    """Say the size of a number in a description: 2e-9 as "about 10⁻⁹", 0.36 as it is."""
    return f"{value:.2g}" if 0.01 <= value < 1000 else f"about {power_of_ten(10.0 ** round(np.log10(value)))}"


def save(figure: Figure, name: str, title: str, description: str) -> None:
    """Write the figure to ``docs/_generated/NAME.svg``, where the name is that of the script.

    The title says in a few words what the figure is. The description is the alternative text: what the figure
    shows, for readers who cannot see it. Raises ValueError if a text is mathematics between dollar signs.
    """
    buffer = io.StringIO()
    canvas = FigureCanvasSVG(figure)
    _settle(figure)
    canvas.print_svg(buffer)  # figure.savefig would lay out and draw once more before
    text = _for_a_page(buffer.getvalue(), name, title, description)
    write_atomically(GENERATED / f"{name}.svg", text)


def _settle(figure: Figure) -> None:
    """Lay the figure out once and round the positions of its axes.

    The layout differs from run to run in its last bits, and a coordinate halfway between two decimals would
    be rounded up in one run and down in the next.
    """
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(float(v), 5) for v in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))


def _for_a_page(svg: str, name: str, title: str, description: str) -> str:
    """Turn matplotlib's SVG file into an element that can stand in a page next to others."""
    _refuse_mathtext(svg)
    body = svg[svg.index("<svg") :]
    body = body[body.index(">") + 1 :]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'<path d="[^"]*" style="fill: none"/>', "", body)  # empty backgrounds
    body = re.sub(r"<[^>]+>", lambda tag: _plain_tag(tag.group(), name), body)
    used = set(re.findall(rf"#({name}-[\w-]+)", body))
    body = re.sub(r' id="([^"]*)"', lambda m: m.group() if m.group(1) in used else "", body)
    body = "\n".join(_merged([line.strip() for line in body.splitlines() if line.strip()]))
    box = re.search(r'viewBox="([^"]+)"', svg)
    assert box is not None
    opening = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="{box.group(1)}" role="img" class="plot-svg"'
        f' aria-labelledby="{name}-title {name}-desc" stroke-linejoin="round" stroke-linecap="butt">\n'
        f'<title id="{name}-title">{html.escape(title)}</title>\n'
        f'<desc id="{name}-desc">{html.escape(description)}</desc>\n'
    )
    return re.sub(r">[^<]+<", _plain_text, opening + body + "\n")


def _merged(lines: list[str]) -> list[str]:
    """Write neighboring tiles of one shade as one path.

    This and `_short_path` make the site's figures 40 % smaller, and a heat map up to four times.
    """
    tile = re.compile(r'<path d="([^"]*)"(.*style="fill: var\(--heat-\d+\)"/>)')
    result: list[str] = []
    shade = ""
    for line in lines:
        found = tile.fullmatch(line)
        if found and found[2] == shade:
            result[-1] = result[-1].replace(f'"{shade}', f'{found[1]}"{shade}')
        else:
            result.append(line)
        shade = found[2] if found else ""
    return result


def _short_path(match: re.Match[str]) -> str:
    """Write a path of straight lines with the step from each point to the next, to a tenth of a unit."""
    text, last_x, last_y = "", 0.0, 0.0
    for command, x_text, y_text, closing in re.findall(r"([ML]) (\S+) (\S+)( z)?", match[1]):
        x, y = round(float(x_text), 1), round(float(y_text), 1)
        if command == "M":
            text += f"M{x:g} {y:g}"
        else:
            text += f"l{round(x - last_x, 1) + 0.0:g} {round(y - last_y, 1) + 0.0:g}"  # + 0.0: no -0
        text += closing.strip()
        last_x, last_y = x, y
    return f' d="{text}"'


def _plain_text(match: re.Match[str]) -> str:
    """Write the characters that Markdown would read as markup as character references."""
    return re.sub(r"[*_`\[\]\\]", lambda m: f"&#{ord(m.group())};", match.group())


def _refuse_mathtext(svg: str) -> None:
    """Raise if matplotlib has set a formula, whose pieces would not fit together in the font of the page."""
    found = re.search(r"<tspan.*?</text>", svg, flags=re.DOTALL)
    if found:
        raise ValueError(f"write formulas of figures in Unicode, not between dollar signs: {found.group()!r}")


def _plain_tag(tag: str, name: str) -> str:
    """Rewrite one tag: colors as variables, the font of the page, ids of this figure, fewer decimals."""
    tag = re.sub(r"#[0-9a-f]{6}\b", lambda m: _variable(m.group()), tag)
    tag = re.sub(r"font-family: [^;\"]*; ", "", " ".join(tag.split()))
    tag = re.sub(r"font-size: ([\d.]+px)", r"font-size: calc(\1*var(--text))", tag)
    # xlink:href, which instant loading leaves alone, and what else names an element.
    for reference in ('href="#', "url(#", ' id="'):
        tag = tag.replace(reference, f"{reference}{name}-")
    tag = re.sub(r' d="((?:[ML] \S+ \S+ (?:z )?)+)"', _short_path, tag)
    tag = re.sub(r' transform="rotate\(-?0 [^"]*"', "", tag)
    return re.sub(r"-?\d+\.\d{3,}(?:e-\d+)?", lambda m: f"{round(float(m.group()), 2):g}", tag)


def _variable(color: str) -> str:
    """Return the CSS variable that a drawn color stands for."""
    if color not in VARIABLES:
        raise ValueError(f"figures are drawn in the colors of style.COLORS, got {color}")
    return f"var({VARIABLES[color]})"
