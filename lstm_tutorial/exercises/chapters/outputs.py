"""Exercises for the chapter "Shapes and outputs in the frameworks"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class SecondLayer(Compute):
    """How wide is the second layer?

    An `nn.LSTM` has 10 inputs, 20 units, 2 layers and 2 directions. How many columns has `weight_ih_l1`, the matrix
    with which the second layer looks at its input?
    """

    minutes = 3
    close = 0.0
    given = {"inputs": 10, "units": 20, "directions": 2}
    hints = (
        "The second layer's input is the first layer's output.",
        "The first layer puts out the hidden states of both directions, one above the other.",
    )

    @staticmethod
    def solution(inputs, units, directions):
        return units * directions

    @wrong("That is one direction. The layer below puts out both.")
    @staticmethod
    def one_direction(inputs, units, directions):
        return units

    @wrong("That is the width of the first layer's input.")
    @staticmethod
    def first_layer(inputs, units, directions):
        return inputs

    @wrong("Those are the rows: four gates of 20 units.")
    @staticmethod
    def rows(inputs, units, directions):
        return 4 * units


class BothEnds(Mend):
    """The last output of two directions.

    `output`, (T, B, 2H), comes from a layer with two directions: first the H numbers of the forward direction, then
    those of the backward one. The function is to return the final state of each, (B, 2H). One half of it has seen a
    single step. Find the fault.
    """

    answer, minutes = "final_states", 5
    outputs = {"h": "BK"}
    hints = (
        "At which step does the backward direction begin, and where does it end?",
        "`output[-1, :, :H]` and `output[0, :, H:]`, where H is half the width.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "two steps, one unit": {"output": np.array([[[1.0, 2.0]], [[3.0, 4.0]]])},
            "three steps, two units and two columns": {"output": np.arange(24.0).reshape(3, 2, 4)},
        }

    @staticmethod
    def starter(output):
        """Return the final state of both directions, (B, 2H)."""
        return output[-1]

    @staticmethod
    def solution(output):
        H = output.shape[2] // 2
        return np.concatenate((output[-1, :, :H], output[0, :, H:]), axis=1)

    @wrong("Now it is the forward direction that has seen a single step.")
    @staticmethod
    def first_step(output):
        return output[0]

    @wrong("The directions have changed places: the forward one is the first half.")
    @staticmethod
    def swapped(output):
        H = output.shape[2] // 2
        return np.concatenate((output[0, :, H:], output[-1, :, :H]), axis=1)
