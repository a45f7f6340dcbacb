"""Exercises for the chapter "Forecast a series"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, Write, wrong


class WindowsOfTheTest(Compute):
    """How many windows does the test have?

    A series has 300 weeks, numbered from 0, and the test begins with week 200. A window reads 52 weeks and forecasts
    the 13 weeks after them; the windows begin one week apart. A window belongs to the test if all 13 weeks that it
    forecasts do. How many windows belong to it?
    """

    minutes = 4
    close = 0.0
    given = {"weeks": 300, "first": 200, "T": 52, "K": 13}
    hints = (
        "The weeks that are *read* may lie before the test, as in use. So where does the first of the windows end?",
        "The first one ends with week 199, and the last one with week 286, because 287 to 299 are its 13 weeks.",
    )

    @staticmethod
    def solution(weeks, first, T, K):
        return (weeks - K - 1) - (first - 1) + 1  # last end, first end

    @wrong("Those are the windows that also read within the test. What is read may lie before it.")
    @staticmethod
    def wholly_inside(weeks, first, T, K):
        return weeks - first - T - K + 1

    @wrong("Those are the weeks of the test. A forecast from its last weeks would reach past its end.")
    @staticmethod
    def weeks_of_the_test(weeks, first, T, K):
        return weeks - first

    @wrong("One is missing: the first window ends with the last week before the test.")
    @staticmethod
    def one_missing(weeks, first, T, K):
        return weeks - first - K

    @wrong("Those are the windows of the whole series. Most of their forecasts lie before the test.")
    @staticmethod
    def whole_series(weeks, first, T, K):
        return weeks - T - K + 1


class PlusRise(Write):
    """A rule to beat.

    Before you believe in a network, write `plus_rise(levels, period, steps)`, which forecasts the next `steps` values
    of a series, (N,). Each forecast is the level one `period` before the week that is forecast, plus the rise of the
    last period: the last level minus the level one period before it. `steps` is at most `period`.
    """

    answer, minutes = "plus_rise", 8
    outputs = {"forecast": "T"}
    hints = (
        "The first forecast is for the value after `levels[-1]`. Which value lies one period before that?",
        "It is `levels[-period]`, and the rise is `levels[-1] - levels[-1 - period]`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        four = np.array([1.0, 5.0, 2.0, 7.0])
        season = np.array([3.0, 1.0, 4.0, 4.5, 2.0, 6.0])
        return {
            "a period of 2, one step": {"levels": four, "period": 2, "steps": 1},
            "a period of 2, two steps": {"levels": four, "period": 2, "steps": 2},
            "a period of 3, two steps": {"levels": season, "period": 3, "steps": 2},
        }

    @staticmethod
    def starter(levels, period, steps):
        """Return the next values, (T,) of them for T steps."""
        raise NotImplementedError

    @staticmethod
    def solution(levels, period, steps):
        rise = levels[-1] - levels[-1 - period]
        last_period = levels[len(levels) - period :]
        return last_period[:steps] + rise

    @wrong("The rise is missing, so a trend is lost: this is last year, as it was.")
    @staticmethod
    def no_rise(levels, period, steps):
        return levels[len(levels) - period :][:steps]

    @wrong("The rise is added to the last level. Add it to the level one period before the forecast.")
    @staticmethod
    def from_the_last(levels, period, steps):
        return np.full(steps, 2 * levels[-1] - levels[-1 - period])

    @wrong("The levels are taken one step too early: the first one is levels[-period].")
    @staticmethod
    def too_early(levels, period, steps):
        rise = levels[-1] - levels[-1 - period]
        return levels[len(levels) - period - 1 :][:steps] + rise

    @wrong("The rise is that of one step. It is taken over a whole period, so that the season drops out.")
    @staticmethod
    def rise_of_a_step(levels, period, steps):
        return levels[len(levels) - period :][:steps] + levels[-1] - levels[-2]

    @wrong("That is the last value, repeated.")
    @staticmethod
    def last_value(levels, period, steps):
        return np.full(steps, levels[-1])


class NotAddedUp(Mend):
    """From changes back to levels.

    For B windows, a network forecasts the changes of the next T weeks. The array `scaled`, (T, B), has these changes
    less the mean of those in training, and divided by their standard deviation. `base`, (B,), is the last level that
    each window has read. The function is to return the levels, (T, B), and is right for the first week only. Find the
    fault.
    """

    answer, minutes = "levels_ahead", 4
    outputs = {"levels": "TB"}
    hints = (
        "The second change starts from which level?",
        "Add the changes up along the axis of the weeks: `changes.cumsum(axis=0)`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        scale = {"mean": 0.5, "std": 2.0}
        return {
            "one window, one week": {"base": np.array([10.0]), "scaled": np.array([[1.0]])} | scale,
            "one window, three weeks": {
                "base": np.array([10.0]),
                "scaled": np.array([[1.0], [0.0], [-1.0]]),
            }
            | scale,
            "two windows": {
                "base": np.array([10.0, 20.0]),
                "scaled": np.array([[1.0, 0.5], [2.0, -0.5]]),
            }
            | scale,
        }

    @staticmethod
    def starter(base, scaled, mean, std):
        """Return the level of each week and window, (T, B)."""
        changes = scaled * std + mean  # (T, B)
        return base + changes

    @staticmethod
    def solution(base, scaled, mean, std):
        changes = scaled * std + mean  # (T, B)
        return base + changes.cumsum(axis=0)

    @wrong("The changes are added up from window to window. Sum along the weeks, axis 0.")
    @staticmethod
    def along_windows(base, scaled, mean, std):
        return base + (scaled * std + mean).cumsum(axis=1)

    @wrong("The mean is added once. It is part of every change: undo the scaling first, then add up.")
    @staticmethod
    def mean_once(base, scaled, mean, std):
        return base + scaled.cumsum(axis=0) * std + mean

    @wrong("The scaling is not undone any more.")
    @staticmethod
    def still_scaled(base, scaled, mean, std):
        return base + scaled.cumsum(axis=0)

    @wrong("All comes one week late: the first forecast already has the first change in it.")
    @staticmethod
    def one_late(base, scaled, mean, std):
        changes = scaled * std + mean
        return base + changes.cumsum(axis=0) - changes
