"""The colors of gates and plots can be told from the page, in both schemes.

Contrast as WCAG 2.2 defines it: 4.5 for text, 3 for lines and shapes.
"""

import re

import pytest

from scripts.plotting.style import COLORS, VARIABLES
from tests.site.builds import ROOT

GATES = ("forget", "input", "candidate", "output", "cell", "hidden")


def variables(scheme: str) -> dict[str, str]:
    """Return the CSS variables of the site and their values in a scheme, light or dark."""
    text = (ROOT / "docs/assets/site.css").read_text(encoding="utf-8")
    rules = re.findall(r"^\[data-md-color-scheme\] \{(.*?)\n\}", text, flags=re.DOTALL | re.MULTILINE)
    assert rules
    text = re.sub(r"light-dark\((#\w+), (#\w+)\)", r"\1" if scheme == "light" else r"\2", "".join(rules))
    assert "light-dark" not in text
    return dict(re.findall(r"(--[\w-]+): ([^;]+);", text))


def luminance(color: str) -> float:
    """Return the relative luminance of a color such as #d55e00."""
    channels = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colors_stand_out_from_the_page(scheme: str) -> None:
    colors = variables(scheme)
    for ground in ("--page", "--page-2"):
        for gate in GATES:
            assert contrast(colors[f"--gate-{gate}-text"], colors[ground]) >= 4.5, (gate, ground)
    lines = [f"--gate-{gate}" for gate in GATES] + [f"--series-{k}" for k in range(1, 7)]
    for line in (*lines, "--plot-ink", "--plot-muted"):
        assert contrast(colors[line], colors["--page"]) >= 3, line


def test_every_color_of_the_figures_has_a_value() -> None:
    assert set(COLORS.values()) <= set(VARIABLES)
    assert set(VARIABLES.values()) <= set(variables("light"))
