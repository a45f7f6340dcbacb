"""Exercises for the chapter "The cell, gate by gate"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class OneUnit(Compute):
    """One unit with a pencil.

    A unit holds 2. The gates are $f = 1$, $i = 0.5$ and $o = 0.5$, the candidate is $-1$. What is the new hidden
    state?
    """

    minutes = 3
    given = {"c_prev": 2.0, "f": 1.0, "i": 0.5, "c_tilde": -1.0, "o": 0.5}
    hints = (
        "First the new cell state: keep some, add some.",
        "The cell state is 1.5. What is shown is squashed first, then scaled by the output gate.",
    )

    @staticmethod
    def solution(c_prev, f, i, c_tilde, o):
        c = f * c_prev + i * c_tilde
        return o * np.tanh(c)

    @wrong("The cell state is not squashed: the output gate scales tanh(c).")
    @staticmethod
    def no_tanh(c_prev, f, i, c_tilde, o):
        return o * (f * c_prev + i * c_tilde)

    @wrong("The output gate was applied before the tanh. It scales what comes out of it.")
    @staticmethod
    def gate_inside(c_prev, f, i, c_tilde, o):
        return np.tanh(o * (f * c_prev + i * c_tilde))

    @wrong("The whole candidate was added. The input gate lets half of it in.")
    @staticmethod
    def no_input_gate(c_prev, f, i, c_tilde, o):
        return o * np.tanh(f * c_prev + c_tilde)

    @wrong("This is the cell state. What the unit shows is asked for.")
    @staticmethod
    def cell_state(c_prev, f, i, c_tilde, o):
        return f * c_prev + i * c_tilde


class WrongState(Mend):
    """A cell that shows its memory to itself.

    This cell forgets although its forget gate is 1 and its input gate 0. Its gates are right. Find the fault.
    """

    answer, minutes = "cell", 5
    outputs = {"c": "HB", "h": "HB"}
    hints = (
        "With $f = 1$ and $i = 0$ the new cell state has to be the old one. What is it here?",
        "Which of the two states does the forget gate scale?",
    )

    @classmethod
    def cases(cls) -> Cases:
        one = {"f": 1.0, "i": 0.0, "c_tilde": 0.5, "o": 0.5, "c_prev": 2.0, "h_prev": 0.4}
        two = {"f": 0.5, "i": 1.0, "c_tilde": -0.5, "o": 1.0, "c_prev": 1.0, "h_prev": 0.7}
        return {
            "f = 1 and i = 0": {name: np.array([[v]]) for name, v in one.items()},
            "all gates open": {name: np.array([[v]]) for name, v in two.items()},
        }

    @staticmethod
    def starter(f, i, c_tilde, o, c_prev, h_prev):
        """Return the new c and the new h, (H, B) each."""
        c = f * h_prev + i * c_tilde
        h = o * np.tanh(c)
        return c, h

    @staticmethod
    def solution(f, i, c_tilde, o, c_prev, h_prev):
        c = f * c_prev + i * c_tilde
        h = o * np.tanh(c)
        return c, h

    @wrong("The cell state is right now, but the tanh of the output is gone.")
    @staticmethod
    def tanh_removed(f, i, c_tilde, o, c_prev, h_prev):
        c = f * c_prev + i * c_tilde
        return c, o * c

    @wrong("c and h have changed places: return the cell state first.")
    @staticmethod
    def swapped(f, i, c_tilde, o, c_prev, h_prev):
        c = f * c_prev + i * c_tilde
        return o * np.tanh(c), c
