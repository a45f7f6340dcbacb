"""Exercises for the chapter "The same layer in PyTorch, Keras and ONNX"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, wrong


class TwoBiases(Compute):
    """Count PyTorch's parameters.

    How many parameters has `torch.nn.LSTM(10, 20)`, its two biases included?
    """

    minutes = 3
    close = 0.0
    given = {"D": 10, "H": 20}
    hints = (
        "One matrix acts on the input, one on the hidden state, for each of four gates.",
        "$4 (H D + H^2 + 2 H)$.",
    )

    @staticmethod
    def solution(D, H):
        return 4 * (H * D + H * H + 2 * H)

    @wrong("PyTorch adds two biases to each gate. Here one is counted.")
    @staticmethod
    def one_bias(D, H):
        return 4 * (H * D + H * H + H)

    @wrong("The biases are missing.")
    @staticmethod
    def no_bias(D, H):
        return 4 * (H * D + H * H)

    @wrong("Those are the parameters of one gate.")
    @staticmethod
    def one_gate(D, H):
        return H * D + H * H + 2 * H


class GateOrder(Mend):
    """Gates in the wrong order.

    The function cuts PyTorch's stacked matrix, (4H, D), into the four gates. The network that gets them writes where it
    should keep, and keeps where it should write. Find the fault.
    """

    answer, minutes = "gates_of", 4
    outputs = dict.fromkeys(("Wf", "Wi", "Wc", "Wo"), "HD")
    hints = (
        "In which order does PyTorch stack its gates?",
        "Its documentation writes $W_{ii} | W_{if} | W_{ig} | W_{io}$, and g is the candidate.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one unit": {"W": np.array([[1.0], [2.0], [3.0], [4.0]])},
            "two units": {"W": np.arange(24.0).reshape(8, 3)},
        }

    @staticmethod
    def starter(W):
        """Return the four matrices by name, (H, D) each."""
        f, i, c, o = np.split(W, 4)
        return {"Wf": f, "Wi": i, "Wc": c, "Wo": o}

    @staticmethod
    def solution(W):
        i, f, c, o = np.split(W, 4)
        return {"Wf": f, "Wi": i, "Wc": c, "Wo": o}

    @wrong("That is the order of ONNX: i, o, f, c.")
    @staticmethod
    def onnx(W):
        i, o, f, c = np.split(W, 4)
        return {"Wf": f, "Wi": i, "Wc": c, "Wo": o}

    @wrong("The gates of a unit do not stand side by side: all rows of one gate come first.")
    @staticmethod
    def interleaved(W):
        return {"Wi": W[0::4], "Wf": W[1::4], "Wc": W[2::4], "Wo": W[3::4]}
