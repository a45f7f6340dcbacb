"""Exercises for the chapter "Long runs: clip, truncate, resume"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class Clipped(Compute):
    """Clip two arrays at once.

    One array of gradients is $(3, 4)$, the other one is $(12)$. They are clipped together by the global norm, with
    a limit of 1. What becomes of the 12?
    """

    minutes = 3
    given = {"first": (3.0, 4.0), "second": (12.0,), "limit": 1.0}
    hints = ("All three entries are one vector. How long is it?", "$\\sqrt{9 + 16 + 144} = 13$.")

    @staticmethod
    def solution(first, second, limit):
        norm = np.sqrt(sum(g**2 for g in first + second))
        return second[0] * limit / norm

    @wrong("The array was clipped by its own length. The global norm is that of all arrays together.")
    @staticmethod
    def own_length(first, second, limit):
        return limit

    @wrong("The root is missing: the norm is the root of the sum of squares.")
    @staticmethod
    def no_root(first, second, limit):
        return second[0] * limit / sum(g**2 for g in first + second)

    @wrong("The norm was taken as the sum of the entries. It is the root of the sum of their squares.")
    @staticmethod
    def sum_of_entries(first, second, limit):
        return second[0] * limit / sum(first + second)


class TooLate(Mend):
    """Clipping without effect.

    The function takes a step of SGD with gradients that are clipped to a length of at most `limit`. Yet a long
    gradient still makes a long step. Find the fault.
    """

    answer, minutes = "clipped_step", 3
    outputs = {"w": "K"}
    hints = ("In which order do the lines run?", "The weight has to move by the clipped gradient.")

    @classmethod
    def cases(cls) -> Cases:
        start = {"w": np.array([1.0, 1.0]), "learning_rate": 0.1, "limit": 1.0}
        return {
            "a short gradient": start | {"gradient": np.array([0.3, 0.4])},
            "a gradient of length 5": start | {"gradient": np.array([3.0, 4.0])},
        }

    @staticmethod
    def starter(w, learning_rate, limit, gradient):
        """Return the weights after the step, (K,)."""
        w = w - learning_rate * gradient
        norm = np.sqrt((gradient**2).sum())
        if norm > limit:
            gradient = gradient * limit / norm
        return w

    @staticmethod
    def solution(w, learning_rate, limit, gradient):
        norm = np.sqrt((gradient**2).sum())
        if norm > limit:
            gradient = gradient * limit / norm
        return w - learning_rate * gradient

    @wrong("Now every step has the same length. A gradient below the limit has to stay as it is.")
    @staticmethod
    def always(w, learning_rate, limit, gradient):
        return w - learning_rate * gradient * limit / np.sqrt((gradient**2).sum())

    @wrong("The limit was put on the step. It is for the gradient, before the learning rate.")
    @staticmethod
    def limits_step(w, learning_rate, limit, gradient):
        step = learning_rate * gradient
        return w - step * min(1.0, limit / np.sqrt((step**2).sum()))

    @wrong("Each entry was clipped by itself, which turns the direction.")
    @staticmethod
    def by_entry(w, learning_rate, limit, gradient):
        return w - learning_rate * np.clip(gradient, -limit, limit)
