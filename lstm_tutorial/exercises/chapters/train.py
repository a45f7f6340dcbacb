"""Exercises for the chapter "Train it"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class FirstStep(Compute):
    """The first step of Adam.

    A weight is 1, and its first gradient is 2. The learning rate is 0.1. What is the weight after the first update of
    Adam, with the usual settings?
    """

    minutes = 5
    given = {"w": 1.0, "gradient": 2.0, "learning_rate": 0.1}
    hints = (
        "Both means are corrected as if they had not started at zero. What are the corrected $m$ and $v$ after one gradient?",
        "They are the gradient and its square, 2 and 4. So the step is the learning rate times $2 / \\sqrt 4$.",
    )

    @staticmethod
    def solution(w, gradient, learning_rate):
        m_hat, v_hat = gradient, gradient**2
        return w - learning_rate * m_hat / (np.sqrt(v_hat) + 1e-8)

    @wrong("That is the step of SGD. Adam divides by the size of the gradient.")
    @staticmethod
    def sgd(w, gradient, learning_rate):
        return w - learning_rate * gradient

    @wrong("The means are not corrected: m = 0.1 g and v = 0.001 g² are too small, and by different factors.")
    @staticmethod
    def not_corrected(w, gradient, learning_rate):
        return w - learning_rate * 0.1 * gradient / np.sqrt(0.001 * gradient**2)

    @wrong("The step goes uphill: it is subtracted.")
    @staticmethod
    def uphill(w, gradient, learning_rate):
        return w + learning_rate


class LastStepOnly(Mend):
    """A loss that reads the last step.

    Only the last output of a sequence is compared with the target, `target`, (O, B). The function returns the
    mean over the columns of the squared error, and its gradient for all outputs, (T, O, B). The loss is right,
    the gradient is not. Find the fault.
    """

    answer, minutes = "last_step_error", 5
    outputs = {"loss": "", "dys": "TOB"}
    hints = (
        "By how much does the loss change if the first output changes?",
        "Begin with zeros of the shape of `ys`, and fill in the last step.",
    )

    @classmethod
    def cases(cls) -> Cases:
        rng = np.random.default_rng(0)
        return {
            "two steps": {"ys": np.array([[[1.0]], [[2.0]]]), "target": np.array([[0.0]])},
            "three steps and two columns": {
                "ys": rng.standard_normal((3, 1, 2)),
                "target": rng.standard_normal((1, 2)),
            },
        }

    @staticmethod
    def starter(ys, target):
        """Return the loss, and its gradient for all outputs, (T, O, B)."""
        B = ys.shape[2]
        loss = ((ys[-1] - target) ** 2).sum() / B
        dys = 2 * (ys - target) / B
        return loss, dys

    @staticmethod
    def solution(ys, target):
        B = ys.shape[2]
        loss = ((ys[-1] - target) ** 2).sum() / B
        dys = np.zeros_like(ys)
        dys[-1] = 2 * (ys[-1] - target) / B
        return loss, dys

    @wrong("The gradient has to have the shape of ys, (T, O, B): zeros everywhere but in the last step.")
    @staticmethod
    def last_only(ys, target):
        return ((ys[-1] - target) ** 2).sum() / ys.shape[2], 2 * (ys[-1] - target) / ys.shape[2]

    @wrong("The loss is a mean over the columns, so its gradient has to be divided by their number, too.")
    @staticmethod
    def not_divided(ys, target):
        loss, dys = LastStepOnly.solution(ys, target)
        return loss, dys * ys.shape[2]

    @wrong("The gradient sits in the first step. The last one is dys[-1].")
    @staticmethod
    def first_step(ys, target):
        loss, dys = LastStepOnly.solution(ys, target)
        return loss, dys[::-1]
