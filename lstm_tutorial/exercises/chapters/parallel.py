"""Exercises for the chapter "Can an RNN run in parallel?"."""

from typing import Any

import numpy as np

from lstm_tutorial import sigmoid
from lstm_tutorial.exercises.exercise import Cases, Compute, Counted, Write, wrong


class ThreeInOne(Compute):
    """Three steps in one.

    Three steps of a linear recurrence, $h_t = a_t h_{t-1} + b_t$, have the pairs $(a, b)$ given below, the first step
    first. Together they are one step of the same form. What is its $b$?
    """

    minutes = 3
    given = {"steps": ((0.5, 1.0), (0.2, 3.0), (0.5, -1.0))}
    hints = (
        "Join the first two steps: their $b$ is $a_2 b_1 + b_2$, and their $a$ is $a_2 a_1$.",
        "It is also what comes out if you start with $h = 0$ and take the three steps.",
    )

    @staticmethod
    def solution(steps):
        h = 0.0
        for a, b in steps:
            h = a * h + b
        return h

    @wrong("The three b are added up. What came earlier is scaled by the steps after it.")
    @staticmethod
    def added_up(steps):
        return sum(b for _, b in steps)

    @wrong("The steps are joined in the wrong order: the first step is the one that acts first.")
    @staticmethod
    def turned(steps):
        return ThreeInOne.solution(steps[::-1])

    @wrong("The first b is scaled by one step only. It goes through both steps after it.")
    @staticmethod
    def one_factor(steps):
        (_, b1), (a2, b2), (a3, b3) = steps
        return a2 * b1 + a3 * b2 + b3

    @wrong("That is its a.")
    @staticmethod
    def its_a(steps):
        return np.prod([a for a, _ in steps])

    @wrong("Each b is scaled by the a of its own step. Its step scales the old state only.")
    @staticmethod
    def own_factor(steps):
        h = 0.0
        for a, b in steps:
            h = a * (h + b)
        return h


class Scan(Write):
    r"""A linear recurrence without a loop over its steps.

    Write `scan(a, b)`. It returns all states of $h_t = a_t \odot h_{t-1} + b_t$ from $h_0 = 0$; the arrays are (T, H,
    B). Join neighboring steps, in rounds whose span doubles, so that 64 steps need 6 rounds: `check` counts
    multiplications of arrays, and one for each step is too many.
    """

    answer, minutes = "scan", 25
    outputs = {"hs": "THB"}
    hints = (
        "In the first round, each step from the second on takes in the step before it: its $b$ becomes $b_t + a_t b_{t-1}$, and its $a$ becomes $a_t a_{t-1}$. In the next round it takes in what stands two places before it, which already covers two steps.",
        "With slices, a round is one line for `b` and one for `a`: `b[gap:] + a[gap:] * b[:-gap]`. Which of the two lines has to come first?",
        "Work on copies, begin with `gap = 1`, and double it while it is below T. At the end, `b` is the result.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(T: int, H: int, B: int) -> dict[str, Any]:
            rng = np.random.default_rng(T)
            return {
                "a": rng.uniform(0.5, 1.0, (T, H, B)).round(2),
                "b": rng.standard_normal((T, H, B)).round(2),
            }

        return {
            "two steps": case(2, 1, 1),
            "four steps": case(4, 1, 1),
            "seven steps": case(7, 2, 1),
            "64 steps": case(64, 2, 3),
        }

    @classmethod
    def run(cls, answer, arguments):
        a, b = (arguments[name].view(Counted) for name in "ab")
        Counted.calls.clear()
        hs = answer(a, b)
        few = Counted.calls["multiply"] < max(8, len(b))
        return {
            "hs": hs if hs is None else np.asarray(hs),
            "the number of multiplications": "below T" if few else "T or more",
        }

    @staticmethod
    def starter(a, b):
        """Return the states of all steps, (T, H, B)."""
        raise NotImplementedError

    @staticmethod
    def solution(a, b):
        a, b, gap = a.copy(), b.copy(), 1
        while gap < len(b):
            b[gap:] = b[gap:] + a[gap:] * b[:-gap]
            a[gap:] = a[gap:] * a[:-gap]
            gap *= 2
        return b

    @wrong("The states are right, but this is a loop over all steps, which cannot run at once.")
    @staticmethod
    def loop(a, b):
        h, hs = np.zeros_like(b[0]), np.empty_like(b)
        for t in range(len(b)):
            h = a[t] * h + b[t]
            hs[t] = h
        return hs

    @wrong("Only b is joined. The factor a has to be joined as well, or the next round scales by one step.")
    @staticmethod
    def a_stays(a, b):
        b, gap = b.copy(), 1
        while gap < len(b):
            b[gap:] = b[gap:] + a[gap:] * b[:-gap]
            gap *= 2
        return b

    @wrong("a is joined before b is. The new b needs the a from before the round.")
    @staticmethod
    def a_first(a, b):
        a, b, gap = a.copy(), b.copy(), 1
        while gap < len(b):
            a[gap:] = a[gap:] * a[:-gap]
            b[gap:] = b[gap:] + a[gap:] * b[:-gap]
            gap *= 2
        return b

    @wrong("The gap grows by one. After a round each pair reaches twice as far, so the gap has to double.")
    @staticmethod
    def gap_by_one(a, b):
        a, b, gap = a.copy(), b.copy(), 1
        while gap < len(b):
            b[gap:] = b[gap:] + a[gap:] * b[:-gap]
            a[gap:] = a[gap:] * a[:-gap]
            gap += 1
        return b

    @wrong("This is the first round alone: each state knows two steps.")
    @staticmethod
    def one_round(a, b):
        b = b.copy()
        b[1:] = b[1:] + a[1:] * b[:-1]
        return b


def changed_step(x, h_prev, weights, positive=None, gates=None):
    """Take a step of minLSTM with something changed, for wrong answers."""
    f, i = sigmoid(weights["Wf"] @ x), sigmoid(weights["Wi"] @ x)
    v = weights["Wv"] @ x
    candidate = np.where(v >= 0, v + 0.5, sigmoid(v)) if positive is None else positive(v)
    kept, written = (f / (f + i), i / (f + i)) if gates is None else gates(f, i)
    return {"kept": kept, "candidate": candidate, "h": kept * h_prev + written * candidate}


class MinLSTMStep(Write):
    r"""One step of minLSTM.

    Write `min_lstm_step(x, h_prev, weights)`, where `weights` is a dict with `Wf`, `Wi` and `Wv`, (H, D) each. The
    gates are $f = \sigma(W_f x)$ and $i = \sigma(W_i x)$; no gate reads `h_prev`. The share that is kept is $f / (f +
    i)$, and the rest is written. The candidate comes from $v = W_v x$ and is made positive: $v + \frac12$ where $v
    \ge 0$, and $\sigma(v)$ elsewhere. Return a dict with `kept`, `candidate` and the new state, `h`.
    """

    answer, minutes = "min_lstm_step", 10
    outputs = dict.fromkeys(("kept", "candidate", "h"), "HB")
    hints = (
        'The three products are `weights["Wf"] @ x` and the like. There are no biases here.',
        "`np.where(v >= 0, v + 0.5, sigmoid(v))` makes the candidate positive.",
        "The new state is a weighted mean: `kept * h_prev + (1 - kept) * candidate`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(D: int, H: int, B: int, seed: int) -> dict[str, Any]:
            rng = np.random.default_rng(seed)
            return {
                "x": rng.standard_normal((D, B)),
                "h_prev": rng.uniform(0, 2, (H, B)),
                "weights": {name: rng.standard_normal((H, D)) for name in ("Wf", "Wi", "Wv")},
            }

        return {"one unit": case(1, 1, 1, 1), "two inputs, three units and two columns": case(2, 3, 2, 0)}

    @staticmethod
    def starter(x, h_prev, weights):
        """Return kept, candidate and h, (H, B) each, by name."""
        raise NotImplementedError

    @staticmethod
    def solution(x, h_prev, weights):
        f, i = sigmoid(weights["Wf"] @ x), sigmoid(weights["Wi"] @ x)  # (H, B)
        kept = f / (f + i)  # (H, B)
        v = weights["Wv"] @ x  # (H, B)
        candidate = np.where(v >= 0, v + 0.5, sigmoid(v))  # (H, B)
        return {"kept": kept, "candidate": candidate, "h": kept * h_prev + (1 - kept) * candidate}

    @wrong("The gates are not divided by their sum, so the shares do not add up to 1: kept is f / (f + i).")
    @staticmethod
    def not_divided(x, h_prev, weights):
        return changed_step(x, h_prev, weights, gates=lambda f, i: (f, i))

    @wrong("The candidate is the sum v itself. It is made positive first.")
    @staticmethod
    def not_positive(x, h_prev, weights):
        return changed_step(x, h_prev, weights, positive=lambda v: v)

    @wrong("The candidate has tanh, as in the LSTM. In minLSTM it is made positive instead.")
    @staticmethod
    def tanh_candidate(x, h_prev, weights):
        return changed_step(x, h_prev, weights, positive=np.tanh)

    @wrong("What is kept and what is written have changed places: kept is the forget gate's share.")
    @staticmethod
    def swapped(x, h_prev, weights):
        return changed_step(x, h_prev, weights, gates=lambda f, i: (i / (f + i), f / (f + i)))

    @wrong("kept is right, but the candidate is written in full: its share is 1 - kept.")
    @staticmethod
    def written_in_full(x, h_prev, weights):
        return changed_step(x, h_prev, weights, gates=lambda f, i: (f / (f + i), 1.0))
