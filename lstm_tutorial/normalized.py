"""The LSTM with layer normalization inside the cell: a step and its backward pass.

Layer normalization takes a column of numbers, subtracts its mean and divides by its standard deviation (Ba,
Kiros & Hinton 2016). Here it stands in three places: at what the input adds to the pre-activations, at what
the previous hidden state adds, and at the cell state on its way to the hidden state. The cell state that goes
on to the next step is not normalized. There is no normalization between layers here, nor over a batch.
"""

import numpy as np
from numpy.typing import DTypeLike

from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_size
from lstm_tutorial.lstm import LSTM, StepTrace
from lstm_tutorial.parameters import Weight
from lstm_tutorial.trace import Intervene, watch

EPSILON = 1e-5
"""What is added to the variance, so that a column of equal numbers can be divided by its deviation."""


class LayerNormLSTM(LSTM):
    r"""An LSTM whose pre-activations and shown cell state are normalized in each column.

    With :math:`a = g_x \odot \mathrm{LN}(W_x x) + g_h \odot \mathrm{LN}(W_h h_{t-1}) + b`, gates, candidate
    and cell state are those of the LSTM, and :math:`h = o \odot \tanh(g_c \odot \mathrm{LN}(c) + \beta_c)`.
    Gates and candidate are normalized together, all 4H numbers of a column by one mean and one deviation.

    Gains are one at first and `c_bias` is zero; matrices and biases are those of `lstm_tutorial.lstm.LSTM`.

    Parameters
    ----------
    input_size : int
        D, the number of input features.
    hidden_size : int
        H, the number of hidden units, at least 2: the normalization leaves nothing of a single number.
    output_size : int or None
        O, the number of outputs; None leaves the read-out out.
    rng : None, int or numpy.random.Generator
        Where the weights come from.
    dtype : dtype_like
        ``float64`` or ``float32``.
    forget_bias : float
        The initial value of ``Wf_bias``. It is added after the normalization, which would remove it.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range; the message names it.

    References
    ----------
    Ba, Kiros & Hinton (2016), equations 20 to 22 in the supplement. Their three offsets before the gates are
    added to each other, so here they are one bias.
    """

    gain_x = Weight("_gains", 0)
    """Gains of what the input adds, (4, H, 1), in the order f, i, c_tilde, o."""
    gain_h = Weight("_gains", 1)
    """Gains of what the previous hidden state adds, (4, H, 1), in the same order."""
    c_gain = Weight("_of_c", 0)
    """Gain of the normalized cell state, (H, 1)."""
    c_bias = Weight("_of_c", 1)
    """Offset of the normalized cell state, (H, 1)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int | None,
        *,
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
        forget_bias: float = 0.0,
    ) -> None:
        H = as_size("hidden_size", hidden_size)
        if H < 2:
            raise ValueError(f"hidden_size must be at least 2 with layer normalization, got {H}")
        super().__init__(input_size, H, output_size, rng=rng, dtype=dtype, forget_bias=forget_bias)
        self._gains = np.ones((2, 4, H, 1), self.dtype)  # (2, 4, H, 1)
        self._of_c = np.ones((2, H, 1), self.dtype)  # (2, H, 1)
        self._of_c[1] = 0.0

    def preactivations(self, x: FloatArray, h_prev: FloatArray) -> FloatArray:
        """Return what the gates squash, normalized, of f, i, c_tilde and o, (4, H, B)."""
        W_x, W_h = np.split(self._W, [self.input_size], axis=2)  # (4, H, D), (4, H, H)
        n_x, _ = normalize(W_x @ x)  # (4, H, B)
        n_h, _ = normalize(W_h @ h_prev)  # (4, H, B)
        a: FloatArray = self.gain_x * n_x + self.gain_h * n_h + self._b  # (4, H, B)
        return a

    # --8<-- [start:step]
    def step(
        self, x: FloatArray, h_prev: FloatArray, c_prev: FloatArray, intervene: Intervene | None = None
    ) -> StepTrace:
        """Compute the equations of the LSTM with layer normalization."""
        a_f, a_i, a_c, a_o = self.preactivations(x, h_prev)  # (H, B) each, normalized
        f = sigmoid(a_f)  # (H, B), forget gate
        i = sigmoid(a_i)  # (H, B), input gate
        c_tilde = tanh(a_c)  # (H, B), candidate
        o = sigmoid(a_o)  # (H, B), output gate
        watch(intervene, f=f, i=i, c_tilde=c_tilde, o=o)
        c = f * c_prev + i * c_tilde  # (H, B), goes on as it is
        watch(intervene, c=c)
        n_c, _ = normalize(c)  # (H, B)
        h = o * tanh(self.c_gain * n_c + self.c_bias)  # (H, B)
        watch(intervene, h=h)
        return StepTrace(x, h_prev, c_prev, f, i, c_tilde, o, c, h)
        # --8<-- [end:step]

    def step_backward(self, step: StepTrace, dh: FloatArray, dc: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradients of `h` and `c` back through one step."""
        x, h_prev, c_prev, f, i, c_tilde, o, c, _, _ = step
        W_x, W_h = np.split(self._W, [self.input_size], axis=2)  # (4, H, D), (4, H, H)
        n_x, deviation_x = normalize(W_x @ x)  # (4, H, B), (1, 1, B)
        n_h, deviation_h = normalize(W_h @ h_prev)  # (4, H, B), (1, 1, B)
        n_c, deviation_c = normalize(c)  # (H, B), (1, B)
        shown = tanh(self.c_gain * n_c + self.c_bias)  # (H, B)
        da_shown = dh * o * tanh_derivative(shown)  # (H, B)
        dc = dc + normalize_backward(da_shown * self.c_gain, n_c, deviation_c)  # (H, B)
        da = np.array(  # (4, H, B)
            [
                dc * c_prev * sigmoid_derivative(f),
                dc * c_tilde * sigmoid_derivative(i),
                dc * i * tanh_derivative(c_tilde),
                dh * shown * sigmoid_derivative(o),
            ]
        )
        da_x = normalize_backward(da * self.gain_x, n_x, deviation_x)  # (4, H, B), gradient of W_x @ x
        da_h = normalize_backward(da * self.gain_h, n_h, deviation_h)  # (4, H, B), gradient of W_h @ h_prev
        dW = np.concatenate((da_x @ x.T, da_h @ h_prev.T), axis=2)  # (4, H, D+H)
        db = da.sum(axis=2, keepdims=True)  # (4, H, 1)
        gradients = dict(zip(("Wf", "Wi", "Wc", "Wo"), dW, strict=True))
        gradients |= dict(zip(("Wf_bias", "Wi_bias", "Wc_bias", "Wo_bias"), db, strict=True))
        gradients["gain_x"] = (da * n_x).sum(axis=2, keepdims=True)  # (4, H, 1)
        gradients["gain_h"] = (da * n_h).sum(axis=2, keepdims=True)  # (4, H, 1)
        gradients["c_gain"] = (da_shown * n_c).sum(axis=1, keepdims=True)  # (H, 1)
        gradients["c_bias"] = da_shown.sum(axis=1, keepdims=True)  # (H, 1)
        dx = (W_x.swapaxes(1, 2) @ da_x).sum(axis=0)  # (D, B)
        dh_prev = (W_h.swapaxes(1, 2) @ da_h).sum(axis=0)  # (H, B)
        return gradients | {"x": dx, "h_prev": dh_prev, "c_prev": dc * f, "c": dc}


# --8<-- [start:normalize]
def normalize(a: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Subtract the mean of each column and divide by its standard deviation.

    Parameters
    ----------
    a : numpy.ndarray, (H, B) or (4, H, B)
        The numbers. A column is all that one example has, so the last axis stays.

    Returns
    -------
    normalized : numpy.ndarray, the shape of `a`
        The result: in each column, the mean is zero and the standard deviation one.
    deviation : numpy.ndarray, (1, B) or (1, 1, B)
        What was divided by, with `EPSILON` added under the root. Where a square overflows, both are NaN.
    """
    axes = tuple(range(a.ndim - 1))
    centered = a - a.mean(axis=axes, keepdims=True)  # the shape of a
    deviation = np.sqrt((centered * centered).mean(axis=axes, keepdims=True) + EPSILON)  # (1, B)
    deviation[np.isinf(deviation)] = np.nan  # nothing would be left of a number over infinity
    return centered / deviation, deviation


def normalize_backward(dn: FloatArray, n: FloatArray, deviation: FloatArray) -> FloatArray:
    """Carry a gradient back through `normalize`.

    A column's mean and scale do not reach the result. So the gradient loses its part along either: its mean,
    and its component along `n`.

    Parameters
    ----------
    dn : numpy.ndarray, the shape of `n`
        Gradient with respect to the normalized numbers.
    n : numpy.ndarray
        The normalized numbers, which `normalize` returned.
    deviation : numpy.ndarray
        The deviations, which it returned with them.

    Returns
    -------
    numpy.ndarray
        Gradient with respect to the numbers that were normalized, the shape of `n`.
    """
    axes = tuple(range(n.ndim - 1))
    mean = dn.mean(axis=axes, keepdims=True)  # (1, B)
    along = n * (dn * n).mean(axis=axes, keepdims=True)  # the shape of n
    da: FloatArray = (dn - mean - along) / deviation  # the shape of n
    return da
    # --8<-- [end:normalize]
