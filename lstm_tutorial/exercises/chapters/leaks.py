"""Exercises for the chapter "Leaks and gaps in a time series"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, Write, wrong


class Neighbors(Compute):
    """How often does a window have a neighbor in training?

    Windows begin one week apart, and four fifths of them, drawn at random, train a network. The others test it. Each
    window of the test has two neighbors, which begin a week earlier and a week later. What is the probability that at
    least one of them is in training? (Assume a long series, so that the neighbors are drawn independently.)
    """

    minutes = 3
    given = {"share": 0.8}
    hints = (
        "How likely is it that *neither* neighbor is in training?",
        r"$0.2 \cdot 0.2$, and the rest is what is asked for.",
    )

    @staticmethod
    def solution(share):
        return 1 - (1 - share) ** 2

    @wrong("That is the probability for one of the two. There are two neighbors.")
    @staticmethod
    def one_neighbor(share):
        return share

    @wrong("That is the probability that both are in training. One is enough to give the answer away.")
    @staticmethod
    def both(share):
        return share**2

    @wrong("That is the probability that neither is in training.")
    @staticmethod
    def neither(share):
        return (1 - share) ** 2

    @wrong("That is the probability of exactly one. If both are in training, it is as bad.")
    @staticmethod
    def exactly_one(share):
        return 2 * share * (1 - share)


def smoothed(levels, mode="full"):
    """Return the mean over three weeks, of those that there are, for wrong answers."""
    N = len(levels)
    return np.convolve(levels, np.ones(3), mode)[:N] / np.convolve(np.ones(N), np.ones(3), mode)[:N]


def scaled_by(values, rows):
    """Return values, scaled with mean and deviation of some of them, for wrong answers."""
    return (values - rows.mean()) / rows.std()


class TwoLeaks(Mend):
    """Two leaks in six lines.

    The function is to smooth a series, (N,), with a mean over each week and the two before it (at the beginning, over
    the weeks that there are), and to scale it: less a mean, and divided by a standard deviation. Forecasts are tested
    on the weeks from `first_test` on, and their scores are too good to be true: the inputs know two things that
    nobody can know yet. Mend both.
    """

    answer, minutes = "inputs_of", 8
    outputs = {"inputs": "T"}
    hints = (
        "Which weeks does the mean of a week contain, and from which weeks do `mean` and `std` come?",
        '`np.convolve(levels, ones)[:N]`, without `"same"`, adds up each week and the weeks *before* it.',
        "Mean and deviation come from the smoothed weeks of training, `smooth[:first_test]`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "four weeks": {"levels": np.array([1.0, 2.0, 4.0, 9.0]), "first_test": 2},
            "eight weeks": {
                "levels": np.array([2.0, 1.0, 3.0, 5.0, 4.0, 8.0, 7.0, 12.0]),
                "first_test": 5,
            },
        }

    @staticmethod
    def starter(levels, first_test):
        """Return the inputs of all weeks, (N,)."""
        N, ones = len(levels), np.ones(3)
        sums = np.convolve(levels, ones, "same")  # (N,)
        counts = np.convolve(np.ones(N), ones, "same")  # (N,)
        smooth = sums / counts
        mean, std = smooth.mean(), smooth.std()
        return (smooth - mean) / std

    @staticmethod
    def solution(levels, first_test):
        N, ones = len(levels), np.ones(3)
        sums = np.convolve(levels, ones)[:N]  # (N,), each week and two before
        counts = np.convolve(np.ones(N), ones)[:N]  # (N,)
        smooth = sums / counts
        mean, std = smooth[:first_test].mean(), smooth[:first_test].std()
        return (smooth - mean) / std

    @wrong("One is mended. Mean and deviation still come from all weeks, those of the test included.")
    @staticmethod
    def scaler_left(levels, first_test):
        return scaled_by(smoothed(levels), smoothed(levels))

    @wrong("One is mended. The mean of a week still contains the week after it.")
    @staticmethod
    def centered_left(levels, first_test):
        smooth = smoothed(levels, "same")
        return scaled_by(smooth, smooth[:first_test])

    @wrong("Mean and deviation come from the weeks of the test alone, which nobody has seen.")
    @staticmethod
    def scaled_on_test(levels, first_test):
        smooth = smoothed(levels)
        return scaled_by(smooth, smooth[first_test:])

    @wrong("At the beginning, zeros are averaged in: divide by the number of weeks that there are.")
    @staticmethod
    def zeros_before(levels, first_test):
        smooth = np.convolve(levels, np.ones(3))[: len(levels)] / 3
        return scaled_by(smooth, smooth[:first_test])


class LeakTest(Write):
    """A test for leaks.

    `prepare` is a function that turns a series, (N,), into one input for each week, (N,). Write `leaks(prepare,
    series)`. It returns an array of N truth values: True for a week whose input changes when the series is cut off
    after that week. A `prepare` that fills a gap in the series with a straight line leaks in the weeks of the gap
    alone, so try every week. Where both inputs are NaN, nothing has changed.
    """

    answer, minutes = "leaks", 15
    outputs = {"leaks": "T"}
    hints = (
        "What is known in week `t` is `series[: t + 1]`. The input of that week is then the last one that `prepare` gives.",
        "Compare `prepare(series[: t + 1])[t]` with `prepare(series)[t]`, for each `t`.",
        "`np.isclose` compares two numbers and forgives rounding; `equal_nan=True` lets two NaN be equal.",
    )

    @classmethod
    def cases(cls) -> Cases:
        five = np.array([1.0, 3.0, 4.0, 9.0, 5.0])
        gap = np.array([1.0, 2.0, np.nan, 5.0, 4.0, 6.0, 5.0, 8.0])
        return {
            "changes, which do not leak": {"prepare": changes, "series": five},
            "a centered mean": {"prepare": smoothed_around, "series": five},
            "a line through a gap": {"prepare": line, "series": gap},
            "a scale from all weeks": {"prepare": centered_on_mean, "series": five},
            "the week before, which the first week lacks": {"prepare": week_before, "series": five},
        }

    @classmethod
    def run(cls, answer, arguments):
        found = answer(*arguments.values())
        return {"leaks": found if found is None else np.asarray(found, float)}

    @staticmethod
    def starter(prepare, series):
        """Return, for each week, whether its input leaks, (N,)."""
        raise NotImplementedError

    @staticmethod
    def solution(prepare, series):
        whole = prepare(series)  # (N,)
        then = [prepare(series[: t + 1])[t] for t in range(len(series))]
        return ~np.isclose(then, whole, equal_nan=True)

    @wrong("NaN equals nothing, not even NaN: an input that is NaN both times has not changed.")
    @staticmethod
    def nan_changes(prepare, series):
        then = [prepare(series[: t + 1])[t] for t in range(len(series))]
        return ~np.isclose(then, prepare(series))

    @wrong("The answer is turned: True is for a week whose input changes.")
    @staticmethod
    def turned(prepare, series):
        return ~LeakTest.solution(prepare, series)

    @wrong("The series is cut off one week too late: the next week is still in it.")
    @staticmethod
    def too_late(prepare, series):
        whole = prepare(series)
        then = [prepare(series[: t + 2])[t] for t in range(len(series))]
        return ~np.isclose(then, whole)

    @wrong("Only one place to cut was tried, the middle. A leak in another week is not seen there.")
    @staticmethod
    def one_cut(prepare, series):
        middle = len(series) // 2
        found = np.zeros(len(series), bool)
        found[: middle + 1] = ~np.isclose(prepare(series[: middle + 1]), prepare(series)[: middle + 1])
        return found

    @wrong("If one week leaks, all are marked. Say it for each week.")
    @staticmethod
    def all_or_none(prepare, series):
        return np.full(len(series), LeakTest.solution(prepare, series).any())

    @wrong("The input is compared with the series itself. Compare it with the input from the whole series.")
    @staticmethod
    def with_the_series(prepare, series):
        then = [prepare(series[: t + 1])[t] for t in range(len(series))]
        return ~np.isclose(then, series)


def changes(series):
    """Return the change from week to week."""
    return np.diff(series, prepend=series[0])


def week_before(series):
    """Return the value of the week before, NaN for the first week."""
    return np.append(np.nan, series[:-1])


def smoothed_around(series):
    """Return the mean of each week and its two neighbors."""
    return smoothed(series, "same") if len(series) > 2 else np.full(len(series), series.mean())


def line(series):
    """Fill gaps along a straight line. The last value stays until the next one is measured."""
    rows, known = np.arange(len(series)), ~np.isnan(series)
    return np.interp(rows, rows[known], series[known])


def centered_on_mean(series):
    """Subtract the mean of all weeks."""
    return series - series.mean()
