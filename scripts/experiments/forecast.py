"""Forecast the CO2 of the next 13 weeks: levels and changes, splits that leak, smoothing, scales and gaps.

Every score comes twice. "reported" has inputs that were computed once, from the whole series. "in_use" has
inputs that were computed for each forecast anew, from what was known in its week. They differ where
something leaks. What is reached without a network is in `baselines.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial import LSTM, Adam, backpropagate, squared_error, train, unroll
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.series import co2, windows
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Forecasting weekly CO2",
    "task": "Weekly CO2 at Mauna Loa: from 52 weeks, forecast each of the next 13. Train on targets to 1988, "
    "choose on 1989 to 1995, test on 1996 to 2001.",
    "criterion": "The root mean squared error over 1 to 13 weeks is below that of last year plus the rise, "
    "on the same rows.",
    "loss": "mean squared error of scaled targets",
}
SEEDS = range(5)
WINDOW, HORIZON = 52, 13
_SHARED: dict[str, Any] = {
    "target": "changes",  # of each week from the week before; or the levels themselves
    "season": True,  # two waves a year as inputs
    "horizon": HORIZON,  # weeks that the network forecasts; with 1 it feeds on itself
    "split": "in time",
    "smooth": 1,  # weeks of a centered mean, taken before anything else
    "scale_on": "training rows",
    "hidden": 0.0,  # the share of weeks that are taken out
    "fill": "line",  # how gaps are filled: along a line, or with the last value
    "mark": False,  # whether an input says that the week was measured
    "hidden_size": 16,
    "forget_bias": 1.0,
    "loss_from": 26,  # the first step of a window that is answered
    "batch_size": 32,
    "learning_rate": 0.005,  # falls to zero along a line
    "steps": 600,
}
_LEVELS = {  # as most tutorials do it: one value in, one out, after the last step
    **_SHARED,
    "target": "levels",
    "season": False,
    "horizon": 1,
    "loss_from": WINDOW - 1,
    "steps": 1500,
}
_GAPS = {**_SHARED, "hidden": 0.2}
ARMS: dict[str, dict[str, Any]] = {
    "changes": _SHARED,
    "levels, random windows": {**_LEVELS, "split": "random windows"},
    "levels": _LEVELS,
    "changes, no season": {**_SHARED, "season": False},
    "changes, one week": {**_SHARED, "horizon": 1},
    "changes, random windows": {**_SHARED, "split": "random windows"},
    "smoothed first": {**_SHARED, "smooth": 5},
    "scaled on everything": {**_SHARED, "scale_on": "all rows"},
    "gaps, line": _GAPS,
    "gaps, last value": {**_GAPS, "fill": "last value"},
    "gaps, last value and mark": {**_GAPS, "fill": "last value", "mark": True},
}


# ----------------------------------------------------------------------------------------------------
# The series
# ----------------------------------------------------------------------------------------------------


@cache
def series() -> tuple[NDArray[np.datetime64], FloatArray, int, int]:
    """Return the weeks and values of the series, and the first rows of validation and test."""
    weeks, values, _ = co2()
    years = np.array(["1989", "1996"], "datetime64[D]")
    first_validation, first_test = np.searchsorted(weeks, years)
    return weeks, values, int(first_validation), int(first_test)


def season(weeks: NDArray[np.datetime64]) -> FloatArray:
    """Return two waves a year, as sine and cosine each, (N, 4)."""
    new_year = weeks.astype("datetime64[Y]").astype("datetime64[D]")  # (N,)
    angle = 2 * np.pi * (weeks - new_year).astype(float) / 365.25  # (N,)
    return np.stack([wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)], axis=1)


def ends_for(first: int, after: int) -> NDArray[np.intp]:
    """Return the last rows of all windows whose targets lie from row `first` to before row `after`."""
    return np.arange(max(first - 1, WINDOW), after - HORIZON)


def parts(settings: dict[str, Any], rng: np.random.Generator) -> tuple[NDArray[np.intp], ...]:
    """Return the last rows of the windows to train on, to validate on and to test on."""
    _, values, first_validation, first_test = series()
    if settings["split"] == "in time":
        edges = (0, first_validation, first_test, len(values))
        return tuple(ends_for(a, b) for a, b in pairwise(edges))
    ends = rng.permutation(ends_for(0, len(values)))
    part = len(ends) // 10
    return tuple(np.sort(rows) for rows in np.split(ends, [8 * part, 9 * part]))


def shown_ends() -> NDArray[np.intp]:
    """Return the last rows of every 16th window of validation and test, for a figure."""
    return ends_for(series()[2], len(series()[1]))[::16]


def known_values(settings: dict[str, Any]) -> FloatArray:
    """Return the series with NaN in the weeks that are taken out, the same ones for every seed, (N,)."""
    values = series()[1].copy()
    if settings["hidden"]:
        rng, length = np.random.default_rng(0), 4  # weeks of a gap
        first = np.flatnonzero(rng.random(len(values)) < settings["hidden"] / length)
        gaps = (first[:, None] + np.arange(length)).ravel()
        values[gaps[(gaps > 0) & (gaps < len(values))]] = np.nan
    return values


# ----------------------------------------------------------------------------------------------------
# What the network reads and answers
# ----------------------------------------------------------------------------------------------------


class Inputs(NamedTuple):
    """What is computed from the weeks that are known."""

    table: FloatArray
    """One row per week, one column per feature, not scaled, (N, D)."""
    base: FloatArray
    """The level of each week as far as it is known, to which changes are added, (N,)."""


def prepare(known: FloatArray, settings: dict[str, Any]) -> Inputs:
    """Fill gaps, smooth, and compute the features. All leaks through inputs are here."""
    measured, rows = ~np.isnan(known), np.arange(len(known))
    filled = known[np.maximum.accumulate(np.where(measured, rows, 0))]  # (N,), the last value
    if settings["fill"] == "line":
        filled = np.interp(rows, rows[measured], known[measured])  # (N,), reads past a gap
    base = centered_mean(filled, settings["smooth"])  # (N,)
    first = base if settings["target"] == "levels" else np.diff(base, prepend=base[0])  # (N,)
    columns = [first[:, None]]
    if settings["season"]:
        columns.append(season(series()[0][: len(known)]))
    if settings["mark"]:
        columns.append(measured[:, None].astype(float))
    return Inputs(np.concatenate(columns, axis=1), base)


def centered_mean(values: FloatArray, width: int) -> FloatArray:
    """Return the mean of each value and its neighbors on both sides, of those that there are, (N,)."""
    ones = np.ones(width)
    counts = np.convolve(np.ones(len(values)), ones, "same")  # (N,), fewer at both ends
    means: FloatArray = np.convolve(values, ones, "same") / counts
    return means


def targets_of(levels: FloatArray, base: FloatArray, settings: dict[str, Any]) -> FloatArray:
    """Return what each row is to answer: the next levels or changes, (N, K). NaN past the end."""
    N, K = len(levels), settings["horizon"]
    ahead = np.full((N, K + 1), np.nan)  # (N, K+1), the level of this week and of the next
    ahead[:, 0] = base
    for k in range(1, K + 1):
        ahead[: N - k, k] = levels[k:]
    answers: FloatArray = ahead[:, 1:] if settings["target"] == "levels" else np.diff(ahead, axis=1)
    return answers


class Scale(NamedTuple):
    """The mean and the standard deviation of each column of a table, on some of its rows."""

    mean: FloatArray
    std: FloatArray

    def of(self, table: FloatArray) -> FloatArray:
        """Return the columns in standard units, (N, D)."""
        return np.divide(table - self.mean, self.std)

    def back(self, table: FloatArray) -> FloatArray:
        """Return the columns in their own units, (N, D)."""
        return np.add(table * self.std, self.mean)


def scale_of(table: FloatArray, rows: NDArray[np.intp]) -> Scale:
    """Measure the columns on these rows."""
    return Scale(table[rows].mean(axis=0), table[rows].std(axis=0))


# ----------------------------------------------------------------------------------------------------
# Forecasts and their errors
# ----------------------------------------------------------------------------------------------------


class Forecaster(NamedTuple):
    """A trained network, and what turns its inputs and outputs into its units and back."""

    network: LSTM
    settings: dict[str, Any]
    reads: Scale
    answers: Scale

    # --8<-- [start:levels]
    def levels(self, scaled: FloatArray, base: FloatArray, ends: NDArray[np.intp]) -> FloatArray:
        """Forecast 13 levels, (13, B), from windows (52, D, B), their last levels (B,) and rows (B,)."""
        run = unroll(self.network, scaled, keep_cache=False)
        assert run.ys is not None
        answer, h, c = run.ys[-1], run.h, run.c  # (K, B), (H, B), (H, B)
        ys = self.answers.back(answer.T).T  # (K, B)
        while len(ys) < HORIZON:  # one week at a time: what was forecast is read next
            row = ys[-1:].T  # (B, 1)
            if self.settings["season"]:
                row = np.concatenate([row, season(series()[0])[ends + len(ys)]], axis=1)  # (B, D)
            answer, h, c = self.network.forward(self.reads.of(row).T, h, c)
            ys = np.concatenate([ys, self.answers.back(answer.T).T])
        return ys if self.settings["target"] == "levels" else base + ys.cumsum(axis=0)
        # --8<-- [end:levels]

    def reported(self, known: FloatArray, ends: NDArray[np.intp]) -> FloatArray:
        """Forecast from inputs that are computed once, from all weeks, (13, B)."""
        inputs = prepare(known, self.settings)
        return self.levels(windows(self.reads.of(inputs.table), ends, WINDOW), inputs.base[ends], ends)

    # --8<-- [start:in-use]
    def in_use(self, known: FloatArray, ends: NDArray[np.intp]) -> FloatArray:
        """Forecast from inputs that are computed for each forecast anew, from the weeks up to it, (13, B)."""
        then = [prepare(known[: end + 1], self.settings) for end in ends]
        scaled = np.stack([self.reads.of(inputs.table[-WINDOW:]) for inputs in then], axis=2)  # (T, D, B)
        return self.levels(scaled, np.array([inputs.base[-1] for inputs in then]), ends)
        # --8<-- [end:in-use]


def truth_after(ends: NDArray[np.intp], levels: FloatArray) -> FloatArray:
    """Return the levels of the 13 weeks after each of these rows, (13, B)."""
    truth: FloatArray = levels[ends + np.arange(1, HORIZON + 1)[:, None]]
    return truth


def errors(forecast: FloatArray, truth: FloatArray) -> dict[str, Any]:
    """Return root mean squared errors [ppm]: of each of the 13 weeks, and over all of them."""
    squares = (forecast - truth) ** 2  # (13, B)
    return {"weeks": np.sqrt(squares.mean(axis=1)).tolist(), "all": float(np.sqrt(squares.mean()))}


def seasonal_with_drift(ends: NDArray[np.intp]) -> FloatArray:
    """Forecast the level of the same week a year ago, plus the change of the last year, (13, B)."""
    values = series()[1]
    return truth_after(ends - 52, values) + values[ends] - values[ends - 52]


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train for a fixed time, then score validation and test."""
    rng = np.random.default_rng(seed)
    values, K, B = series()[1], settings["horizon"], settings["batch_size"]
    training, validation, test = parts(settings, rng)
    known = known_values(settings)
    table, base = prepare(known, settings)
    past = prepare(known, {**settings, "fill": "line"}).base  # (N,), all of it is known in training
    targets = targets_of(past, base, settings)  # (N, K)
    measured_on = training if settings["scale_on"] == "training rows" else ends_for(0, len(values))
    reads, answers = scale_of(table, measured_on), scale_of(targets, measured_on)
    scaled, wanted = reads.of(table), answers.of(targets)  # (N, D), (N, K)
    network = LSTM(table.shape[1], settings["hidden_size"], K, rng=rng, forget_bias=settings["forget_bias"])
    first, steps, rate = settings["loss_from"], settings["steps"], settings["learning_rate"]

    def grade(ends: NDArray[np.intp]) -> tuple[float, dict[str, FloatArray]]:
        unrolled = unroll(network, windows(scaled, ends, WINDOW))
        assert unrolled.ys is not None
        dys = np.zeros_like(unrolled.ys)  # (T, K, B)
        loss, dys[first:] = squared_error(unrolled.ys[first:], windows(wanted, ends, WINDOW)[first:])
        return loss, backpropagate(unrolled.cache, dys=dys)

    adam = Adam(lambda t: rate * (1 - (t - 1) / steps))
    for step, loss, _ in train(
        network, grade, lambda rng: rng.choice(training, B), adam, steps=steps, rng=rng
    ):
        if step < steps:
            yield Step(loss, step * B)

    model = Forecaster(network, settings, reads, answers)
    reported, truth = model.reported(known, test), truth_after(test, values)  # (13, B) each
    result = {
        # who smooths first compares with the smoothed series
        "reported": errors(reported, truth_after(test, past) if settings["smooth"] > 1 else truth),
        "in_use": errors(model.in_use(known, test), truth),
        "last_value": errors(np.broadcast_to(values[test], truth.shape), truth),
        "validation": errors(model.in_use(known, validation), truth_after(validation, values)),
        "r_squared": float(1 - np.mean((reported[0] - truth[0]) ** 2) / truth[0].var()),
        "next_week": model.reported(known, shown_ends())[0].tolist(),
    }
    with_drift = errors(seasonal_with_drift(test), truth)
    yield Step(loss, steps * B, result["in_use"]["all"] < with_drift["all"], result)
