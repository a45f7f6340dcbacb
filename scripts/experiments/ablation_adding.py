"""Adding, T = 50, with one part of the LSTM changed at a time."""

from __future__ import annotations

from typing import Any

from lstm_tutorial.variants import CHANGES
from scripts.experiments.adding import run
from scripts.experiments.common import SHARED

__all__ = ["ABOUT", "ARMS", "SEEDS", "run"]

ABOUT = {
    "title": "Ablation on adding",
    "task": "The adding problem of length 50 again, with one part of the cell changed.",
    "paper": "greff2015",
    "source": "figure 3",
    "published": "On speech, handwriting and music, no variant beats the vanilla LSTM by much; forget gate "
    "and output activation matter most; coupled gates and absent peepholes cost nothing. Without input gate, "
    "output gate or input activation, speech and handwriting get significantly worse, music does not.",
    "criterion": "That of adding: the mean squared error over the last 20 batches is below 0.01.",
    "differs": "Another task, and a much smaller one. One setting serves all variants, chosen for the LSTM, "
    "instead of a search for each.",
    "loss": "mean squared error",
}
SEEDS = range(5)
_LSTM = {**SHARED, "length": 50, "forget_bias": 1.0, "steps": 1000}
ARMS: dict[str, dict[str, Any]] = {change: {"change": change, **_LSTM} for change in CHANGES}
