"""Exercises for the chapter "Batches and states"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class Streams(Mend):
    """A series cut into streams.

    A long series is to be cut into `count` streams that run side by side. The result has the shape (T, count): each
    column is a stream, a piece of the series without a gap, in time order. Here the value below another one in a
    column is not the next one of the series. Find the fault.
    """

    answer, minutes = "streams", 4
    outputs = {"xs": "TB"}
    hints = (
        "Write the series 1 to 6 as two streams by hand. Which number stands below the 1?",
        "`reshape` fills row by row. Let a row be a stream, and transpose the result.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "six values in two streams": {"series": np.arange(1.0, 7.0), "count": 2},
            "twelve values in three streams": {"series": np.arange(12.0), "count": 3},
        }

    @staticmethod
    def starter(series, count):
        """Return the streams, one in each column, (T, count)."""
        return series.reshape(-1, count)

    @staticmethod
    def solution(series, count):
        return series.reshape(count, -1).T

    @wrong("The streams lie in the rows. Transpose the result, so that time runs down the columns.")
    @staticmethod
    def not_turned(series, count):
        return series.reshape(count, -1)

    @wrong("Time runs backward in each stream.")
    @staticmethod
    def backward(series, count):
        return series.reshape(count, -1).T[::-1]


class Weight(Compute):
    """What does one step weigh?

    A batch holds a sequence of 5 steps and one of 45 steps. The loss is the mean of the two means per sequence. How
    much does one step of the short sequence weigh in it?
    """

    minutes = 3
    given = {"short": 5, "long": 45}
    hints = (
        "Each sequence has a share of one half.",
        "The half of the short sequence is divided among its 5 steps.",
    )

    @staticmethod
    def solution(short, long):
        return 1 / (2 * short)

    @wrong("That is its weight in the mean per step, where all 50 steps count the same.")
    @staticmethod
    def per_step(short, long):
        return 1 / (short + long)

    @wrong("That is its weight in the mean of its own sequence. There are two sequences.")
    @staticmethod
    def own_sequence(short, long):
        return 1 / short

    @wrong("That is the weight of a step of the long sequence.")
    @staticmethod
    def long_sequence(short, long):
        return 1 / (2 * long)
