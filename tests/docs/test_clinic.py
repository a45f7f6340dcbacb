"""The clinic of the page on gradient checks: each fault is where the page says, and leaves the rest right.

The page's code is run as it stands there. What it prints is the page's own; here stands what its sentences
conclude from that.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import pytest

from tests.docs.pages import text_of

WEIGHTS = {"Wf", "Wi", "Wc", "Wo", "Wy"}
BIASES = {f"{name}_bias" for name in WEIGHTS}
ALL = WEIGHTS | BIASES | {"h0", "c0"}
READOUT = {"Wy", "Wy_bias"}
CANDIDATE = {"Wc", "Wc_bias"}
OUTPUT = {"Wo", "Wo_bias"}

# What is wrong after one step, and what is right on the whole sequence.
FAULTS: dict[str, tuple[set[str], set[str]]] = {
    "Backward": (set(), ALL),
    "OverwrittenHidden": ({"c0"}, READOUT),
    "DroppedCell": (set(), READOUT),
    "SquashedTwice": (ALL - READOUT - CANDIDATE - {"c0"}, READOUT),
    "MissingSlope": (OUTPUT | {"h0"}, READOUT),
    "ForeignBias": ({"Wi_bias"}, ALL - {"Wi_bias"}),
    "ForgottenTanh": (ALL - READOUT - OUTPUT, READOUT),
    "Transposed": (WEIGHTS - {"Wy"}, BIASES | {"Wy", "h0", "c0"}),
    "LeakingPadding": (set(), set()),
}


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """Run the page's blocks, one after the other, and return what they define."""
    blocks = re.findall(r'^```python exec="on"[^\n]*\n(.*?)^```', text_of("learn/check.md"), re.M | re.S)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for block in blocks:
            exec(block, names)
    return names


def test_every_fault_is_looked_at(page):
    assert list(page["seen"]) == list(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_reports_point_to(page, fault):
    _, reports = page["seen"][fault]
    wrong_after_one_step, right = FAULTS[fault]
    assert set(reports[1].rows) == ALL
    assert set(reports[1].wrong) == wrong_after_one_step
    assert set(reports[page["T"]].wrong) == ALL - right


@pytest.mark.parametrize("fault", FAULTS)
def test_the_loss_falls_whatever_the_gradient(page, fault):
    curve, _ = page["seen"][fault]
    assert curve[-1] < curve[0] / 2


def test_leaking_padding_vanishes_with_full_lengths(page):
    assert page["full"].ok


def test_the_loss_creeps_up_again_where_the_slope_is_missing(page):
    curve, _ = page["seen"]["MissingSlope"]
    assert curve[-1] > 1.5 * min(curve)
