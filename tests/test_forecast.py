"""The forecast of CO2: no week of validation or test is in training, and the baselines are what they say.

What the record says is held against the limits that the project set itself.
"""

from typing import Any

import numpy as np
import pytest

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.series import windows
from scripts.experiments import baselines, forecast
from scripts.experiments.harness import read_record

SETTINGS = forecast.ARMS["changes"]


def test_no_target_of_validation_or_test_is_in_training() -> None:
    """The rows that are read and answered, found by cutting windows out of the row numbers themselves."""
    weeks, _, first_validation, first_test = forecast.series()
    assert str(weeks[first_validation - 1]) == "1988-12-31"
    assert str(weeks[first_test]) == "1996-01-06"
    rows = np.arange(len(weeks), dtype=float)
    targets = forecast.targets_of(rows, rows, {**SETTINGS, "target": "levels"})  # (N, 13)
    answered, read = [], []
    for ends in forecast.parts(SETTINGS, np.random.default_rng(0)):
        answered.append(windows(targets, ends, forecast.WINDOW)[SETTINGS["loss_from"] :])
        read.append(windows(rows[:, None], ends, forecast.WINDOW))
    assert answered[0].max() == first_validation - 1
    assert read[0].min() == 1, "row 0 has no change"
    last = [part[-1] for part in answered]  # (13, B) each: what is scored
    assert (last[1].min(), last[1].max()) == (first_validation, first_test - 1)
    assert (last[2].min(), last[2].max()) == (first_test, len(weeks) - 1)


def test_random_windows_do_overlap() -> None:
    """They are the trap: nearly every week that is tested was a target of training."""
    settings = {**SETTINGS, "split": "random windows"}
    training, _, test = forecast.parts(settings, np.random.default_rng(0))
    assert not set(training) & set(test)
    trained = {row + k for row in training for k in range(1, forecast.HORIZON + 1)}
    assert np.mean([row + 1 in trained for row in test]) > 0.99


def test_targets_by_hand() -> None:
    """Levels 1, 3, 4, 8, 9 and two weeks ahead, from the true level and from one that is 1 too low."""
    levels = np.array([1.0, 3.0, 4.0, 8.0, 9.0])
    settings = {**SETTINGS, "horizon": 2}
    changes = forecast.targets_of(levels, levels, settings)
    np.testing.assert_array_equal(changes, [[2, 1], [1, 4], [4, 1], [1, np.nan], [np.nan, np.nan]])
    from_below = forecast.targets_of(levels, levels - 1, settings)
    np.testing.assert_array_equal(from_below[:3], [[3, 1], [2, 4], [5, 1]])
    ahead = forecast.targets_of(levels, levels, {**settings, "target": "levels"})
    np.testing.assert_array_equal(ahead[:3], [[3, 4], [4, 8], [8, 9]])


@pytest.mark.parametrize("arm", forecast.ARMS)
def test_only_smoothing_and_lines_through_gaps_read_the_future(arm: str) -> None:
    """Inputs of a row must be the same whether or not the weeks after it are known."""
    settings = forecast.ARMS[arm]
    known = forecast.known_values(settings)
    row = int(np.flatnonzero(np.isnan(known))[-3]) if settings["hidden"] else 2000
    then, later = forecast.prepare(known[: row + 1], settings), forecast.prepare(known, settings)
    same = np.array_equal(then.table, later.table[: row + 1]) and np.array_equal(
        then.base, later.base[: row + 1]
    )
    assert same == (arm not in ("smoothed first", "gaps, line"))


@pytest.mark.parametrize("lags", [52, 104])
def test_the_linear_model_is_ridge_regression(lags: int) -> None:
    """The same forecasts from least squares in NumPy, with the penalty as rows of zeros."""
    weeks, values, first_validation, first_test = forecast.series()
    year = weeks.astype("datetime64[Y]").astype("datetime64[D]")
    angle = 2 * np.pi * (weeks - year).astype(float) / 365.25
    waves = np.exp(1j * angle[:, None] * [1, 2])
    past = np.lib.stride_tricks.sliding_window_view(np.diff(values), lags)  # row r ends with week r + lags
    X = np.column_stack((past, waves[lags:].real, waves[lags:].imag))
    Y = np.column_stack([values[lags + k : len(values) + k - 13] - values[lags:-13] for k in range(1, 14)])
    count = first_validation - 13 - lags
    mean_x, mean_y = X[:count].mean(axis=0), Y[:count].mean(axis=0)
    root = np.sqrt(baselines.RIDGE) * np.eye(X.shape[1])
    above = np.vstack((X[:count] - mean_x, root)), np.vstack((Y[:count] - mean_y, np.zeros((len(root), 13))))
    W = np.linalg.lstsq(*above)[0]
    ends = forecast.ends_for(first_test, len(values))
    expected = values[ends] + (mean_y + (X[ends - lags] - mean_x) @ W).T
    np.testing.assert_allclose(baselines.linear(ends, lags), expected, atol=1e-6)


def test_the_rules_by_hand() -> None:
    """For the last forecast: what the file has for 2000 and 2001, 52 weeks apart."""
    _, values, _, _ = forecast.series()
    end = len(values) - 14
    rules = baselines.forecasts(np.array([end]))
    rise = values[end] - values[end - 52]
    for k in (1, 13):
        year_ago = values[end + k - 52]
        assert rules["last value"][k - 1, 0] == values[end]
        assert rules["last year"][k - 1, 0] == year_ago
        assert rules["last year plus rise"][k - 1, 0] == pytest.approx(year_ago + rise)


def test_a_model_of_one_week_reads_what_it_forecast() -> None:
    """Its 13 weeks are those of windows that end with its own forecasts, each read from the start."""
    _, values, _, first_test = forecast.series()
    settings, rng = forecast.ARMS["changes, one week"], np.random.default_rng(3)
    scales = [forecast.Scale(rng.standard_normal(n), rng.uniform(1, 2, n)) for n in (5, 1)]
    model = forecast.Forecaster(LSTM(5, 6, 1, rng=rng), settings, *scales)
    ends = np.array([first_test, first_test + 40])
    found = model.in_use(values, ends)  # (13, B)
    for b, end in enumerate(ends):
        known = values[: end + 1]
        for k in range(13):
            table = forecast.prepare(known, settings).table[-52 - k :]  # (52+k, 5)
            answer = unroll(model.network, model.reads.of(table)[:, :, None]).ys[-1, 0, 0]
            known = np.append(known, known[-1] + model.answers.back(np.array([answer]))[0])
            assert known[-1] == pytest.approx(found[k, b], abs=1e-9)


def scores(arm: str, kind: str, what: str) -> list[float]:
    """Return a score of every seed."""
    runs: list[dict[str, Any]] = read_record("forecast")["arms"][arm]["runs"]
    return [run["result"][kind][what][0] if what == "weeks" else run["result"][kind][what] for run in runs]


def test_the_forecast_is_as_good_as_it_has_to_be() -> None:
    for what, limit in (("weeks", 0.39), ("all", 0.53)):
        found = scores("changes", "in_use", what)
        assert np.mean(found) <= limit
        assert np.std(found) <= 0.02
