"""The class of the original notebook, written down, as a peer to compare with. Not part of the package.

It takes the weights of an `LSTM` of the package, computes with its own sigmoid and four separate products,
and prints every value.
"""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM as Ours  # noqa: N811


class LSTM:
    """One step of an LSTM, as the notebook computes and prints it."""

    def __init__(self, lstm: Ours) -> None:
        """Take copies of our weights; the notebook drew its own."""
        self.Wf, self.Wf_bias = lstm.Wf.copy(), lstm.Wf_bias.copy()
        self.Wi, self.Wi_bias = lstm.Wi.copy(), lstm.Wi_bias.copy()
        self.Wc, self.Wc_bias = lstm.Wc.copy(), lstm.Wc_bias.copy()
        self.Wo, self.Wo_bias = lstm.Wo.copy(), lstm.Wo_bias.copy()
        self.Wy, self.Wy_bias = lstm.Wy.copy(), lstm.Wy_bias.copy()

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
