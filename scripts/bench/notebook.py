"""The class of the original notebook, written down, as a peer to compare with. Not part of the package.

It takes the weights of an `LSTM` of the package, computes with its own sigmoid and four separate products,
and prints every value.
"""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM as Ours  # noqa: N811


class LSTM:
    """One step of an LSTM, as the notebook computes and prints it."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        combined = input_size + hidden_size
        self.Wf = np.random.default_rng().standard_normal((hidden_size, combined)) / np.sqrt(combined)
        self.Wf_bias = np.zeros((hidden_size, 1))
        self.Wi = np.random.default_rng().standard_normal((hidden_size, combined)) / np.sqrt(combined)
        self.Wi_bias = np.zeros((hidden_size, 1))
        self.Wc = np.random.default_rng().standard_normal((hidden_size, combined)) / np.sqrt(combined)
        self.Wc_bias = np.zeros((hidden_size, 1))
        self.Wo = np.random.default_rng().standard_normal((hidden_size, combined)) / np.sqrt(combined)
        self.Wo_bias = np.zeros((hidden_size, 1))
        self.Wy = np.random.default_rng().standard_normal((output_size, hidden_size)) / np.sqrt(hidden_size)
        self.Wy_bias = np.zeros((output_size, 1))

    @classmethod
    def with_weights_of(cls, lstm: Ours) -> "LSTM":
        """Make one with copies of our weights."""
        notebook = cls(lstm.input_size, lstm.hidden_size, lstm.Wy.shape[0])
        for name, array in lstm.parameters().items():
            setattr(notebook, name, array.copy())
        return notebook

    def sigmoid(self, x: Any) -> Any:
        """Compute the textbook form."""
        return 1 / (1 + np.exp(-x))

    def tanh(self, x: Any) -> Any:
        """Compute NumPy's."""
        return np.tanh(x)

    def forward(self, x: Any, h_prev: Any, c_prev: Any, *, verbose: bool = True) -> tuple[Any, Any, Any]:
        """Take one step and print it; `verbose` is ours, for where the text is not wanted."""
        combined = np.concatenate((x, h_prev), axis=0)
        f = self.sigmoid(np.dot(self.Wf, combined) + self.Wf_bias)
        i = self.sigmoid(np.dot(self.Wi, combined) + self.Wi_bias)
        c_tilde = self.tanh(np.dot(self.Wc, combined) + self.Wc_bias)
        o = self.sigmoid(np.dot(self.Wo, combined) + self.Wo_bias)
        c = f * c_prev + i * c_tilde
        h = o * self.tanh(c)
        y = np.dot(self.Wy, h) + self.Wy_bias
        if verbose:
            print("Input:", x)
            print("Previous hidden state:", h_prev)
            print("Previous cell state:", c_prev)
            print("Forget gate:", f)
            print("Input gate:", i)
            print("Cell state tilde:", c_tilde)
            print("Output gate:", o)
            print("New cell state:", c)
            print("New hidden state:", h)
            print("Output:", y)
        return y, h, c
