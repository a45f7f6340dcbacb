"""Exercises for the chapter "Why memory is hard"."""

from math import ceil, log

from lstm_tutorial.exercises.exercise import Compute, wrong


class Horizon(Compute):
    """When is a memory as good as gone?

    A leaky unit keeps 95 % of what it holds at every step. After how many whole steps is less than 1 % of a value
    left?
    """

    minutes = 4
    close = 0.0
    given = {"kept": 0.95, "left": 0.01}
    hints = (
        "Look for the smallest $n$ with $0.95^n < 0.01$.",
        "Take the logarithm of both sides, and round up.",
    )

    @staticmethod
    def solution(kept, left):
        return ceil(log(left) / log(kept))

    @wrong("This is 1 / (1 - f), after which about a third of the value is left. Less than 1 % is asked for.")
    @staticmethod
    def time_constant(kept, left):
        return round(1 / (1 - kept))

    @wrong("After this step slightly more than 1 % is left: round up.")
    @staticmethod
    def rounded_down(kept, left):
        return int(log(left) / log(kept))

    @wrong("After this step less than a half is left, not less than 1 %.")
    @staticmethod
    def half(kept, left):
        return ceil(log(0.5) / log(kept))
