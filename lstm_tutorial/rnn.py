"""The plain tanh network that the LSTM replaced: one matrix, one tanh, no gate, no cell state (Elman 1990).

A step and its backward pass; `lstm_tutorial.network` runs them along a sequence. Going back, the gradient is
multiplied by one Jacobian per step, and all factors share one matrix: hence it vanishes or explodes.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstm_tutorial.activations import tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_rng
from lstm_tutorial.network import Network, weight_gradients
from lstm_tutorial.parameters import Weight, scaled_normal
from lstm_tutorial.trace import Intervene, labeled, watch


class RNNTrace(NamedTuple):
    """Every value of one step of a plain network, by name."""

    x: FloatArray
    """Input, (D, B)."""
    h_prev: FloatArray
    """Previous hidden state, (H, B)."""
    h: FloatArray
    """New hidden state, (H, B), between -1 and 1."""
    y: Any = None
    """Output, (O, B); None without a read-out."""

    def __str__(self) -> str:
        """Write every value behind its label, arrays as NumPy prints them."""
        return labeled(self)


class RNN(Network):
    r"""A plain recurrent network with a linear read-out.

    The new hidden state is :math:`h_t = \tanh(W_h [x_t; h_{t-1}] + b_h)`. The matrices are drawn from a
    standard normal divided by the square root of their number of columns; the biases are zero. Sizes, `rng`
    and `dtype` are those of `lstm_tutorial.lstm.LSTM`.
    """

    step_type = RNNTrace

    Wh = Weight("_W")
    """Weights of the hidden state, (H, D+H)."""
    Wh_bias = Weight("_b")
    """Bias of the hidden state, (H, 1)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int | None,
        *,
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(input_size, hidden_size, output_size, dtype)
        D, H, rng = self.input_size, self.hidden_size, as_rng(rng)
        self._W = scaled_normal(rng, H, D + H).astype(self.dtype)  # (H, D+H)
        self._b = np.zeros((H, 1), self.dtype)  # (H, 1)
        self.draw_read_out(rng)

    def step(self, x: FloatArray, h_prev: FloatArray, intervene: Intervene | None = None) -> RNNTrace:
        """Mix input and memory, and squash."""
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        h = tanh(self.Wh @ xh + self.Wh_bias)  # (H, B), all of it written anew
        watch(intervene, h=h)
        return RNNTrace(x, h_prev, h)

    def step_backward(self, step: RNNTrace, dh: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradient of `h` back through one step."""
        x, h_prev, h, _ = step
        da = dh * tanh_derivative(h)  # (H, B), through the tanh
        dx, dh_prev = np.split(self.Wh.T @ da, [self.input_size])  # (D, B), (H, B), through the matrix
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        return weight_gradients(xh, Wh=da) | {"x": dx, "h_prev": dh_prev}
