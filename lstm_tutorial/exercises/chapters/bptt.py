"""Exercises for the chapter "Backpropagate through time"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Write, wrong


class LeakyBackward(Write):
    r"""Backpropagation through time, in one line a step.

    The simplest recurrent network has one weight: $h_t = f h_{t-1} + x_t$. The state before the first step is 0. The
    step at index `t` reads `xs[t]`, and its new state has a gradient of its own from the loss, `dhs[t]`. Write
    `leaky_backward(f, xs, dhs)` for numbers `f` and arrays (T,), and return the gradient of $f$ and those of the
    inputs, (T,).
    """

    answer, minutes = "leaky_backward", 15
    outputs = {"df": "", "dxs": "T"}
    hints = (
        "Run forward once and keep all $h$. The step at index `t` has used the hidden state before it.",
        "Go back from the last step. The gradient of a step's state is `dhs[t]` plus $f$ times the gradient of the next step's state.",
        "The step used $f$ once, so it adds `dh * h_prev` to the gradient of $f$. It used its input once, so `dxs[t] = dh`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one step": {"f": 0.5, "xs": np.array([1.0]), "dhs": np.array([1.0])},
            "two steps, a loss at the last": {
                "f": 0.5,
                "xs": np.array([1.0, 2.0]),
                "dhs": np.array([0.0, 1.0]),
            },
            "two steps, a loss at both": {"f": 0.5, "xs": np.array([1.0, 2.0]), "dhs": np.array([1.0, 1.0])},
            "four steps": {
                "f": 0.9,
                "xs": np.array([1.0, -2.0, 0.5, 1.0]),
                "dhs": np.array([0.5, -1.0, 2.0, 1.0]),
            },
        }

    @staticmethod
    def starter(f, xs, dhs):
        """Return the gradient of f and those of the inputs, (T,)."""
        raise NotImplementedError

    @staticmethod
    def solution(f, xs, dhs):
        hs = [0.0]
        for x in xs:
            hs.append(f * hs[-1] + x)  # hs[t] is the state before step t
        df, dh, dxs = 0.0, 0.0, np.zeros_like(xs)
        for t in reversed(range(len(xs))):
            dh = dhs[t] + f * dh if t < len(xs) - 1 else dhs[t]
            df += dh * hs[t]
            dxs[t] = dh
        return df, dxs

    @wrong("dh is overwritten: the gradient of each step lacks what comes from the step after it.")
    @staticmethod
    def overwritten(f, xs, dhs):
        hs = [0.0]
        for x in xs:
            hs.append(f * hs[-1] + x)
        return float(dhs @ np.array(hs[:-1])), dhs.copy()

    @wrong("On its way back the gradient is not multiplied by f.")
    @staticmethod
    def not_multiplied(f, xs, dhs):
        hs = [0.0]
        for x in xs:
            hs.append(f * hs[-1] + x)
        dxs = np.cumsum(dhs[::-1])[::-1].copy()
        return float(dxs @ np.array(hs[:-1])), dxs

    @wrong(
        "The gradient of f takes the new state. The step multiplied the old one, h of the step before, by f."
    )
    @staticmethod
    def new_state(f, xs, dhs):
        _, dxs = LeakyBackward.solution(f, xs, dhs)
        hs = [0.0]
        for x in xs:
            hs.append(f * hs[-1] + x)
        return float(dxs @ np.array(hs[1:])), dxs

    @wrong("The gradient of f is overwritten: every step uses f, so its gradient is a sum over all steps.")
    @staticmethod
    def not_added(f, xs, dhs):
        _, dxs = LeakyBackward.solution(f, xs, dhs)
        return (float(dxs[1] * xs[0]) if len(xs) > 1 else 0.0), dxs


class DoubleSum(Compute):
    """How many terms has the double sum?

    A sequence has 100 steps, with a loss at each. The gradient of a weight has one term for every pair of a step that
    has used the weight and a loss at the same step or later. How many terms are that?
    """

    minutes = 3
    close = 0.0
    given = {"T": 100}
    hints = ("The loss of step $t$ reaches back to the steps 1 to $t$.", "$1 + 2 + \\dots + 100$.")

    @staticmethod
    def solution(T):
        return T * (T + 1) // 2

    @wrong("That counts pairs in which the loss comes before the step. No gradient flows forward in time.")
    @staticmethod
    def all_pairs(T):
        return T * T

    @wrong("That is how many steps the loop takes. Each of them handles a whole sum of terms.")
    @staticmethod
    def steps(T):
        return T

    @wrong("A step's own loss counts, too.")
    @staticmethod
    def without_own(T):
        return T * (T - 1) // 2
