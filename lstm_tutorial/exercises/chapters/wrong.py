"""Exercises for the chapter "When it learns the wrong thing"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class Persistence(Compute):
    """The forecast to beat.

    A series is 1, 2, 4, 7, 7. Persistence forecasts each value as the one before it. What is its mean squared error?
    """

    minutes = 2
    given = {"series": (1.0, 2.0, 4.0, 7.0, 7.0)}
    hints = ("Four values have one before them.", "The errors are the changes: 1, 2, 3 and 0.")

    @staticmethod
    def solution(series):
        return np.mean(np.diff(series) ** 2)

    @wrong("There are four forecasts, not five: nothing stands before the first value.")
    @staticmethod
    def five(series):
        return (np.diff(series) ** 2).sum() / len(series)

    @wrong("That is the error of always answering the mean.")
    @staticmethod
    def of_mean(series):
        return np.var(series)

    @wrong("That is the mean absolute error. The errors are squared.")
    @staticmethod
    def absolute(series):
        return np.abs(np.diff(series)).mean()


class Temperature(Mend):
    """A temperature that works the wrong way.

    The colder, the more of the probability should go to the likeliest symbol. Here it is the other way round. Find the
    fault.
    """

    watches = True
    answer, minutes = "probabilities", 4
    outputs = {"p": "O"}
    hints = (
        "At a temperature of 1 nothing changes. What should 0.1 do to the outputs?",
        "A low temperature has to make differences larger.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "a temperature of 0.5": {"y": np.array([1.0, 0.0]), "temperature": 0.5},
            "a temperature of 2": {"y": np.array([1.0, 0.0, 2.0]), "temperature": 2.0},
            "a temperature of 0.01": {"y": np.array([8.0, 0.0]), "temperature": 0.01},
        }

    @staticmethod
    def starter(y, temperature):
        """Return the probabilities of the outputs y, (O,)."""
        y = y * temperature
        p = np.exp(y - y.max())
        return p / p.sum()

    @staticmethod
    def solution(y, temperature):
        y = y / temperature
        p = np.exp(y - y.max())
        return p / p.sum()

    @wrong(
        "The probabilities were divided, and they add up to 1 no longer. Divide the outputs, before the softmax."
    )
    @staticmethod
    def divides_probabilities(y, temperature):
        p = np.exp(y - y.max())
        return p / p.sum() / temperature

    @wrong("exp overflows: the largest output is no longer subtracted after dividing.")
    @staticmethod
    def overflows(y, temperature):
        p = np.exp(y / temperature)
        return p / p.sum()
