"""Exercises for the chapter "What each part is for"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Write, wrong


class Overflowing(Compute):
    r"""A memory that only adds.

    A cell has no forget gate. In each of 100 steps, 0.05 is added to its state, which starts at 0. How large is
    the derivative $\mathrm{d}h/\mathrm{d}c$ after these steps, with an output gate of 1?
    """

    minutes = 4
    given = {"added": 0.05, "steps": 100}
    hints = (
        "First the cell state: nothing is ever taken away.",
        "$h = \\tanh(c)$, and its derivative is $1 - \\tanh^2(5)$.",
    )

    @staticmethod
    def solution(added, steps):
        c = added * steps
        return 1 - np.tanh(c) ** 2

    @wrong("That is the hidden state. Its derivative is asked for.")
    @staticmethod
    def hidden_state(added, steps):
        return np.tanh(added * steps)

    @wrong("That is the cell state.")
    @staticmethod
    def cell_state(added, steps):
        return added * steps

    @wrong("The derivative of a sigmoid was taken. What squashes the cell state is a tanh.")
    @staticmethod
    def of_sigmoid(added, steps):
        s = 1 / (1 + np.exp(-added * steps))
        return s * (1 - s)


class Coupled(Write):
    """Couple the gates.

    In a cell with coupled gates, what is forgotten makes room for what is written, and nothing else does. Write
    `coupled(f, c_prev, c_tilde)`, which returns the new cell state.
    """

    answer, minutes = "coupled", 3
    outputs = {"c": "HB"}
    hints = ("The input gate is what the forget gate does not keep.", "$i = 1 - f$.")

    @classmethod
    def cases(cls) -> Cases:
        def case(f: float, c_prev: float, c_tilde: float) -> dict[str, object]:
            return {
                name: np.array([[v]]) for name, v in {"f": f, "c_prev": c_prev, "c_tilde": c_tilde}.items()
            }

        return {
            "f = 1": case(1.0, 2.0, -1.0),
            "f = 0.9": case(0.9, 2.0, -1.0),
            "f = 0": case(0.0, 2.0, 0.5),
        }

    @staticmethod
    def starter(f, c_prev, c_tilde):
        """Return the new cell state, (H, B)."""
        raise NotImplementedError

    @staticmethod
    def solution(f, c_prev, c_tilde):
        return f * c_prev + (1 - f) * c_tilde

    @wrong("That is i = f: what is kept for long would also be overwritten.")
    @staticmethod
    def same_gate(f, c_prev, c_tilde):
        return f * c_prev + f * c_tilde

    @wrong("The whole candidate is added. The input gate is 1 - f.")
    @staticmethod
    def no_input_gate(f, c_prev, c_tilde):
        return f * c_prev + c_tilde

    @wrong("f and 1 - f have changed places: f is the share of the old state that stays.")
    @staticmethod
    def swapped(f, c_prev, c_tilde):
        return (1 - f) * c_prev + f * c_tilde
