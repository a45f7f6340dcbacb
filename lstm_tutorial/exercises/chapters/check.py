"""Exercises for the chapter "Check your gradients"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class DifferenceError(Compute):
    """How wrong is a central difference?

    The derivative of $w^3$ at $w = 2$ is 12. By how much is the central difference with a step of 0.1 larger?
    """

    minutes = 4
    given = {"w": 2.0, "step": 0.1}
    hints = (
        "The central difference is $((w + s)^3 - (w - s)^3) / 2s$.",
        "Everything but $3 w^2$ and $s^2$ cancels.",
    )

    @staticmethod
    def solution(w, step):
        central = ((w + step) ** 3 - (w - step) ** 3) / (2 * step)
        return central - 3 * w**2

    @wrong("That is the error of the one-sided difference, from w to w + s.")
    @staticmethod
    def one_sided(w, step):
        return ((w + step) ** 3 - w**3) / step - 3 * w**2

    @wrong("That is the difference itself. By how much does it miss 12?")
    @staticmethod
    def difference(w, step):
        return ((w + step) ** 3 - (w - step) ** 3) / (2 * step)


class NeverFails(Mend):
    """A check that NaN passes.

    The function is to say whether two gradients agree to six digits. It also agrees when a gradient is
    NaN or infinite. Find the fault.
    """

    answer, minutes = "agree", 5
    outputs = {"the result": ""}
    hints = (
        "What does Python answer to `float('nan') > 1`?",
        "A comparison with NaN is False. So ask whether all entries are near, not whether none is far.",
        "And infinity is not above infinity, so no error is too far from it: ask `np.isfinite` as well.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(a: float, b: float) -> dict[str, object]:
            return {"claimed": np.array([1.0, a]), "numerical": np.array([1.0, b])}

        return {
            "a claimed gradient of NaN": case(np.nan, 2.0),
            "two that agree": case(2.0, 2.0 + 1e-8),
            "two that differ": case(2.0, 2.1),
            "a numerical gradient of NaN": case(2.0, np.nan),
            "two small ones that differ": case(1e-7, 2e-7),
            "an infinite numerical gradient": case(2.0, np.inf),
        }

    @staticmethod
    def starter(claimed, numerical):
        """Return whether all entries agree to six digits."""
        error = np.abs(claimed - numerical)
        too_far = error > 1e-6 * np.abs(numerical)
        return not too_far.any()

    @staticmethod
    def solution(claimed, numerical):
        error = np.abs(claimed - numerical)
        near = error <= 1e-6 * np.abs(numerical)
        return bool((near & np.isfinite(numerical)).all())

    @wrong("Only NaN in the claimed gradient is found. The numerical gradient may be NaN as well.")
    @staticmethod
    def one_side_only(claimed, numerical):
        if np.isnan(claimed).any():
            return False
        return NeverFails.starter(claimed, numerical)

    @wrong("Two that differ still agree if one is infinite: every error is at most infinity times 1e-6.")
    @staticmethod
    def infinite(claimed, numerical):
        return bool((np.abs(claimed - numerical) <= 1e-6 * np.abs(numerical)).all())

    @wrong("An absolute error of 1e-6 says nothing about a gradient of 1e-7: compare relative to its size.")
    @staticmethod
    def absolute(claimed, numerical):
        return bool((np.abs(claimed - numerical) <= 1e-6).all())
