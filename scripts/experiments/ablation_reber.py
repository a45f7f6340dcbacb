"""Embedded Reber grammar with one part of the LSTM changed at a time."""

from __future__ import annotations

from typing import Any

from lstm_tutorial.variants import CHANGES
from scripts.experiments.embedded_reber import run

__all__ = ["ABOUT", "ARMS", "SEEDS", "run"]

ABOUT = {
    "title": "Ablation on the embedded Reber grammar",
    "task": "The embedded Reber grammar again, with one part of the cell changed.",
    "paper": "greff2015",
    "source": "figure 3",
    "published": "On speech, handwriting and music, no variant beats the vanilla LSTM by much; forget gate "
    "and output activation matter most; coupled gates and absent peepholes cost nothing. Without input gate, "
    "output gate or input activation, speech and handwriting get significantly worse, music does not.",
    "criterion": "That of the embedded Reber grammar: 512 strings right from the first symbol to the last.",
    "differs": "Another task, and a much smaller one. One setting serves all variants, chosen for the LSTM, "
    "instead of a search for each.",
    "loss": "cross-entropy per symbol [nats]",
}
SEEDS = range(5)
_LSTM = {"hidden_size": 8, "forget_bias": 1.0, "learning_rate": 0.01, "clip": 1.0, "steps": 10_000}
ARMS: dict[str, dict[str, Any]] = {change: {"change": change, **_LSTM} for change in CHANGES}
