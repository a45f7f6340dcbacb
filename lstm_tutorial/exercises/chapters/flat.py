"""Exercises for the chapter "When the loss is flat or slow"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class ForgetBias(Compute):
    """A bias for a long memory.

    With inputs and hidden state near zero, a forget gate is the sigmoid of its bias. Which bias makes the gate 0.99?
    """

    minutes = 3
    close = 0.001
    given = {"f": 0.99}
    hints = ("Solve $1 / (1 + e^{-b}) = 0.99$ for $b$.", "$b = \\ln \\frac{f}{1 - f}$.")

    @staticmethod
    def solution(f):
        return np.log(f / (1 - f))

    @wrong("That is the bias of the input gate in chrono initialization: the sign is turned.")
    @staticmethod
    def turned(f):
        return np.log((1 - f) / f)

    @wrong("That is ln 100, the logarithm of 1 / (1 - f). The bias is the logarithm of f / (1 - f).")
    @staticmethod
    def horizon(f):
        return np.log(1 / (1 - f))

    @wrong("The gate is the sigmoid of its bias, not the bias.")
    @staticmethod
    def gate(f):
        return f


class Scale(Mend):
    """Scale new data.

    The inputs of a network are scaled: minus the mean, divided by the standard deviation of each row. The function
    gets training data and test data, (D, K) each, and returns both. In use, the network is worse than in the test. Find
    the fault.
    """

    answer, minutes = "scaled", 5
    outputs = {"train": "DK", "test": "DK"}
    hints = (
        "In use there is one new column and no test set. What can its mean be?",
        "The network has learned what a scaled 1 means on the training data. New data are scaled by the same numbers.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one input": {"train": np.array([[1.0, 3.0]]), "test": np.array([[5.0, 6.0]])},
            "two inputs": {
                "train": np.array([[1.0, 2.0, 6.0], [10.0, 30.0, 20.0]]),
                "test": np.array([[4.0, 0.0], [5.0, 15.0]]),
            },
        }

    @staticmethod
    def starter(train, test):
        """Return the scaled training data and the scaled test data."""
        scaled = []
        for data in (train, test):
            mean = data.mean(axis=1, keepdims=True)
            deviation = data.std(axis=1, keepdims=True)
            scaled.append((data - mean) / deviation)
        return tuple(scaled)

    @staticmethod
    def solution(train, test):
        mean, deviation = train.mean(axis=1, keepdims=True), train.std(axis=1, keepdims=True)
        return (train - mean) / deviation, (test - mean) / deviation

    @wrong("Mean and deviation are of both together. Nothing of the test data may be known in training.")
    @staticmethod
    def of_both(train, test):
        both = np.concatenate((train, test), axis=1)
        mean, deviation = both.mean(axis=1, keepdims=True), both.std(axis=1, keepdims=True)
        return (train - mean) / deviation, (test - mean) / deviation

    @wrong("The test data have the right mean subtracted, but are divided by their own deviation.")
    @staticmethod
    def own_deviation(train, test):
        mean = train.mean(axis=1, keepdims=True)
        test_deviation = test.std(axis=1, keepdims=True)
        return (train - mean) / train.std(axis=1, keepdims=True), (test - mean) / test_deviation

    @wrong("Mean and deviation are of all inputs together. Each row has its own.")
    @staticmethod
    def all_rows(train, test):
        return (train - train.mean()) / train.std(), (test - train.mean()) / train.std()
