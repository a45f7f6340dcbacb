"""Exercises for the chapter "Do LSTMs solve vanishing gradients?"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Compute, wrong


class DirectPath(Compute):
    """Along the conveyor.

    The forget gates of steps 1 to 4 are 0.9, 1.0, 0.5 and 0.8. What is the derivative of $c_4$ with respect to $c_1$
    on the direct path?
    """

    minutes = 3
    given = {"f": (0.9, 1.0, 0.5, 0.8)}
    hints = (
        "Which steps lead from $c_1$ to $c_4$?",
        "Step 1 made $c_1$. Its own forget gate acted before.",
    )

    @staticmethod
    def solution(f):
        return np.prod(f[1:])

    @wrong("The gate of step 1 acted on c_0. On the way from c_1 to c_4 there are three gates.")
    @staticmethod
    def all_four(f):
        return np.prod(f)

    @wrong("That is the last gate alone.")
    @staticmethod
    def last(f):
        return f[-1]

    @wrong("The gates are multiplied, not averaged.")
    @staticmethod
    def mean(f):
        return np.mean(f[1:])


class NeededGate(Compute):
    """How open must a gate be?

    After 100 steps, half of a gradient is to be left on the direct path. The forget gate has the same value at every
    step. Which?
    """

    minutes = 3
    close = 0.0002
    given = {"left": 0.5, "steps": 100}
    hints = ("$f^{100} = 0.5$.", "$f = 0.5^{1/100}$.")

    @staticmethod
    def solution(left, steps):
        return left ** (1 / steps)

    @wrong("The gradient does not fall by the same amount at each step, but by the same factor.")
    @staticmethod
    def linear(left, steps):
        return 1 - left / steps

    @wrong("That is a horizon of 100 steps, after which about a third is left.")
    @staticmethod
    def horizon(left, steps):
        return 1 - 1 / steps

    @wrong("That is what would be left of a gate of 0.5.")
    @staticmethod
    def half(left, steps):
        return left**steps
