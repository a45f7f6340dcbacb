"""Exercises for the chapter "Layers and directions"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class Reversed(Mend):
    """Turn a padded batch round.

    For the backward direction, every sequence of a padded batch, (T, D, B), is read from its last valid step to its
    first; `lengths`, (B,), counts the valid steps, and the padding stays behind. Here the backward direction begins
    in the padding. Find the fault.
    """

    answer, minutes = "turned_round", 8
    outputs = {"xs": "TDB"}
    hints = (
        "What does the first step of a short sequence hold after `xs[::-1]`?",
        "Go through the columns, and turn only the first `n` steps of each.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "three steps": {"xs": np.array([[[1.0]], [[2.0]], [[3.0]]]), "lengths": np.array([3])},
            "two steps and padding": {"xs": np.array([[[1.0]], [[2.0]], [[0.0]]]), "lengths": np.array([2])},
            "two columns": {
                "xs": np.array([[[1.0, 5.0]], [[2.0, 6.0]], [[3.0, 0.0]]]),
                "lengths": np.array([3, 2]),
            },
        }

    @staticmethod
    def starter(xs, lengths):
        """Return each column turned round within its length, (T, D, B)."""
        return xs[::-1]

    @staticmethod
    def solution(xs, lengths):
        turned = xs.copy()
        for b, n in enumerate(lengths):
            turned[:n, :, b] = xs[:n, :, b][::-1]
        return turned

    @wrong("All columns are turned within the same length. Each has its own.")
    @staticmethod
    def one_length(xs, lengths):
        n = lengths.min()
        return np.concatenate((xs[:n][::-1], xs[n:]))

    @wrong("The inputs, or the columns, were turned as well: only the time axis is.")
    @staticmethod
    def columns_turned(xs, lengths):
        return Reversed.solution(xs, lengths)[:, :, ::-1]


class Dropout(Compute):
    """What dropout does to what it keeps.

    Dropout sets each number to zero with probability 0.2, in training only. By what is a number multiplied that is
    kept?
    """

    minutes = 2
    given = {"p": 0.2}
    hints = (
        "Its mean is to be the same as without dropout.",
        "A number is kept with probability 0.8, so it is multiplied by $1 / 0.8$.",
    )

    @staticmethod
    def solution(p):
        return 1 / (1 - p)

    @wrong("That would make the mean smaller still: it is divided by the share that is kept.")
    @staticmethod
    def kept(p):
        return 1 - p

    @wrong("That is one over the share that is dropped.")
    @staticmethod
    def dropped(p):
        return 1 / p

    @wrong("Then the next layer would get less in training than in use.")
    @staticmethod
    def unchanged(p):
        return 1.0
