"""Exercises for the chapter "Sample from it: temperature, top-k, priming"."""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM
from lstm_tutorial.exercises.exercise import Cases, Mend, Write, wrong
from lstm_tutorial.text import inputs


def softmax_of(y):
    """Return the softmax of one row of outputs, for wrong answers."""
    p = np.exp(y - y.max())
    return p / p.sum()


class Knobs(Write):
    r"""Temperature and top-k.

    Write `probabilities(y, temperature, k)`, with which a letter is drawn: divide the outputs `y`, (O,), by the
    temperature, take the softmax, and let only the `k` likeliest letters be drawn, with `k` at most O. The result,
    (O,), adds up to 1. A temperature near 0 makes the quotients large: nothing may overflow.
    """

    watches = True
    answer, minutes = "probabilities", 12
    outputs = {"p": "O"}
    hints = (
        "Subtract the largest entry before `np.exp`: it changes no ratio, and then no exponent is positive.",
        "`np.argsort(y)` names the letters from the unlikeliest to the likeliest. Which of them are not among the last `k`?",
        "Set these to 0, and divide by the sum after that, not before.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "two letters at temperature 1/2": {"y": np.array([1.0, 2.0]), "temperature": 0.5, "k": 2},
            "the likelier one of two letters": {"y": np.array([1.0, 2.0]), "temperature": 1.0, "k": 1},
            "two of four letters": {"y": np.array([0.0, 3.0, 1.0, 2.0]), "temperature": 2.0, "k": 2},
            "temperature 0.001": {"y": np.array([1.0, 2.0]), "temperature": 0.001, "k": 2},
        }

    @staticmethod
    def starter(y, temperature, k):
        """Return the probability of each letter, (O,)."""
        raise NotImplementedError

    @staticmethod
    def solution(y, temperature, k):
        p = np.exp((y - y.max()) / temperature)  # (O,), at most 1
        p[np.argsort(y)[: len(y) - k]] = 0
        return p / p.sum()

    @wrong("The outputs are multiplied by the temperature. Divided by it, they differ more when it is low.")
    @staticmethod
    def multiplied(y, temperature, k):
        return Knobs.solution(y, 1 / temperature, k)

    @wrong("The k unlikeliest letters are kept: np.argsort begins with the smallest.")
    @staticmethod
    def unlikeliest(y, temperature, k):
        p = np.exp((y - y.max()) / temperature)
        p[np.argsort(y)[k:]] = 0
        return p / p.sum()

    @wrong("The probabilities no longer add up to 1: divide by their sum after letters are left out.")
    @staticmethod
    def adds_up_to_less(y, temperature, k):
        p = softmax_of(y / temperature)
        p[np.argsort(y)[: len(y) - k]] = 0
        return p

    @wrong("The probabilities are divided by the temperature, which their sum undoes. Divide the outputs.")
    @staticmethod
    def after_softmax(y, temperature, k):
        return Knobs.solution(y, 1.0, k)

    @wrong("exp overflows at a low temperature: subtract the largest output first.")
    @staticmethod
    def overflows(y, temperature, k):
        p = np.exp(y / temperature)
        p[np.argsort(y)[: len(y) - k]] = 0
        return p / p.sum()

    @wrong("All letters can still be drawn: k is not used.")
    @staticmethod
    def all_letters(y, temperature, k):
        return softmax_of(y / temperature)


class DeafWriter(Mend):
    """A writer that does not read what it writes.

    The function is to write `length` letters after the letter `first`, each the likeliest one, and to return their
    numbers. Its text does not hang together, although the network is a good one. Find the fault.
    """

    answer, minutes = "write", 5
    outputs = {"the list": ""}
    hints = (
        "Which letter does the network read in the third turn of the loop, and which one should it read?",
        "The letter that was just written is the next input.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(length: int) -> dict[str, Any]:
            lstm = LSTM(5, 8, 5, rng=3, forget_bias=1.0)
            for array in lstm.parameters().values():
                array *= 3.0  # its outputs differ more
            return {"lstm": lstm, "first": 0, "length": length}

        return {"one letter": case(1), "two letters": case(2), "twelve letters": case(12)}

    @classmethod
    def run(cls, answer, arguments):
        written = answer(*arguments.values())
        return {"the list": written if written is None else [int(letter) for letter in written]}

    @staticmethod
    def starter(lstm, first, length):
        """Return the numbers of the letters that are written."""
        h, c = lstm.initial_state()
        letter, written = first, []
        for _ in range(length):
            x = inputs(lstm, np.array([[first]]))[0]  # (D, 1)
            y, h, c = lstm.forward(x, h, c)
            letter = int(y.argmax())
            written.append(letter)
        return written

    @staticmethod
    def solution(lstm, first, length):
        h, c = lstm.initial_state()
        letter, written = first, []
        for _ in range(length):
            x = inputs(lstm, np.array([[letter]]))[0]  # (D, 1)
            y, h, c = lstm.forward(x, h, c)
            letter = int(y.argmax())
            written.append(letter)
        return written

    @wrong("Now the letter is read, but with a state of zeros: carry h and c along.")
    @staticmethod
    def forgets(lstm, first, length):
        letter, written = first, []
        for _ in range(length):
            y, _, _ = lstm.forward(inputs(lstm, np.array([[letter]]))[0], *lstm.initial_state())
            letter = int(y.argmax())
            written.append(letter)
        return written

    @wrong("The inputs have another scale than in training: `inputs` makes a letter larger than 1.")
    @staticmethod
    def another_scale(lstm, first, length):
        h, c = lstm.initial_state()
        letter, written = first, []
        for _ in range(length):
            y, h, c = lstm.forward(np.eye(lstm.input_size)[:, [letter]], h, c)
            letter = int(y.argmax())
            written.append(letter)
        return written

    @wrong("The result begins with the letter that was given. Only letters that were written are asked for.")
    @staticmethod
    def with_the_first(lstm, first, length):
        return [first, *DeafWriter.solution(lstm, first, length)[:-1]]
