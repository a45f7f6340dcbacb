"""The position in the line, beside a plain loop over letters, and the correlation beside NumPy's."""

import numpy as np
import pytest

from lstm_tutorial.text import encode
from scripts.experiments import line

ALPHABET = "\n abc"


def test_positions_start_again_after_a_line_break():
    letters = encode("ab\n\nabc c\na", ALPHABET)[:, None]
    assert line.positions(letters)[:, 0].tolist() == [1, 2, 0, 0, 1, 2, 3, 4, 5, 0, 1]


def test_speech_is_what_stands_in_long_lines(monkeypatch):
    """A line break is the beginning of the line after it."""
    monkeypatch.setattr(line, "SPEECH", 4)
    text = "abc\nabca\n\nabcabc"
    letters = np.stack([encode(text, ALPHABET), encode(text[::-1], ALPHABET)], axis=1)
    expected = ["---" + "xxxxx" + "-" + "xxxxxxx", "xxxxxx" + "-" + "xxxxx" + "----"]
    found = [
        "".join("x" if is_speech else "-" for is_speech in column) for column in line.in_speech(letters).T
    ]
    assert found == expected


def test_a_correlation_is_numpys(monkeypatch):
    monkeypatch.setattr(line, "SPEECH", 3)
    rng = np.random.default_rng(0)
    letters, states = rng.integers(0, 5, (40, 3)), rng.standard_normal((40, 6, 3))
    speech = line.in_speech(letters)
    at = line.positions(letters)[speech]
    expected = [np.corrcoef(states[:, k][speech], at)[0, 1] for k in range(6)]
    assert line.correlations(states, letters) == pytest.approx(expected)
