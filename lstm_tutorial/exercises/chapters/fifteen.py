"""Exercises for the chapter "The LSTM in 15 minutes"."""

from lstm_tutorial.exercises.exercise import Compute, wrong


class Fading(Compute):
    """How much of a memory is left?

    A unit holds 2. Its forget gate is 0.9 at every step, and its input gate is shut. What does the cell state
    hold after 10 steps?
    """

    minutes = 2
    given = {"c": 2.0, "f": 0.9, "steps": 10}
    hints = (
        "With the input gate shut, nothing is added: $c_t = f \\, c_{t-1}$.",
        "Ten steps multiply by 0.9 ten times.",
    )

    @staticmethod
    def solution(c, f, steps):
        return c * f**steps

    @wrong("This is what is left after one step. Each of the ten steps multiplies by 0.9.")
    @staticmethod
    def one_step(c, f, steps):
        return c * f

    @wrong(
        "A tenth of 2 was taken away ten times. A gate takes a tenth of what is still there, so 0 is never reached."
    )
    @staticmethod
    def linear(c, f, steps):
        return c - c * (1 - f) * steps

    @wrong("That is left after 9 steps. One more multiplies by 0.9 once more.")
    @staticmethod
    def nine_steps(c, f, steps):
        return c * f ** (steps - 1)


class Entries(Compute):
    """How many numbers does a cell learn?

    A cell has 3 inputs and 5 units, and no read-out. How many weights and biases do its three gates and its
    candidate have, all together?
    """

    minutes = 3
    close = 0.0
    given = {"D": 3, "H": 5}
    hints = (
        "A matrix has a row for each unit and a column for each number of $[x; h_{t-1}]$.",
        "$5 \\times 8$ weights and 5 biases, four times.",
    )

    @staticmethod
    def solution(D, H):
        return 4 * (H * (D + H) + H)

    @wrong("The biases are missing: each gate has one for every unit.")
    @staticmethod
    def no_biases(D, H):
        return 4 * H * (D + H)

    @wrong("Those are the numbers of one gate. There are three gates and a candidate.")
    @staticmethod
    def one_gate(D, H):
        return H * (D + H) + H

    @wrong("The candidate is missing: it has weights and biases, too.")
    @staticmethod
    def no_candidate(D, H):
        return 3 * (H * (D + H) + H)

    @wrong("The gates look at the previous hidden state, too, so a matrix has 8 columns.")
    @staticmethod
    def inputs_only(D, H):
        return 4 * (H * D + H)
