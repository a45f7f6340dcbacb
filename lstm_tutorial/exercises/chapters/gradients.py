"""Exercises for the chapter "Vanishing and exploding gradients"."""

from lstm_tutorial.exercises.exercise import Compute, wrong


class Vanished(Compute):
    r"""What is left of a gradient?

    A plain network has one unit, $h_t = \tanh(w h_{t-1} + x_t)$ with $w = 0.9$. In each of 50 steps the hidden state
    is 0.5. By what is a gradient multiplied on its way back through the 50 steps?
    """

    minutes = 4
    given = {"w": 0.9, "h": 0.5, "steps": 50}
    hints = (
        "One step back multiplies by the weight and by the derivative of tanh.",
        "The derivative of tanh, from its value, is $1 - h^2 = 0.75$.",
    )

    @staticmethod
    def solution(w, h, steps):
        return (w * (1 - h**2)) ** steps

    @wrong("The derivative of tanh is missing.")
    @staticmethod
    def no_tanh(w, h, steps):
        return w**steps

    @wrong("The weight is missing.")
    @staticmethod
    def no_weight(w, h, steps):
        return (1 - h**2) ** steps

    @wrong("That is one step. There are 50.")
    @staticmethod
    def one_step(w, h, steps):
        return w * (1 - h**2)

    @wrong("The hidden state is not the derivative: it is 1 - h².")
    @staticmethod
    def state(w, h, steps):
        return (w * h) ** steps
