"""Exercises for the chapter "Through time"."""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.exercises.exercise import Cases, Mend, wrong


class LastState(Mend):
    """The last state of a padded sequence.

    A batch was padded to the longest sequence. `hs`, (T, H, B), holds the hidden states of all steps, and `lengths`,
    (B,), the number of valid steps of each column. The function is to return the hidden state after the last valid
    step of each column, (H, B). It returns another one. Find the fault.
    """

    answer, minutes = "last_state", 5
    outputs = {"h": "HB"}
    hints = (
        "For which columns is the result right?",
        "A column of length 2 ends at step 1, because steps are counted from 0.",
        "`hs[lengths - 1, :, np.arange(B)]` takes a step of its own for each column. What is its shape?",
    )

    @classmethod
    def cases(cls) -> Cases:
        hs = np.arange(1.0, 7.0).reshape(3, 1, 2)
        return {
            "one column of two valid steps": {"hs": hs[:, :, :1], "lengths": np.array([2])},
            "two columns": {"hs": hs, "lengths": np.array([3, 1])},
            "two units": {"hs": np.arange(12.0).reshape(2, 2, 3), "lengths": np.array([1, 2, 1])},
        }

    @staticmethod
    def starter(hs, lengths):
        """Return the state after each column's last valid step, (H, B)."""
        return hs[-1]

    @staticmethod
    def solution(hs, lengths):
        columns = np.arange(hs.shape[2])
        return hs[lengths - 1, :, columns].T  # (B, H), turned

    @wrong("One step too far: a column of length 2 ends at step 1, because steps are counted from 0.")
    @staticmethod
    def one_too_far(hs, lengths):
        columns = np.arange(hs.shape[2])
        return hs[np.minimum(lengths, len(hs) - 1), :, columns].T

    @wrong("The result is turned: it has the shape (B, H).")
    @staticmethod
    def turned(hs, lengths):
        return hs[lengths - 1, :, np.arange(hs.shape[2])]

    @wrong("All columns were cut at the shortest length.")
    @staticmethod
    def shortest(hs, lengths):
        return hs[lengths.min() - 1]


class Chunks(Mend):
    """A long sequence in two parts.

    The function runs a network along a sequence in two parts, to save memory. Its hidden states are to be those of
    the whole sequence, and in the second part they are not. Find the fault.
    """

    answer, minutes = "in_two_parts", 5
    outputs = {"hs": "THB"}
    hints = (
        "What does the second part begin with?",
        "`unroll(lstm, xs, h0, c0)` takes the states to begin with. An LSTM has two.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(T: int, H: int) -> dict[str, Any]:
            xs = np.random.default_rng(0).standard_normal((T, 1, 1))
            return {"lstm": LSTM(1, H, None, rng=1, forget_bias=1.0), "xs": xs}

        return {"two steps": case(2, 1), "six steps": case(6, 2)}

    @staticmethod
    def starter(lstm, xs):
        """Return the hidden states of all steps, (T, H, B)."""
        middle = len(xs) // 2
        first = unroll(lstm, xs[:middle])
        second = unroll(lstm, xs[middle:])
        return np.concatenate((first.hs, second.hs))

    @staticmethod
    def solution(lstm, xs):
        middle = len(xs) // 2
        first = unroll(lstm, xs[:middle])
        second = unroll(lstm, xs[middle:], first.h, first.c)
        return np.concatenate((first.hs, second.hs))

    @wrong("Only h is handed over. What the cell has stored is in c.")
    @staticmethod
    def without_c(lstm, xs):
        middle = len(xs) // 2
        first = unroll(lstm, xs[:middle])
        return np.concatenate((first.hs, unroll(lstm, xs[middle:], first.h).hs))

    @wrong("Only c is handed over. The gates of the next step look at h.")
    @staticmethod
    def without_h(lstm, xs):
        middle = len(xs) // 2
        first = unroll(lstm, xs[:middle])
        return np.concatenate((first.hs, unroll(lstm, xs[middle:], None, first.c).hs))

    @wrong("h and c have changed places.")
    @staticmethod
    def swapped(lstm, xs):
        middle = len(xs) // 2
        first = unroll(lstm, xs[:middle])
        return np.concatenate((first.hs, unroll(lstm, xs[middle:], first.c, first.h).hs))
