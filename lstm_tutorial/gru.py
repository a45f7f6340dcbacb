"""The gated recurrent unit, GRU: two gates, no cell state, in both of its forms.

A step and its backward pass; `lstm_tutorial.network` runs them along a sequence. The first paper multiplies
the previous hidden state by the reset gate *before* the matrix product (Cho et al. 2014; ONNX's default).
cuDNN, PyTorch and Keras multiply *after* it, so that one product a step is enough. The order of the gates
is r, z, n.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_rng
from lstm_tutorial.network import Network, weight_gradients
from lstm_tutorial.parameters import Weight, scaled_normal
from lstm_tutorial.trace import Intervene, labeled, watch


class GRUTrace(NamedTuple):
    """Every value of one step of a GRU, by name."""

    x: FloatArray
    """Input, (D, B)."""
    h_prev: FloatArray
    """Previous hidden state, (H, B)."""
    r: FloatArray
    """Reset gate, (H, B), between 0 and 1."""
    z: FloatArray
    """Update gate, (H, B), between 0 and 1: the share of the old state that stays."""
    n: FloatArray
    """Candidate, (H, B), between -1 and 1."""
    h: FloatArray
    """New hidden state, (H, B), between -1 and 1 if `h_prev` is."""
    y: Any = None
    """Output, (O, B); None without a read-out."""

    def __str__(self) -> str:
        """Write every value behind its label, arrays as NumPy prints them."""
        return labeled(self)


class GRU(Network):
    r"""A gated recurrent unit with a linear read-out.

    .. math:: h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}

    Matrices act on the input and the previous hidden state, stacked as ``[x; h_prev]``. They are drawn from a
    standard normal divided by the square root of their number of columns; biases are zero. Sizes, `rng` and
    `dtype` are those of `lstm_tutorial.lstm.LSTM`.

    Parameters
    ----------
    reset : {"after", "before"}
        Whether the reset gate multiplies the product ``Wn_h @ h_prev + Wn_hidden_bias``, as in PyTorch, or
        `h_prev` before the product, as in the first paper.

    References
    ----------
    Cho et al. (2014), equations 5 to 8, where the update gate is called z and weighs as it does here.
    """

    step_type = GRUTrace

    Wr = Weight("_W", 0)
    """Weights of the reset gate, (H, D+H)."""
    Wr_bias = Weight("_b", 0)
    """Bias of the reset gate, (H, 1)."""
    Wz = Weight("_W", 1)
    """Weights of the update gate, (H, D+H)."""
    Wz_bias = Weight("_b", 1)
    """Bias of the update gate, (H, 1)."""
    Wn = Weight("_W", 2)
    """Weights of the candidate, (H, D+H)."""
    Wn_bias = Weight("_b", 2)
    """Bias of the candidate, (H, 1)."""
    Wn_hidden_bias = Weight("_hidden_bias")
    """Bias inside the product with the reset gate, (H, 1); only for ``reset="after"``."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int | None,
        *,
        reset: str = "after",
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(input_size, hidden_size, output_size, dtype)
        if reset not in ("after", "before"):
            raise ValueError(f"reset must be 'after' or 'before', got {reset!r}")
        self.reset = reset
        D, H, rng = self.input_size, self.hidden_size, as_rng(rng)
        self._W = scaled_normal(rng, 3, H, D + H).astype(self.dtype)  # (3, H, D+H)
        self._b = np.zeros((3, H, 1), self.dtype)  # (3, H, 1)
        self._hidden_bias = np.zeros((H, 1), self.dtype) if reset == "after" else None  # (H, 1)
        self.draw_read_out(rng)

    # --8<-- [start:step]
    def step(self, x: FloatArray, h_prev: FloatArray, intervene: Intervene | None = None) -> GRUTrace:
        """Compute the equations of the GRU."""
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        r = sigmoid(self.Wr @ xh + self.Wr_bias)  # (H, B), reset gate
        z = sigmoid(self.Wz @ xh + self.Wz_bias)  # (H, B), update gate
        watch(intervene, r=r, z=z)
        Wn_x, Wn_h = np.split(self.Wn, [self.input_size], axis=1)  # (H, D), (H, H)
        if self.reset == "after":
            a_n = Wn_x @ x + self.Wn_bias + r * (Wn_h @ h_prev + self.Wn_hidden_bias)  # (H, B)
        else:
            a_n = Wn_x @ x + self.Wn_bias + Wn_h @ (r * h_prev)  # (H, B)
        n = tanh(a_n)  # (H, B), candidate
        watch(intervene, n=n)
        h = (1 - z) * n + z * h_prev  # (H, B)
        watch(intervene, h=h)
        return GRUTrace(x, h_prev, r, z, n, h)
        # --8<-- [end:step]

    # --8<-- [start:step-backward]
    def step_backward(self, step: GRUTrace, dh: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradient of `h` back through one step."""
        x, h_prev, r, z, n, _, _ = step
        da_z = dh * (h_prev - n) * sigmoid_derivative(z)  # (H, B)
        da_n = dh * (1 - z) * tanh_derivative(n)  # (H, B)
        dh_prev = dh * z  # (H, B), the direct path
        Wn_x, Wn_h = np.split(self.Wn, [self.input_size], axis=1)  # (H, D), (H, H)
        if self.reset == "after":
            dr = da_n * (Wn_h @ h_prev + self.Wn_hidden_bias)  # (H, B)
            of_hidden = weight_gradients(h_prev, Wn=da_n * r)  # (H, H), (H, 1)
            dh_prev = dh_prev + Wn_h.T @ (da_n * r)  # (H, B)
        else:
            d_reset_h = Wn_h.T @ da_n  # (H, B), gradient of r * h_prev
            dr = d_reset_h * h_prev  # (H, B)
            of_hidden = weight_gradients(r * h_prev, Wn=da_n)  # (H, H), (H, 1)
            dh_prev = dh_prev + d_reset_h * r  # (H, B)
        da_r = dr * sigmoid_derivative(r)  # (H, B)
        dx, dh_from_gates = np.split(self.Wr.T @ da_r + self.Wz.T @ da_z, [self.input_size])  # (D, B), (H, B)
        gradients = weight_gradients(np.concatenate((x, h_prev)), Wr=da_r, Wz=da_z)
        of_input = weight_gradients(x, Wn=da_n)  # (H, D), (H, 1)
        gradients["Wn"] = np.concatenate((of_input["Wn"], of_hidden["Wn"]), axis=1)  # (H, D+H)
        gradients["Wn_bias"] = of_input["Wn_bias"]  # (H, 1)
        if self.reset == "after":
            gradients["Wn_hidden_bias"] = of_hidden["Wn_bias"]  # (H, 1)
        return gradients | {"x": dx + Wn_x.T @ da_n, "h_prev": dh_prev + dh_from_gates}
        # --8<-- [end:step-backward]
