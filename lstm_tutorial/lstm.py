"""The LSTM: one step forward, with every value in between, and one step backward.

This is the cell that everyone draws: three gates, a candidate and a cell state that is only ever scaled and
added to (Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000). A linear
read-out turns the hidden state into the output. There is no time here: `lstm_tutorial.network` runs a network
along a sequence and back, which for the LSTM takes the fast path of `lstm_tutorial.fast`.

Letters: D = input_size, H = hidden_size, O = output_size, B = batch. Features run down the rows and examples
across the columns, so one example is a column and a batch is more columns. Gates and candidate are always in
the order f, i, c_tilde, o.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstm_tutorial import fast
from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_array, as_number, as_rng
from lstm_tutorial.network import Gradients, Network, State, weight_gradients
from lstm_tutorial.parameters import Weight, scaled_normal
from lstm_tutorial.trace import Intervene, labeled, watch


class StepTrace(NamedTuple):
    """Every value of one step, by name, in the order in which the step computes them.

    ``print(trace)`` writes them out with a label each. The trace of a sequence has the same names, and the
    time axis T in front of every shape.
    """

    x: FloatArray
    """Input, (D, B)."""
    h_prev: FloatArray
    """Previous hidden state, (H, B)."""
    c_prev: FloatArray
    """Previous cell state, (H, B)."""
    f: FloatArray
    """Forget gate, (H, B), between 0 and 1."""
    i: FloatArray
    """Input gate, (H, B), between 0 and 1."""
    c_tilde: FloatArray
    """Candidate, (H, B), between -1 and 1."""
    o: FloatArray
    """Output gate, (H, B), between 0 and 1."""
    c: FloatArray
    """New cell state, (H, B)."""
    h: FloatArray
    """New hidden state, (H, B), between -1 and 1."""
    y: Any = None
    """Output, (O, B); None without a read-out."""

    def __str__(self) -> str:
        """Write every value behind its label, arrays as NumPy prints them."""
        return labeled(self)


class LSTM(Network):
    r"""A long short-term memory cell with a linear read-out.

    Each gate, and the candidate, has a weight matrix that acts on the input and the previous hidden state,
    stacked as ``[x; h_prev]``, and a bias. Matrices are drawn from a standard normal divided by the square
    root of their number of columns; biases are zero, but for the forget gate's.
    Assigning to a weight copies into its array; a wrong shape is refused.

    Parameters
    ----------
    input_size : int
        D, the number of input features.
    hidden_size : int
        H, the number of hidden units.
    output_size : int or None
        O, the number of outputs; None leaves the read-out out.
    rng : None, int or numpy.random.Generator
        Where the weights come from. The same seed gives the same weights; a generator is advanced.
    dtype : dtype_like
        ``float64`` or ``float32``; everything is stored and computed in it.
    forget_bias : float
        The initial value of ``Wf_bias``. Above zero, the forget gate keeps more than half at first
        (Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range; the message names it.
    """

    step_type = StepTrace
    state_names = ("h", "c")

    # Each weight is a view of one of two arrays, `_W` and `_b`, so that one product serves all gates.
    Wf = Weight("_W", 0)
    """Weights of the forget gate, (H, D+H)."""
    Wf_bias = Weight("_b", 0)
    """Bias of the forget gate, (H, 1)."""
    Wi = Weight("_W", 1)
    """Weights of the input gate, (H, D+H)."""
    Wi_bias = Weight("_b", 1)
    """Bias of the input gate, (H, 1)."""
    Wc = Weight("_W", 2)
    """Weights of the candidate, (H, D+H)."""
    Wc_bias = Weight("_b", 2)
    """Bias of the candidate, (H, 1)."""
    Wo = Weight("_W", 3)
    """Weights of the output gate, (H, D+H)."""
    Wo_bias = Weight("_b", 3)
    """Bias of the output gate, (H, 1)."""

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
        super().__init__(input_size, hidden_size, output_size, dtype)
        bias = as_array("forget_bias", as_number("forget_bias", forget_bias), (), self.dtype)  # ()
        D, H, rng = self.input_size, self.hidden_size, as_rng(rng)
        self._W = scaled_normal(rng, 4, H, D + H).astype(self.dtype)  # (4, H, D+H)
        self._b = np.zeros((4, H, 1), self.dtype)  # (4, H, 1)
        self._b[0] = bias
        self.draw_read_out(rng)

    def preactivations(self, x: FloatArray, h_prev: FloatArray) -> FloatArray:
        """Return what the gates squash, ``W @ [x; h_prev] + bias`` of f, i, c_tilde and o, (4, H, B)."""
        xh = np.concatenate((x, h_prev))  # (D+H, B), what every gate sees
        a: FloatArray = self._W @ xh + self._b  # (4, H, B)
        return a

    # --8<-- [start:step]
    def step(
        self, x: FloatArray, h_prev: FloatArray, c_prev: FloatArray, intervene: Intervene | None = None
    ) -> StepTrace:
        """Compute the six equations of the LSTM. `watch` lets a caller change a value in place."""
        a_f, a_i, a_c, a_o = self.preactivations(x, h_prev)  # (H, B) each: W @ [x; h_prev] + bias
        f = sigmoid(a_f)  # (H, B), forget gate
        i = sigmoid(a_i)  # (H, B), input gate
        c_tilde = tanh(a_c)  # (H, B), candidate
        o = sigmoid(a_o)  # (H, B), output gate
        watch(intervene, f=f, i=i, c_tilde=c_tilde, o=o)
        c = f * c_prev + i * c_tilde  # (H, B), keep some, add some
        watch(intervene, c=c)
        h = o * tanh(c)  # (H, B), show some
        watch(intervene, h=h)
        return StepTrace(x, h_prev, c_prev, f, i, c_tilde, o, c, h)
        # --8<-- [end:step]

    # --8<-- [start:backward]
    def step_backward(self, step: StepTrace, dh: FloatArray, dc: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradients of `h` and `c` back. The derivatives of sigmoid and tanh take their values."""
        x, h_prev, c_prev, f, i, c_tilde, o, c, _, _ = step
        tanh_c = tanh(c)  # (H, B)
        do = dh * tanh_c  # (H, B)
        dc = dc + dh * o * tanh_derivative(tanh_c)  # (H, B), c acts through h and through the next c
        df = dc * c_prev  # (H, B)
        di = dc * c_tilde  # (H, B)
        dc_tilde = dc * i  # (H, B)
        dc_prev = dc * f  # (H, B)
        da_f = df * sigmoid_derivative(f)  # (H, B)
        da_i = di * sigmoid_derivative(i)  # (H, B)
        da_c = dc_tilde * tanh_derivative(c_tilde)  # (H, B)
        da_o = do * sigmoid_derivative(o)  # (H, B)
        dxh = self.Wf.T @ da_f + self.Wi.T @ da_i  # (D+H, B)
        dxh += self.Wc.T @ da_c + self.Wo.T @ da_o
        dx, dh_prev = np.split(dxh, [self.input_size])  # (D, B), (H, B)
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        gradients = weight_gradients(xh, Wf=da_f, Wi=da_i, Wc=da_c, Wo=da_o)
        return gradients | {"x": dx, "h_prev": dh_prev, "c_prev": dc_prev, "c": dc}
        # --8<-- [end:backward]

    def run(self, xs: FloatArray, state: State) -> tuple[FloatArray, State, Any]:
        """Take the steps of a chunk by the fast path, or as `Network` does where a subclass changes them."""
        if self._is_changed():
            return super().run(xs, state)
        return fast.run(self, xs, state)

    def run_backward(self, steps: Any, dhs: FloatArray, dstate: State) -> tuple[Gradients, FloatArray, State]:
        """Go back through the steps of `run` in the same way."""
        if self._is_changed():
            return super().run_backward(steps, dhs, dstate)
        return fast.run_backward(self, steps, dhs, dstate)

    def _is_changed(self) -> bool:
        """Tell whether a subclass has other equations, which the fast path would not use."""
        equations = "preactivations", "step", "step_backward"
        return any(getattr(type(self), name) is not getattr(LSTM, name) for name in equations)
