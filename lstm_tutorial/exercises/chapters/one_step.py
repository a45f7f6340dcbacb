"""Exercises for the chapter "One step, every number"."""

import numpy as np

from lstm_tutorial import sigmoid
from lstm_tutorial.exercises.exercise import Compute, wrong


class Gate(Compute):
    """A gate from its weights.

    A unit has one input, $x = 2$, and its previous hidden state is 1. The forget gate's weights are
    $(0.5, -1)$, its bias is 1. How far is the gate open?
    """

    minutes = 3
    given = {"x": 2.0, "h_prev": 1.0, "weights": (0.5, -1.0), "bias": 1.0}
    hints = (
        "The column that the weights meet is $[x; h_{t-1}]$, the input on top.",
        "The pre-activation is $0.5 \\cdot 2 - 1 \\cdot 1 + 1$. The gate is its sigmoid.",
    )

    @staticmethod
    def solution(x, h_prev, weights, bias):
        a = weights[0] * x + weights[1] * h_prev + bias
        return sigmoid(a)

    @wrong("The bias is missing.")
    @staticmethod
    def no_bias(x, h_prev, weights, bias):
        return sigmoid(weights[0] * x + weights[1] * h_prev)

    @wrong(
        "The two weights have met the wrong numbers: the input stands on top, so the first weight is its own."
    )
    @staticmethod
    def upside_down(x, h_prev, weights, bias):
        return sigmoid(weights[0] * h_prev + weights[1] * x + bias)

    @wrong("This is the pre-activation. The gate is its sigmoid, between 0 and 1.")
    @staticmethod
    def preactivation(x, h_prev, weights, bias):
        return weights[0] * x + weights[1] * h_prev + bias

    @wrong("That is tanh, which the candidate has. A gate has a sigmoid.")
    @staticmethod
    def tanh(x, h_prev, weights, bias):
        return np.tanh(weights[0] * x + weights[1] * h_prev + bias)


class Saturated(Compute):
    """How much does a gate that is nearly open learn?

    The pre-activation of a gate is 6. By how much does the gate change, relative to a small change of its
    pre-activation?
    """

    minutes = 3
    given = {"a": 6.0}
    hints = (
        "What is asked for is the derivative of sigmoid at 6.",
        "$\\sigma' = s (1 - s)$, where $s$ is the gate itself.",
    )

    @staticmethod
    def solution(a):
        s = sigmoid(a)
        return s * (1 - s)

    @wrong("This is the gate itself. Its derivative is asked for.")
    @staticmethod
    def gate(a):
        return sigmoid(a)

    @wrong("s (1 - s) was taken of the pre-activation. It takes the gate, the value of sigmoid.")
    @staticmethod
    def of_preactivation(a):
        return a * (1 - a)

    @wrong("This is the derivative of tanh. A gate has a sigmoid.")
    @staticmethod
    def of_tanh(a):
        return 1 - np.tanh(a) ** 2
