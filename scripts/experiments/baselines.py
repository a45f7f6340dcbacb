"""The baseline of each task: the line that every curve is drawn against.

For the tasks of memory it is what is reached without one, exact where there is a formula. For the Reber
grammars and for adding in its first form it is computed from strings and sequences that the task draws with a
fixed seed. For the forecast there are three rules and two linear models. No network is trained here.
"""

from __future__ import annotations

from functools import cache
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial.checks import FloatArray
from lstm_tutorial.series import windows
from lstm_tutorial.tasks import adding_1997, embedded_reber
from scripts.experiments import forecast

DRAWN = 4000  # strings or sequences


class Reber(NamedTuple):
    """The best scores on the embedded Reber grammar, with and without a memory of the second symbol.

    The memoryless baseline knows the grammar and where it is in the string, but not the second symbol.
    """

    best_possible: float
    """Mean cross-entropy per symbol of the true probabilities [nats]."""
    memoryless: float
    """The same of the memoryless baseline [nats]."""
    right: float
    """Share of strings that the memoryless baseline has right: it guesses the second-last symbol."""
    symbols_to_mistake: float
    """Mean number of symbols of an endless stream that the memoryless baseline has right in a row."""


@cache
def reber() -> Reber:
    """Return the baselines of the embedded Reber grammar, as `tasks.embedded_reber` draws it."""
    strings = embedded_reber(DRAWN, rng=0)
    forks = (strings.legal.sum(axis=1) == 2).sum(axis=0)  # (B,), steps where two symbols may follow
    best_possible = float((forks * log(2) / strings.lengths).mean())
    memoryless = float(((forks + 1) * log(2) / strings.lengths).mean())
    symbols = float(strings.lengths.mean()) + 1  # a string has one symbol more than it has steps
    # On average one string is guessed right before one is guessed wrong. In the wrong one, all predictions
    # before that of the second-last symbol are right: all but three.
    return Reber(best_possible, memoryless, 0.5, symbols + symbols - 3)


def adding_1997_error() -> float:
    """Return the mean squared error of the best constant answer, for lengths from 100."""
    return float(adding_1997(DRAWN, 100, rng=0).targets.var())


TEMPORAL_ORDER = log(4)
"""Cross-entropy of guessing among the four classes [nats]."""

TWO_SEQUENCE = 0.25
"""Mean squared error of the constant answer one half, where the target is 0 or 1."""


def long_lag(lag: int) -> float:
    """Return the mean cross-entropy per step of knowing all but the first symbol [nats]."""
    return log(2) / lag


# ----------------------------------------------------------------------------------------------------
# The forecast of CO2
# ----------------------------------------------------------------------------------------------------

RIDGE = 10.0
"""The strength of the linear models' penalty, chosen on validation."""


def forecasts(ends: NDArray[np.intp]) -> dict[str, FloatArray]:
    """Return what each rule and each linear model forecasts after these rows, (13, B) each."""
    values = forecast.series()[1]
    after = forecast.truth_after(ends - 52, values)  # (13, B), a year before the weeks that are asked for
    return {
        "last value": np.broadcast_to(values[ends], after.shape),
        "last year": after,
        "last year plus rise": forecast.seasonal_with_drift(ends),
        "linear, 52 weeks": linear(ends, 52),
        "linear, 104 weeks": linear(ends, 104),
    }


def linear(ends: NDArray[np.intp], lags: int) -> FloatArray:
    """Forecast with one linear model per week ahead, from the last changes and the season, (13, B).

    Ridge regression on the training rows. The constant is not penalized.
    """
    weeks, values, first_validation, _ = forecast.series()
    changes, season = np.diff(values, prepend=values[0])[:, None], forecast.season(weeks)

    def columns(rows: NDArray[np.intp]) -> FloatArray:
        table = windows(changes, rows, lags)[:, 0].T  # (B, lags)
        return np.concatenate([table, season[rows], np.ones((len(rows), 1))], axis=1)  # (B, lags + 5)

    training = np.arange(lags, first_validation - forecast.HORIZON)
    X = columns(training)
    Y = (forecast.truth_after(training, values) - values[training]).T  # (B, 13)
    penalty = np.diag([RIDGE] * (X.shape[1] - 1) + [0.0])
    W = np.linalg.solve(X.T @ X + penalty, X.T @ Y)  # (lags + 5, 13)
    return values[ends] + (columns(ends) @ W).T  # (13, B)
