"""Exercises for the chapter "The long-lag experiments of 1997"."""

from lstm_tutorial.exercises.exercise import Compute, wrong


class LuckyGuess(Compute):
    """Guess before you learn.

    Of all random weights, one set in 700 solves a task. You try 1000 sets. What is the probability that at least one of
    them solves it?
    """

    minutes = 4
    given = {"share": 1 / 700, "tries": 1000}
    hints = (
        "Ask for the opposite first: how likely is it that *none* solves it?",
        "$1 - (1 - \\frac{1}{700})^{1000}$.",
    )

    @staticmethod
    def solution(share, tries):
        return 1 - (1 - share) ** tries

    @wrong("That is how many solving sets to expect, and it is above 1. A probability is not.")
    @staticmethod
    def expected(share, tries):
        return share * tries

    @wrong("That is the probability that none solves it.")
    @staticmethod
    def none(share, tries):
        return (1 - share) ** tries

    @wrong("That is the probability for one try. You have a thousand.")
    @staticmethod
    def one(share, tries):
        return share


class Certain(Compute):
    """What five seeds can tell.

    A network solves a task in 90 % of all runs. You train five, with five seeds. How likely is it that all five
    succeed, so that it looks like 100 %?
    """

    minutes = 2
    given = {"rate": 0.9, "seeds": 5}
    hints = ("The runs are independent.", "$0.9^5$.")

    @staticmethod
    def solution(rate, seeds):
        return rate**seeds

    @wrong("That is for one run. All five have to succeed.")
    @staticmethod
    def one(rate, seeds):
        return rate

    @wrong("That is the probability that at least one succeeds.")
    @staticmethod
    def at_least_one(rate, seeds):
        return 1 - (1 - rate) ** seeds

    @wrong("That is the probability that at least one fails.")
    @staticmethod
    def a_failure(rate, seeds):
        return 1 - rate**seeds
