"""The example of the site: its printed text, its arithmetic redone by other means, and the figures it feeds.

The comparison of a step with the notebook's class over many sizes is in `tests/test_lstm.py`; here it is this
one example, through the script and the file that the pages show.
"""

import importlib
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from lstm_tutorial import StepTrace
from scripts import files, forward_pass
from scripts.bench.notebook import LSTM as Notebook  # noqa: N811
from scripts.figures import through_time
from scripts.forward_pass import UNIT, example, first_step, second_step
from scripts.plotting import style
from tests.docs.pages import text_of

FIGURES = ("flow", "flow_next", "gates", "product", "response", "silence", "through_time")


def notebook_text(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the original class prints for the example."""
    lstm, xs = example()
    Notebook(lstm).forward(xs[0], *lstm.initial_state())
    return capsys.readouterr().out


def test_the_script_prints_what_the_notebook_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal, character for character."""
    done = subprocess.run(
        [sys.executable, Path(forward_pass.__file__)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout == notebook_text(capsys)


def test_the_page_shows_what_the_script_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`build` writes that text and nothing else, and leaves no temporary file."""
    monkeypatch.setattr(files, "GENERATED", tmp_path / "_generated")
    forward_pass.build()
    assert [path.name for path in tmp_path.rglob("*.*")] == ["forward_pass.txt"]
    assert (tmp_path / "_generated/forward_pass.txt").read_text() == notebook_text(capsys)


def sigma(a: float) -> float:
    """Compute the logistic function of one number."""
    return 1 / (1 + math.exp(-a))


def on_paper(trace: StepTrace, digits: int) -> dict[str, float]:
    """Redo one unit of a step in plain Python, rounding each number, product and sum to so many digits."""
    lstm, _ = example()
    xh = [round(float(v), digits) for v in (*trace.x[:, 0], *trace.h_prev[:, 0])]
    sums = {
        gate: round(
            sum(round(round(float(w), digits) * v, digits) for w, v in zip(row, xh, strict=True)), digits
        )
        for gate, row in (
            ("f", lstm.Wf[UNIT]),
            ("i", lstm.Wi[UNIT]),
            ("c_tilde", lstm.Wc[UNIT]),
            ("o", lstm.Wo[UNIT]),
        )
    }
    values = {gate: round(sigma(a), digits) for gate, a in sums.items()}
    values["c_tilde"] = round(math.tanh(sums["c_tilde"]), digits)
    kept = round(values["f"] * round(float(trace.c_prev[UNIT, 0]), digits), digits)
    values["c"] = round(kept + round(values["i"] * values["c_tilde"], digits), digits)
    values["h"] = round(values["o"] * round(math.tanh(values["c"]), digits), digits)
    return values


@pytest.mark.parametrize("step", [first_step, second_step])
def test_the_unit_that_the_pages_follow_on_paper(step) -> None:
    """With fifteen digits it is the package's; with four, a reader gets the third decimal that is printed."""
    exact = {name: getattr(step(), name)[UNIT, 0] for name in ("f", "i", "c_tilde", "o", "c", "h")}
    assert on_paper(step(), 17) == pytest.approx(exact, rel=1e-13)
    rounded = {name: f"{value:.3f}" for name, value in on_paper(step(), 4).items()}
    assert rounded == {name: f"{value:.3f}" for name, value in exact.items()}


def run_page(page: str) -> dict[str, Any]:
    """Run the blocks of a page that a reader copies, in order, and return the names they leave."""
    names: dict[str, Any] = {}
    for block in re.findall(
        r'^```python exec="on" source[^\n]*\n(.*?)^```', text_of(page), re.DOTALL | re.MULTILINE
    ):
        exec(block, names)
    return names


def test_the_pages_run_this_example(capsys: pytest.CaptureFixture[str]) -> None:
    """What they compute for themselves is what the script prints and the figures draw."""
    home, cell = run_page("index.md"), run_page("learn/cell.md")
    one, time = run_page("learn/one-step.md"), run_page("learn/through-time.md")
    first, second = first_step(), second_step()
    assert one["unit"] == cell["unit"] == UNIT
    np.testing.assert_array_equal(home["x"], first.x)
    np.testing.assert_allclose(home["y"], first.y, rtol=1e-12)
    for trace, expected in ((one["first"], first), (one["second"], second), (cell["step"], second)):
        for name, value in expected._asdict().items():
            np.testing.assert_array_equal(getattr(trace, name), value)
    np.testing.assert_array_equal(time["xs"][:2], example()[1])
    for ours, drawn in zip((time["cs"], time["hs"]), through_time.states(), strict=True):
        np.testing.assert_array_equal(ours, drawn)
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_what_it_shows_and_is_the_same_each_time(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Well-formed, with a title and a description, and the same bytes twice."""
    monkeypatch.setattr(style, "GENERATED", tmp_path)
    figure = importlib.import_module(f"scripts.figures.{name}")
    figure.build()
    once = (tmp_path / f"{name}.svg").read_bytes()
    figure.build()
    assert (tmp_path / f"{name}.svg").read_bytes() == once
    svg = ElementTree.fromstring(once)
    title, description = svg[0], svg[1]
    assert title.tag.endswith("title")
    assert description.tag.endswith("desc")
    assert len(title.text or "") > 10
    assert len(description.text or "") > 100
