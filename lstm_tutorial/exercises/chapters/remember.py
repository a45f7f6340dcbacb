"""Exercises for the chapter "How long can it remember?"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class OtherNumbers(Compute):
    """The baseline of another adding problem.

    Somebody draws the numbers of the adding problem between $-1$ and $1$, not between 0 and 1. The target is the sum of
    the two marked numbers. What is the mean squared error of the best constant answer?
    """

    minutes = 4
    given = {"low": -1.0, "high": 1.0}
    hints = (
        "The best constant answer is the mean, and its error is the variance of the sum.",
        "A uniform number between $a$ and $b$ has the variance $(b - a)^2 / 12$. There are two.",
    )

    @staticmethod
    def solution(low, high):
        return 2 * (high - low) ** 2 / 12

    @wrong("That is the baseline of numbers between 0 and 1. These are spread twice as wide.")
    @staticmethod
    def unit_interval(low, high):
        return 2 / 12

    @wrong("That is the variance of one number. The target is the sum of two.")
    @staticmethod
    def one_number(low, high):
        return (high - low) ** 2 / 12

    @wrong("That is the standard deviation. The mean squared error is its square.")
    @staticmethod
    def deviation(low, high):
        return np.sqrt(2 * (high - low) ** 2 / 12)


class Chrono(Mend):
    r"""Chrono initialization upside down.

    The function draws the biases of chrono initialization for lags of up to `longest` steps: the forget biases are
    $\ln u$, with $u$ uniform between 1 and `longest` $- 1$, and the input biases are such that a unit that keeps for
    long lets little in. Its networks flood their memory. Find the fault.
    """

    answer, minutes = "chrono_biases", 4
    outputs = {"Wf_bias": "HB", "Wi_bias": "HB"}
    hints = (
        "A unit with a forget gate of 0.99 keeps for about a hundred steps. What happens if its input gate is 0.99, too?",
        "The input gate gets the opposite sign.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one unit": {"longest": 10, "units": 1, "rng": np.random.default_rng(0)},
            "four units": {"longest": 100, "units": 4, "rng": np.random.default_rng(1)},
        }

    @staticmethod
    def starter(longest, units, rng):
        """Return the biases of forget gate and input gate, (H, 1) each."""
        Wf_bias = np.log(rng.uniform(1, longest - 1, (units, 1)))
        Wi_bias = Wf_bias.copy()
        return Wf_bias, Wi_bias

    @staticmethod
    def solution(longest, units, rng):
        Wf_bias = np.log(rng.uniform(1, longest - 1, (units, 1)))
        return Wf_bias, -Wf_bias

    @wrong("Now it is turned: the forget gates are shut and the input gates open.")
    @staticmethod
    def turned(longest, units, rng):
        Wf_bias, Wi_bias = Chrono.solution(longest, units, rng)
        return Wi_bias, Wf_bias

    @wrong("The input biases are drawn anew, so they no longer fit the forget gate of their unit.")
    @staticmethod
    def drawn_anew(longest, units, rng):
        Wf_bias = np.log(rng.uniform(1, longest - 1, (units, 1)))
        return Wf_bias, -np.log(rng.uniform(1, longest - 1, (units, 1)))

    @wrong("The input biases are zero. They are minus the forget biases.")
    @staticmethod
    def zeros(longest, units, rng):
        Wf_bias = np.log(rng.uniform(1, longest - 1, (units, 1)))
        return Wf_bias, 0 * Wf_bias
