"""One step of an LSTM: forward, with every value in between, and backward.

This is the cell that everyone draws: three gates, a candidate and a cell state that is only ever scaled and
added to (Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000). A linear
read-out turns the hidden state into the output. There is no time here: see `lstm_tutorial.sequence`.

Letters: D = input_size, H = hidden_size, O = output_size, B = batch. Features run down the rows and examples
across the columns, so one example is a column and a batch is more columns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_array, as_number, as_rng, as_size
from lstm_tutorial.parameters import Parameters, Weight, scaled_normal


class StepTrace(NamedTuple):
    """Every value of one step, by name, in the order in which the step computes them.

    ``print(trace)`` writes them out with a label each.
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
    y: FloatArray
    """Output, (O, B)."""

    def __str__(self) -> str:
        """Write every value behind its label, arrays as NumPy prints them."""
        return "\n".join(f"{label} {value}" for label, value in zip(_LABELS, self, strict=True))


_LABELS = (
    "Input:",
    "Previous hidden state:",
    "Previous cell state:",
    "Forget gate:",
    "Input gate:",
    "Cell state tilde:",
    "Output gate:",
    "New cell state:",
    "New hidden state:",
    "Output:",
)


class LSTM(Parameters):
    r"""A long short-term memory cell with a linear read-out.

    Each gate has a weight matrix that acts on the input and the previous hidden state, stacked as
    ``[x; h_prev]``, and a bias. Matrices are drawn from a standard normal divided by the square root of
    their number of columns; biases are zero, but for the forget gate's.

    Reading a weight gives the live array. Assigning to it copies into place; a wrong shape is refused.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        D, H and O: the number of input features, of hidden units and of outputs.
    rng : None, int or numpy.random.Generator
        Where the weights come from. The same seed gives the same weights; a generator is advanced.
    dtype : dtype_like
        ``float64`` or ``float32``; everything is stored and computed in it.
    forget_bias : float
        The first value of ``Wf_bias``. Above zero, the cell starts out remembering
        (Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range; the message names it.
    """

    Wf = Weight("_W", 2)
    """Weights of the forget gate, (H, D+H)."""
    Wf_bias = Weight("_b", 2)
    """Bias of the forget gate, (H, 1)."""
    Wi = Weight("_W", 1)
    """Weights of the input gate, (H, D+H)."""
    Wi_bias = Weight("_b", 1)
    """Bias of the input gate, (H, 1)."""
    Wc = Weight("_W", 3)
    """Weights of the candidate, (H, D+H)."""
    Wc_bias = Weight("_b", 3)
    """Bias of the candidate, (H, 1)."""
    Wo = Weight("_W", 0)
    """Weights of the output gate, (H, D+H)."""
    Wo_bias = Weight("_b", 0)
    """Bias of the output gate, (H, 1)."""
    Wy = Weight("_Wy")
    """Weights of the read-out, (O, H)."""
    Wy_bias = Weight("_by")
    """Bias of the read-out, (O, 1)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
        forget_bias: float = 0.0,
    ) -> None:
        super().__init__(input_size, hidden_size, output_size, dtype)
        D, H, O = self.input_size, self.hidden_size, self.output_size
        first_bias = np.full((H, 1), as_number("forget_bias", forget_bias))  # (H, 1)
        rng = as_rng(rng)
        # One store for the four gates, the three sigmoids first: one product then computes all their sums.
        self._W = np.empty((4, H, D + H), self.dtype)  # (4, H, D+H) = [Wo, Wi, Wf, Wc]
        self._b = np.zeros((4, H, 1), self.dtype)  # (4, H, 1)
        self._Wy = np.empty((O, H), self.dtype)  # (O, H)
        self._by = np.zeros((O, 1), self.dtype)  # (O, 1)
        self.Wf = scaled_normal(rng, H, D + H)  # (H, D+H)
        self.Wi = scaled_normal(rng, H, D + H)  # (H, D+H)
        self.Wc = scaled_normal(rng, H, D + H)  # (H, D+H)
        self.Wo = scaled_normal(rng, H, D + H)  # (H, D+H)
        self.Wy = scaled_normal(rng, O, H)  # (O, H)
        self.Wf_bias = as_array("forget_bias", first_bias, (H, 1), self.dtype)  # (H, 1)

    def initial_state(self, batch_size: int = 1) -> tuple[FloatArray, FloatArray]:
        """Return the states before the first step: ``(h, c)``, two arrays of zeros, (H, B) each."""
        shape = (self.hidden_size, as_size("batch_size", batch_size))
        return np.zeros(shape, self.dtype), np.zeros(shape, self.dtype)

    def forward(
        self, x: ArrayLike, h_prev: ArrayLike, c_prev: ArrayLike, *, verbose: bool = False
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Take one step: read `x`, update the memory, answer.

        Parameters
        ----------
        x : array_like, (D, B)
            Input: one column per example.
        h_prev, c_prev : array_like, (H, B)
            Hidden state and cell state of the step before; `initial_state` gives the first.
        verbose : bool
            Print every value of the step, as ``print(lstm.trace(x, h_prev, c_prev))`` does.

        Returns
        -------
        y : numpy.ndarray, (O, B)
            Output.
        h, c : numpy.ndarray, (H, B)
            New hidden state and new cell state.

        Raises
        ------
        TypeError, ValueError
            If an argument is not a finite real matrix of its shape; the message names it.
        """
        if verbose:
            trace = self.trace(x, h_prev, c_prev)
            print(trace)
            return trace.y, trace.h, trace.c
        *_, c, h, y = self._step(*self._check_step(x, h_prev, c_prev))
        return y, h, c

    def trace(self, x: ArrayLike, h_prev: ArrayLike, c_prev: ArrayLike) -> StepTrace:
        """Take one step as `forward` does and return every value of it by name.

        Takes and refuses the same arguments as `forward`. The trace holds copies, so nothing that the caller
        does later changes it; `backward` reads it.
        """
        x, h_prev, c_prev = self._check_step(x, h_prev, c_prev)
        inputs = x.copy(), h_prev.copy(), c_prev.copy()
        return StepTrace(*inputs, *self._step(*inputs))

    # --8<-- [start:step]
    def _step(self, x: FloatArray, h_prev: FloatArray, c_prev: FloatArray) -> tuple[FloatArray, ...]:
        """Compute the six equations of the LSTM, and the read-out."""
        xh = np.concatenate((x, h_prev))  # (D+H, B), what every gate sees
        # --8<-- [start:gates]
        a = self._W @ xh + self._b  # (4, H, B), a gate's sum is its W @ xh + bias
        o, i, f = sigmoid(a[:3])  # (H, B) each: output, input and forget gate
        c_tilde = tanh(a[3])  # (H, B), the candidate
        # --8<-- [end:gates]
        # --8<-- [start:cell]
        c = f * c_prev + i * c_tilde  # (H, B), keep some, add some
        # --8<-- [end:cell]
        # --8<-- [start:hidden]
        h = o * tanh(c)  # (H, B), show some
        # --8<-- [end:hidden]
        # --8<-- [start:readout]
        y = self.Wy @ h + self.Wy_bias  # (O, B)
        # --8<-- [end:readout]
        return f, i, c_tilde, o, c, h, y
        # --8<-- [end:step]

    def _check_step(
        self, x: ArrayLike, h_prev: ArrayLike, c_prev: ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the three inputs of a step as arrays of one batch size, or refuse them."""
        x = as_array("x", x, (self.input_size, "B"), self.dtype)
        state_shape = (self.hidden_size, x.shape[1])
        h_prev = as_array("h_prev", h_prev, state_shape, self.dtype)
        c_prev = as_array("c_prev", c_prev, state_shape, self.dtype)
        return x, h_prev, c_prev

    def backward(
        self,
        trace: StepTrace,
        *,
        dy: ArrayLike | None = None,
        dh: ArrayLike | None = None,
        dc: ArrayLike | None = None,
    ) -> dict[str, FloatArray]:
        """Carry the gradient of a loss back through one step.

        `dy`, `dh` and `dc` are the gradients of the loss with respect to the step's results, where the loss
        uses `y`, `h` and `c` as three separate results; one that is missing is zero.

        Parameters
        ----------
        trace : StepTrace
            What `trace` returned for the step.
        dy : array_like, (O, B), optional
            Gradient with respect to `y`.
        dh, dc : array_like, (H, B), optional
            Gradients with respect to `h` and `c`: from a loss on them, and from the step after.

        Returns
        -------
        dict of str to numpy.ndarray
            The gradients with respect to the ten parameters, by their names, then to `x`, `h_prev` and
            `c_prev`; each of the shape of what it belongs to. Those of the parameters are summed over the
            batch.

        Raises
        ------
        TypeError, ValueError
            If a gradient is not a finite real matrix of its shape, or the trace is of a network of other
            sizes; the message names it.
        """
        trace = self._check_trace(trace)
        B = trace.x.shape[1]
        dy = self._gradient("dy", dy, (self.output_size, B))  # (O, B)
        dh = self._gradient("dh", dh, (self.hidden_size, B))  # (H, B)
        dc = self._gradient("dc", dc, (self.hidden_size, B))  # (H, B)
        # --8<-- [start:backward]
        x, h_prev, c_prev, f, i, c_tilde, o, c, h, _ = trace
        # --8<-- [start:backward-readout]
        dh = dh + self.Wy.T @ dy  # (H, B)
        # --8<-- [end:backward-readout]
        # --8<-- [start:backward-hidden]
        tanh_c = tanh(c)  # (H, B)
        do = dh * tanh_c  # (H, B)
        dc = dc + dh * o * tanh_derivative(tanh_c)  # (H, B), both paths into c
        # --8<-- [end:backward-hidden]
        # --8<-- [start:backward-cell]
        df = dc * c_prev  # (H, B)
        di = dc * c_tilde  # (H, B)
        dc_tilde = dc * i  # (H, B)
        dc_prev = dc * f  # (H, B)
        # --8<-- [end:backward-cell]
        # --8<-- [start:backward-gates]
        daf = df * sigmoid_derivative(f)  # (H, B)
        dai = di * sigmoid_derivative(i)  # (H, B)
        dac = dc_tilde * tanh_derivative(c_tilde)  # (H, B)
        dao = do * sigmoid_derivative(o)  # (H, B)
        # --8<-- [end:backward-gates]
        # --8<-- [start:backward-inputs]
        dxh = self.Wf.T @ daf + self.Wi.T @ dai  # (D+H, B)
        dxh += self.Wc.T @ dac + self.Wo.T @ dao
        dx, dh_prev = np.split(dxh, [self.input_size])  # (D, B), (H, B)
        # --8<-- [end:backward-inputs]
        # --8<-- [start:backward-weights]
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        gradients: dict[str, FloatArray] = {}
        for name, da, source in (
            ("Wf", daf, xh),
            ("Wi", dai, xh),
            ("Wc", dac, xh),
            ("Wo", dao, xh),
            ("Wy", dy, h),
        ):
            gradients[name] = da @ source.T  # as the weights
            gradients[f"{name}_bias"] = da.sum(axis=1, keepdims=True)  # as the bias
        # --8<-- [end:backward-weights]
        return gradients | {"x": dx, "h_prev": dh_prev, "c_prev": dc_prev}
        # --8<-- [end:backward]

    def _check_trace(self, trace: StepTrace) -> StepTrace:
        """Return the trace of a step of a network of these sizes, or refuse it."""
        if not isinstance(trace, StepTrace):
            raise TypeError(f"trace must be a StepTrace, got {trace!r}")
        B = as_array("trace.x", trace.x, (self.input_size, "B"), self.dtype).shape[1]
        rows = {"x": self.input_size, "y": self.output_size}
        values = [
            as_array(f"trace.{name}", value, (rows.get(name, self.hidden_size), B), self.dtype)
            for name, value in trace._asdict().items()
        ]
        return StepTrace(*values)

    def _gradient(self, name: str, value: ArrayLike | None, shape: tuple[int, int]) -> FloatArray:
        """Return a gradient that the caller passed, or zeros where there is none."""
        return np.zeros(shape, self.dtype) if value is None else as_array(name, value, shape, self.dtype)
