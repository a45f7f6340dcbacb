"""Exercises for the chapter "When it does not learn"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class Guessing(Compute):
    """The loss of guessing.

    A network predicts which of 7 equally frequent symbols comes next. What is its mean cross-entropy in nats if it has
    learned nothing?
    """

    minutes = 2
    given = {"symbols": 7}
    hints = ("It gives each symbol the probability $1/7$.", "The cross-entropy is $-\\ln \\frac17$.")

    @staticmethod
    def solution(symbols):
        return np.log(symbols)

    @wrong("That is in bits. Frameworks, and this package, count in nats, with the natural logarithm.")
    @staticmethod
    def bits(symbols):
        return np.log2(symbols)

    @wrong("That is the share of right guesses. The loss is minus the logarithm of a probability.")
    @staticmethod
    def share(symbols):
        return 1 / symbols

    @wrong("That is the share of wrong guesses. The loss is minus the logarithm of a probability.")
    @staticmethod
    def share_wrong(symbols):
        return 1 - 1 / symbols


class Broadcast(Mend):
    """A loss that compares each with every other.

    The answers have the shape (B,), the targets come as a row, (1, B), or as a column, (B, 1). With a column, this mean
    squared error never falls below the variance of the targets, however good the answers are. Find the fault.
    """

    answer, minutes = "mean_squared_error", 5
    outputs = {"the loss": ""}
    hints = (
        "Which shape has `answers - targets` if one is (3,) and the other (3, 1)?",
        "Bring both to the same shape before you subtract: `targets.reshape(answers.shape)`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        answers = np.array([1.0, 2.0, 4.0])
        return {
            "a row of targets": {"answers": answers, "targets": np.array([[1.0, 2.0, 3.0]])},
            "a column of targets": {"answers": answers, "targets": np.array([[1.0], [2.0], [3.0]])},
        }

    @staticmethod
    def starter(answers, targets):
        """Return the mean of the squared differences, a number."""
        return ((answers - targets) ** 2).mean()

    @staticmethod
    def solution(answers, targets):
        return ((answers - targets.reshape(answers.shape)) ** 2).mean()

    @wrong("Only the first target is compared.")
    @staticmethod
    def first_only(answers, targets):
        return ((answers - targets.ravel()[0]) ** 2).mean()

    @wrong("A column is turned into a row, but a row is turned into a column as well.")
    @staticmethod
    def transposed(answers, targets):
        return ((answers - targets.T) ** 2).mean()
