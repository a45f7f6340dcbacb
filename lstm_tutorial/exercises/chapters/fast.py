"""Exercises for the chapter "Make it fast"."""

from math import ceil

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Counted, Write, wrong


class Floor(Compute):
    """How many operations has a step?

    A step of an LSTM with 50 inputs and 100 units runs on 10 columns. How many additions and multiplications do its
    matrix products take? (A multiplication and its addition are two.)
    """

    minutes = 3
    given = {"D": 50, "H": 100, "B": 10}
    hints = (
        "The stacked matrix has $4H$ rows and $D + H$ columns.",
        "Every entry of it is used once for each column: $2 \\cdot 4H (D + H) B$.",
    )

    @staticmethod
    def solution(D, H, B):
        return 2 * 4 * H * (D + H) * B

    @wrong("Each entry is multiplied and added, which makes two operations.")
    @staticmethod
    def one_operation(D, H, B):
        return 4 * H * (D + H) * B

    @wrong("Those are the operations of one gate. There are four products.")
    @staticmethod
    def one_gate(D, H, B):
        return 2 * H * (D + H) * B

    @wrong("The product acts on every column.")
    @staticmethod
    def one_column(D, H, B):
        return 2 * 4 * H * (D + H)


class Checkpoints(Compute):
    """What checkpoints keep.

    A sequence of 1000 steps is run with a checkpoint every 32 steps. In the backward pass, one
    chunk at a time is run again, and the values of all its steps are held. All checkpoints, the states before each
    chunk, are kept to the end; count each as one step more. How many steps are held at the same time, at most?
    """

    minutes = 4
    close = 0.0
    given = {"T": 1000, "every": 32}
    hints = (
        "There is a state before each chunk. The last chunk is shorter.",
        "32 states, and the 32 steps of the chunk that is run again.",
    )

    @staticmethod
    def solution(T, every):
        return ceil(T / every) + every

    @wrong("Those are the states alone. One chunk is held in full, too.")
    @staticmethod
    def states(T, every):
        return ceil(T / every)

    @wrong("The last, shorter chunk has a state before it as well.")
    @staticmethod
    def rounded_down(T, every):
        return T // every + every

    @wrong("That is what is held without checkpoints.")
    @staticmethod
    def all_steps(T, every):
        return T


class OneProduct(Write):
    """Four products in one.

    Write `preactivations(matrices, biases, xh)`: `matrices` is a list of four, (H, D+H) each, `biases` a list of four,
    (H, 1) each. Return an array of the four pre-activations, (4, H, B), in the same order, from a *single* product with
    `xh`, (D+H, B).
    """

    answer, minutes = "preactivations", 8
    outputs = {"a": "KHB", "products": ""}
    hints = (
        "`np.concatenate(matrices)` stacks the four, (4H, D+H).",
        "`reshape(4, H, B)` cuts the result into the four gates.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(D: int, H: int, B: int) -> dict[str, object]:
            rng = np.random.default_rng(0)
            return {
                "matrices": list(rng.standard_normal((4, H, D + H))),
                "biases": list(rng.standard_normal((4, H, 1))),
                "xh": rng.standard_normal((D + H, B)),
            }

        return {"one unit": case(1, 1, 1), "three units and two columns": case(2, 3, 2)}

    @classmethod
    def run(cls, answer, arguments):
        xh = arguments["xh"].view(Counted)
        Counted.calls.clear()
        a = answer(arguments["matrices"], arguments["biases"], xh)
        return {"a": a if a is None else np.asarray(a), "products": Counted.calls["matmul"]}

    @staticmethod
    def starter(matrices, biases, xh):
        """Return the pre-activations of the four gates, (4, H, B)."""
        raise NotImplementedError

    @staticmethod
    def solution(matrices, biases, xh):
        H, B = len(matrices[0]), xh.shape[1]
        a = np.concatenate(matrices) @ xh + np.concatenate(biases)  # (4H, B)
        return a.reshape(4, H, B)

    @wrong("Four products are made. Stack the matrices first.")
    @staticmethod
    def four_products(matrices, biases, xh):
        return np.array([W @ xh + b for W, b in zip(matrices, biases, strict=True)])

    @wrong("The biases are missing.")
    @staticmethod
    def no_bias(matrices, biases, xh):
        return (np.concatenate(matrices) @ xh).reshape(4, len(matrices[0]), xh.shape[1])

    @wrong("The four gates still lie one below the other, (4H, B): cut the result into (4, H, B).")
    @staticmethod
    def not_cut(matrices, biases, xh):
        return np.concatenate(matrices) @ xh + np.concatenate(biases)
