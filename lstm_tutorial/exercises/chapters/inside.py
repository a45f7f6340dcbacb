"""Exercises for the chapter "Inside a trained network"."""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM
from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class Separation(Compute):
    """How well does a unit know the bit?

    In three strings with T a unit's cell state is 2, 3 and 4 when the answer is due. In three strings with P it is
    $-1$, 0 and 1. What is the separation of the unit: the distance of the two
    means, divided by the sum of the two standard deviations? (The standard deviation is that of `np.std`.)
    """

    minutes = 4
    given = {"with_t": (2.0, 3.0, 4.0), "with_p": (-1.0, 0.0, 1.0)}
    hints = (
        "The mean of 2, 3 and 4 is 3. How far is each of them from it?",
        "The means are 3 and 0. Each deviation is $\\sqrt{2/3}$, and there are two.",
    )

    @staticmethod
    def solution(with_t, with_p):
        return (np.mean(with_t) - np.mean(with_p)) / (np.std(with_t) + np.std(with_p))

    @wrong("The distance of the means is not divided by anything. A unit with large values would always win.")
    @staticmethod
    def distance(with_t, with_p):
        return np.mean(with_t) - np.mean(with_p)

    @wrong("It is divided by one deviation only. The sum of both is the measure.")
    @staticmethod
    def one_deviation(with_t, with_p):
        return (np.mean(with_t) - np.mean(with_p)) / np.std(with_t)

    @wrong("It is divided by the deviation of all values together.")
    @staticmethod
    def of_all(with_t, with_p):
        return (np.mean(with_t) - np.mean(with_p)) / np.std(with_t + with_p)

    @wrong("The deviations were divided by n - 1. np.std divides by n.")
    @staticmethod
    def sample_deviation(with_t, with_p):
        deviations = np.std(with_t, ddof=1) + np.std(with_p, ddof=1)
        return (np.mean(with_t) - np.mean(with_p)) / deviations


class SwitchedOff(Mend):
    """A unit that is not switched off.

    The function is to return the outputs of a network, (T, O, B), with one unit switched off: its hidden state is 0 at
    every step, for the gates of the next step and for the read-out. Here the unit goes on working. Find the fault.
    """

    answer, minutes = "without_unit", 8
    outputs = {"ys": "TOB"}
    hints = (
        "In the loop, is the unit's hidden state still there when the next step looks at it?",
        "Set `h[unit] = 0` right after each step, before anything else uses `h`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(T: int, H: int, unit: int) -> dict[str, Any]:
            xs = np.random.default_rng(0).standard_normal((T, 1, 2))
            return {"lstm": LSTM(1, H, 1, rng=1, forget_bias=1.0), "xs": xs, "unit": unit}

        return {"one step": case(1, 2, 0), "two steps": case(2, 2, 0), "six steps": case(6, 4, 2)}

    @staticmethod
    def starter(lstm, xs, unit):
        """Return the outputs without the unit, (T, O, B)."""
        h, c = lstm.initial_state(xs.shape[2])
        ys = []
        for x in xs:
            _, h, c = lstm.forward(x, h, c)
            shown = h.copy()
            shown[unit] = 0
            ys.append(lstm.Wy @ shown + lstm.Wy_bias)
        return np.array(ys)

    @staticmethod
    def solution(lstm, xs, unit):
        h, c = lstm.initial_state(xs.shape[2])
        ys = []
        for x in xs:
            _, h, c = lstm.forward(x, h, c)
            h[unit] = 0
            ys.append(lstm.Wy @ h + lstm.Wy_bias)
        return np.array(ys)

    @wrong("Now the unit is off for the next step, but the output has been read before.")
    @staticmethod
    def read_before(lstm, xs, unit):
        h, c = lstm.initial_state(xs.shape[2])
        ys = []
        for x in xs:
            y, h, c = lstm.forward(x, h, c)
            h[unit] = 0
            ys.append(y)
        return np.array(ys)

    @wrong("The cell state is set to zero, so the unit forgets, but it goes on showing what is new.")
    @staticmethod
    def cell_state(lstm, xs, unit):
        h, c = lstm.initial_state(xs.shape[2])
        ys = []
        for x in xs:
            y, h, c = lstm.forward(x, h, c)
            c[unit] = 0
            ys.append(y)
        return np.array(ys)

    @wrong("Another unit is switched off: units are counted from 0.")
    @staticmethod
    def neighbor(lstm, xs, unit):
        return SwitchedOff.solution(lstm, xs, unit + 1)
