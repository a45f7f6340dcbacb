"""The LSTM with one part changed: a gate or a squashing left out, gates coupled, peepholes added.

Each change is one of the variants that Greff et al. (2015) compared; "none" is the cell of
`lstm_tutorial.lstm`. The step and its backward pass are those of the cell, with a condition for each change.
They run by the plain loop of `lstm_tutorial.network`, not by the fast path.
"""

import numpy as np
from numpy.typing import DTypeLike

from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource
from lstm_tutorial.lstm import LSTM, StepTrace
from lstm_tutorial.network import weight_gradients
from lstm_tutorial.parameters import Weight
from lstm_tutorial.trace import Intervene, watch

CHANGES = {
    "none": "The LSTM as it is.",
    "no input gate": "i = 1: every candidate is added in full.",
    "no forget gate": "f = 1: nothing that was stored is ever scaled down (the cell of 1997).",
    "no output gate": "o = 1: the whole memory is shown at every step.",
    "no input activation": "c̃ = its pre-activation, without tanh.",
    "no output activation": "h = o ⊙ c, without tanh.",
    "coupled gates": "i = 1 − f: what is forgotten makes room for what is written, and nothing else does.",
    "peepholes": "The gates see the cell state: f and i the old one, o the new one.",
}
"""The changes that `Variant` knows, with what each means."""

MISSING = {
    "no input gate": {"Wi", "Wi_bias"},
    "no forget gate": {"Wf", "Wf_bias"},
    "no output gate": {"Wo", "Wo_bias"},
    "coupled gates": {"Wi", "Wi_bias"},
}
"""The weights that a change leaves out."""


class Variant(LSTM):
    r"""An LSTM with one part changed.

    Weights have the names, the shapes and the initial values of `lstm_tutorial.lstm.LSTM`: for one seed, all
    variants start from the same numbers. What a change leaves out is not among `parameters`. The other
    arguments are those of `LSTM`.

    Parameters
    ----------
    change : str
        One of `CHANGES`.

    References
    ----------
    Greff et al. (2015), the section on LSTM variants: NIG, NFG, NOG, NIAF, NOAF, CIFG and, here an addition
    and not a removal, peepholes (Gers & Schmidhuber 2000). CIFG couples as f = 1 - i; here i = 1 - f, which
    is the same family with the forget gate as the one that keeps its weights. Full gate recurrence is left
    out. In Gers' peepholes no error flows back from a gate to the cell state; here the gradient is complete.
    """

    pf = Weight("_p", 0)
    """Peephole weights of the forget gate, (H, 1)."""
    pi = Weight("_p", 1)
    """Peephole weights of the input gate, (H, 1)."""
    po = Weight("_p", 2)
    """Peephole weights of the output gate, (H, 1)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int | None,
        *,
        change: str = "none",
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
        forget_bias: float = 0.0,
    ) -> None:
        if change not in CHANGES:
            raise ValueError(f"change must be one of {', '.join(CHANGES)}, got {change!r}")
        super().__init__(input_size, hidden_size, output_size, rng=rng, dtype=dtype, forget_bias=forget_bias)
        self.change = change
        p = np.zeros((3, self.hidden_size, 1), self.dtype)  # (3, H, 1): at first no gate sees the cell state
        self._p = p if change == "peepholes" else None

    def parameters(self) -> dict[str, FloatArray]:
        """Return the weight arrays that this variant has, by name: the live arrays, not copies."""
        missing = MISSING.get(self.change, set())
        return {name: array for name, array in super().parameters().items() if name not in missing}

    def step(
        self, x: FloatArray, h_prev: FloatArray, c_prev: FloatArray, intervene: Intervene | None = None
    ) -> StepTrace:
        """Compute the equations of the LSTM with the change."""
        # --8<-- [start:step]
        change = self.change
        a_f, a_i, a_c, a_o = self.preactivations(x, h_prev)  # (H, B) each
        if change == "peepholes":
            a_f += self.pf * c_prev  # (H, B), f and i see the old c
            a_i += self.pi * c_prev  # (H, B)
        ones = np.ones_like(a_f)  # (H, B), a gate that is always open
        f = ones if change == "no forget gate" else sigmoid(a_f)  # (H, B)
        i = ones if change == "no input gate" else sigmoid(a_i)  # (H, B)
        if change == "coupled gates":
            i = 1.0 - f  # (H, B)
        c_tilde = tanh(a_c)  # (H, B)
        if change == "no input activation":
            c_tilde = a_c  # (H, B)
        watch(intervene, f=f, i=i, c_tilde=c_tilde)
        c = f * c_prev + i * c_tilde  # (H, B)
        watch(intervene, c=c)
        if change == "peepholes":
            a_o += self.po * c  # (H, B), o sees the new c
        o = ones if change == "no output gate" else sigmoid(a_o)  # (H, B)
        watch(intervene, o=o)
        h = o * (c if change == "no output activation" else tanh(c))  # (H, B)
        watch(intervene, h=h)
        return StepTrace(x, h_prev, c_prev, f, i, c_tilde, o, c, h)
        # --8<-- [end:step]

    # --8<-- [start:step-backward]
    def step_backward(self, step: StepTrace, dh: FloatArray, dc: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradients of `h` and `c` back through one step."""
        change = self.change
        x, h_prev, c_prev, f, i, c_tilde, o, c, _, _ = step
        shown = c if change == "no output activation" else tanh(c)  # (H, B), h = o * shown
        da_o = dh * shown * sigmoid_derivative(o)  # (H, B), zero where o is always 1
        dc = dc + dh * o * (1.0 if change == "no output activation" else tanh_derivative(shown))  # (H, B)
        if change == "peepholes":
            dc = dc + self.po * da_o  # (H, B), a third path into c
        df, di = dc * c_prev, dc * c_tilde  # (H, B) each
        if change == "coupled gates":
            df, di = df - di, np.zeros_like(di)  # (H, B) each, since i = 1 - f
        da_f, da_i = df * sigmoid_derivative(f), di * sigmoid_derivative(i)  # (H, B) each
        da_c = dc * i * (1.0 if change == "no input activation" else tanh_derivative(c_tilde))  # (H, B)
        dc_prev = dc * f  # (H, B)
        gradients: dict[str, FloatArray] = {}
        if change == "peepholes":
            dc_prev = dc_prev + self.pf * da_f + self.pi * da_i  # (H, B), through the gates that see c_prev
            for name, da, seen in (("pf", da_f, c_prev), ("pi", da_i, c_prev), ("po", da_o, c)):
                gradients[name] = (da * seen).sum(axis=1, keepdims=True)  # (H, 1)
        dxh = self.Wf.T @ da_f + self.Wi.T @ da_i + self.Wc.T @ da_c + self.Wo.T @ da_o  # (D+H, B)
        dx, dh_prev = np.split(dxh, [self.input_size])  # (D, B), (H, B)
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        gradients |= weight_gradients(xh, Wf=da_f, Wi=da_i, Wc=da_c, Wo=da_o)
        return gradients | {"x": dx, "h_prev": dh_prev, "c_prev": dc_prev, "c": dc}
        # --8<-- [end:step-backward]
