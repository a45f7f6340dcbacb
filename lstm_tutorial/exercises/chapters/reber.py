"""Exercises for the chapter "The Reber grammar"."""

from lstm_tutorial.exercises.exercise import Cases, Compute, Write, wrong


class Carry(Compute):
    """How far must one symbol be carried?

    In `BPBTSSXSEPE`, the second symbol comes back as the second-last one. The network is asked
    for it when it reads the symbol *before* the second-last. How many steps after reading the second symbol is that?
    """

    minutes = 3
    close = 0.0
    given = {"string": "BPBTSSXSEPE"}
    hints = (
        "The string has 11 symbols. The second-last is number 10.",
        "It is predicted when symbol number 9 is read.",
    )

    @staticmethod
    def solution(string):
        asked = len(string) - 2  # the number of the symbol that is read when the question comes
        return asked - 2

    @wrong("That is the distance to the symbol itself. It has to be predicted one step earlier.")
    @staticmethod
    def to_symbol(string):
        return len(string) - 3

    @wrong("The count starts at the first symbol. It is the second that has to be carried.")
    @staticmethod
    def from_first(string):
        return len(string) - 2

    @wrong("That is the length of the string.")
    @staticmethod
    def length(string):
        return len(string)


class Baseline(Write):
    """Score a network without memory.

    Write `share_right(strings, answer)`: the share of embedded Reber strings whose second-last symbol is `answer`. It
    is the success rate of a network that has learned everything but the symbol to carry, and always answers the same.
    """

    answer, minutes = "share_right", 5
    outputs = {"share": ""}
    hints = (
        "`string[-2]` is the second-last symbol.",
        "Count the strings for which it is the answer, and divide by the number of strings.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one string": {"strings": ["BTBPVVETE"], "answer": "T"},
            "three strings": {"strings": ["BTBPVVETE", "BPBTXSEPE", "BTBTSXSETE"], "answer": "T"},
            "the answer P": {"strings": ["BTBPVVETE", "BPBTXSEPE", "BTBTSXSETE"], "answer": "P"},
        }

    @staticmethod
    def starter(strings, answer):
        """Return a number between 0 and 1."""
        raise NotImplementedError

    @staticmethod
    def solution(strings, answer):
        return sum(string[-2] == answer for string in strings) / len(strings)

    @wrong("That is the number of strings, not their share.")
    @staticmethod
    def count(strings, answer):
        return float(sum(string[-2] == answer for string in strings))

    @wrong("The last symbol is always E. The one before it is asked for.")
    @staticmethod
    def last_symbol(strings, answer):
        return sum(string[-1] == answer for string in strings) / len(strings)

    @wrong("The symbol may occur anywhere in a string. Only the second-last place counts.")
    @staticmethod
    def anywhere(strings, answer):
        return sum(answer in string for string in strings) / len(strings)
