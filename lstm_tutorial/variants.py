"""The LSTM with one part changed: a gate left out, a squashing left out, gates coupled, peepholes added.

Each change is one of the variants that Greff et al. (2015) compared; "none" is the cell of
`lstm_tutorial.lstm`. `unroll` and `backpropagate` mean here what they mean in `lstm_tutorial.sequence`. The
code is the plain loop over the steps, so that one sees what a change does; it is not tuned for speed, and
there is no checkpointing.

Letters: T = time, D = input_size, H = hidden_size, O = output_size, B = batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, RandomSource, as_array, as_lengths, as_number, as_rng, as_size
from lstm_tutorial.parameters import Parameters, Weight, scaled_normal

# --8<-- [start:changes]
CHANGES = {
    "none": "The LSTM as it is.",
    "no input gate": "i = 1: every candidate is added in full.",
    "no forget gate": "f = 1: nothing that was stored is ever scaled down (the cell of 1997).",
    "no output gate": "o = 1: the whole memory is shown at every step.",
    "no input activation": "c̃ = its sum, without tanh.",
    "no output activation": "h = o ⊙ c, without tanh.",
    "coupled gates": "i = 1 − f: what is forgotten makes room for what is written, and nothing else does.",
    "peepholes": "The gates see the cell state: f and i the old one, o the new one.",
}
"""The changes that `Variant` knows, with what each means."""
# --8<-- [end:changes]

_WITHOUT = {  # the weights that a change does not have
    "no input gate": {"Wi", "Wi_bias"},
    "no forget gate": {"Wf", "Wf_bias"},
    "no output gate": {"Wo", "Wo_bias"},
    "coupled gates": {"Wi", "Wi_bias"},
}
_PEEPHOLES = {"pf", "pi", "po"}


class Variant(Parameters):
    r"""An LSTM with one part changed.

    Weights have the names, the shapes and the first values of `lstm_tutorial.lstm.LSTM`: for one seed, all
    variants start from the same numbers. What a change leaves out is not among `parameters`.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        D, H and O: the number of input features, of hidden units and of outputs.
    change : str
        One of `CHANGES`.
    rng : None, int or numpy.random.Generator
        Where the weights come from. The same seed gives the same weights; a generator is advanced.
    dtype : dtype_like
        ``float64`` or ``float32``; everything is stored and computed in it.
    forget_bias : float
        The first value of ``Wf_bias``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range; the message names it.

    References
    ----------
    Greff et al. (2015), section 3.3: variants NIG, NFG, NOG, NIAF, NOAF, CIFG and, here an addition and not a
    removal, peepholes (Gers & Schmidhuber 2000). CIFG couples as f = 1 - i; here i = 1 - f, which is the same
    family with the forget gate as the one that keeps its weights. Full gate recurrence is left out.
    """

    Wf = Weight("_W", 1)
    """Weights of the forget gate, (H, D+H)."""
    Wf_bias = Weight("_b", 1)
    """Bias of the forget gate, (H, 1)."""
    Wi = Weight("_W", 2)
    """Weights of the input gate, (H, D+H)."""
    Wi_bias = Weight("_b", 2)
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
    pf = Weight("_p", 1)
    """Peepholes of the forget gate, (H, 1)."""
    pi = Weight("_p", 2)
    """Peepholes of the input gate, (H, 1)."""
    po = Weight("_p", 0)
    """Peepholes of the output gate, (H, 1)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        change: str = "none",
        rng: RandomSource = None,
        dtype: DTypeLike = np.float64,
        forget_bias: float = 0.0,
    ) -> None:
        super().__init__(input_size, hidden_size, output_size, dtype)
        if change not in CHANGES:
            raise ValueError(f"change must be one of {', '.join(CHANGES)}, got {change!r}")
        self.change = change
        D, H, O = self.input_size, self.hidden_size, self.output_size
        forget_bias = as_number("forget_bias", forget_bias)
        rng = as_rng(rng)
        self._W = np.empty((4, H, D + H), self.dtype)  # (4, H, D+H) = [Wo, Wf, Wi, Wc]
        self._b = np.zeros((4, H, 1), self.dtype)  # (4, H, 1)
        self._Wy = np.empty((O, H), self.dtype)  # (O, H)
        self._by = np.zeros((O, 1), self.dtype)  # (O, 1)
        self._p = np.zeros((3, H, 1), self.dtype)  # (3, H, 1), peepholes start closed
        for name in ("Wf", "Wi", "Wc", "Wo"):
            setattr(self, name, scaled_normal(rng, H, D + H))  # (H, D+H)
        self.Wy = scaled_normal(rng, O, H)  # (O, H)
        self.Wf_bias = np.full((H, 1), forget_bias)  # (H, 1)

    def parameters(self) -> dict[str, FloatArray]:
        """Return the weight arrays that this variant has, by name: the live arrays, not copies."""
        missing = _WITHOUT.get(self.change, set()) | (set() if self.change == "peepholes" else _PEEPHOLES)
        return {name: array for name, array in super().parameters().items() if name not in missing}

    def initial_state(self, batch_size: int = 1) -> tuple[FloatArray, FloatArray]:
        """Return the states before the first step: ``(h, c)``, two arrays of zeros, (H, B) each."""
        shape = (self.hidden_size, as_size("batch_size", batch_size))
        return np.zeros(shape, self.dtype), np.zeros(shape, self.dtype)


class UnrolledVariant(NamedTuple):
    """The outputs, states and gates of a sequence, and what `backpropagate` needs to go back."""

    ys: FloatArray
    """Outputs, (T, O, B). Zero past a column's length."""
    hs: FloatArray
    """Hidden states, (T, H, B). Zero past a column's length."""
    h: FloatArray
    """Hidden state after each column's last true step, (H, B)."""
    c: FloatArray
    """Cell state after each column's last true step, (H, B)."""
    cache: VariantCache
    """For `backpropagate`."""


@dataclass(frozen=True)
class VariantCache:
    """What a forward pass leaves for the way back: the weights as they were, and every step's values."""

    change: str
    """What was changed."""
    W: FloatArray
    """Weights of the gates, (4, H, D+H)."""
    Wy: FloatArray
    """Weights of the read-out, (O, H)."""
    p: FloatArray
    """Peepholes, (3, H, 1)."""
    xh: FloatArray
    """What each step reads, ``[x; h_prev]``, (T+1, D+H, B); the last holds only the final `h`."""
    gates: FloatArray
    """Output, forget, input gate and candidate, (T, 4, H, B)."""
    cs: FloatArray
    """Cell states, (T+1, H, B), the initial one included."""
    shown: FloatArray
    """The cell state as the output gate receives it, squashed or not, (T, H, B)."""
    lengths: NDArray[np.intp]
    """True length of each column, (B,)."""


def unroll(
    variant: Variant,
    xs: ArrayLike,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
    *,
    lengths: ArrayLike | None = None,
) -> UnrolledVariant:
    """Run a variant along a batch of sequences.

    Parameters
    ----------
    variant : Variant
        The cell. Its weights are copied into the cache, so changing them later does not change the way back.
    xs : array_like, (T, D, B)
        Inputs: ``xs[t]`` is the input of step t, one column per sequence. T may be 0.
    h0, c0 : array_like, (H, B), optional
        States before the first step; zeros where none is given.
    lengths : array_like of int, (B,), optional
        True length of each column, as in `lstm_tutorial.sequence.unroll`.

    Returns
    -------
    UnrolledVariant
        ``ys``, ``hs``, ``h``, ``c`` and ``cache``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it.
    """
    if not isinstance(variant, Variant):
        raise TypeError(f"variant must be a Variant, got {type(variant).__name__}")
    D, H, dtype = variant.input_size, variant.hidden_size, variant.dtype
    xs = as_array("xs", xs, ("T", D, "B"), dtype)  # (T, D, B)
    T, _, B = xs.shape
    h0 = np.zeros((H, B), dtype) if h0 is None else as_array("h0", h0, (H, B), dtype)  # (H, B)
    c0 = np.zeros((H, B), dtype) if c0 is None else as_array("c0", c0, (H, B), dtype)  # (H, B)
    true_lengths = as_lengths(lengths, T, B)  # (B,)

    xh = np.empty((T + 1, D + H, B), dtype)  # (T+1, D+H, B)
    xh[:T, :D] = xs
    xh[0, D:] = h0
    gates = np.empty((T, 4, H, B), dtype)  # (T, 4, H, B)
    cs = np.empty((T + 1, H, B), dtype)  # (T+1, H, B)
    cs[0] = c0
    shown = np.empty((T, H, B), dtype)  # (T, H, B)
    for t in range(T):
        gates[t], cs[t + 1], shown[t] = _step(variant, xh[t], cs[t])
        np.multiply(gates[t, 0], shown[t], out=xh[t + 1, D:])  # h = o * shown
    hs = xh[1:, D:].copy()  # (T, H, B)
    columns = np.arange(B)  # (B,)
    h = xh[true_lengths, D:, columns].T.copy()  # (H, B)
    c = cs[true_lengths, :, columns].T.copy()  # (H, B)
    ys = variant.Wy @ hs + variant.Wy_bias  # (T, O, B)
    padding = np.arange(T)[:, None, None] >= true_lengths  # (T, 1, B)
    np.copyto(ys, 0, where=padding)
    np.copyto(hs, 0, where=padding)
    weights = variant._W.copy(), variant._Wy.copy(), variant._p.copy()
    cache = VariantCache(variant.change, *weights, xh, gates, cs, shown, true_lengths)
    return UnrolledVariant(ys, hs, h, c, cache)


# --8<-- [start:step]
def _step(
    variant: Variant,
    xh: FloatArray,
    c_prev: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Take one step: the gates and the candidate, the new c, and c as shown."""
    change = variant.change
    a = variant._W @ xh + variant._b  # (4, H, B), sums of o, f, i, c_tilde
    if change == "peepholes":
        a[1:3] += variant._p[1:3] * c_prev  # (2, H, B), f and i see the old c
    f, i = sigmoid(a[1:3])  # (H, B) each
    if change == "no forget gate":
        f = np.ones_like(f)  # (H, B)
    if change == "no input gate":
        i = np.ones_like(i)  # (H, B)
    if change == "coupled gates":
        i = 1.0 - f  # (H, B)
    c_tilde = a[3] if change == "no input activation" else tanh(a[3])  # (H, B)
    c = f * c_prev + i * c_tilde  # (H, B)
    if change == "peepholes":
        a[0] += variant.po * c  # (H, B), o sees the new c
    o = sigmoid(a[0])  # (H, B)
    if change == "no output gate":
        o = np.ones_like(o)  # (H, B)
    shown = c if change == "no output activation" else tanh(c)  # (H, B)
    return np.stack((o, f, i, c_tilde)), c, shown  # (4, H, B), (H, B) each
    # --8<-- [end:step]


def backpropagate(
    cache: VariantCache,
    *,
    dys: ArrayLike | None = None,
    dhs: ArrayLike | None = None,
    dh: ArrayLike | None = None,
    dc: ArrayLike | None = None,
) -> dict[str, FloatArray]:
    """Carry the gradient of a loss back through a sequence.

    Parameters
    ----------
    cache : VariantCache
        From `unroll`. It is not changed and can be used again.
    dys : array_like, (T, O, B), optional
        Gradient with respect to ``ys``. What stands past a column's length is ignored.
    dhs : array_like, (T, H, B), optional
        Gradient with respect to ``hs``. What stands past a column's length is ignored.
    dh, dc : array_like, (H, B), optional
        Gradients with respect to ``h`` and ``c``, the states after each column's last true step.

    Returns
    -------
    dict of str to numpy.ndarray
        Gradients with respect to the parameters that the variant has, by name, summed over steps and batch,
        and to ``xs`` (T, D, B), ``h0`` and ``c0`` (H, B).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape; the message names it.
    """
    if not isinstance(cache, VariantCache):
        raise TypeError(f"cache must be the cache of unroll, got {type(cache).__name__}")
    T, _, H, B = cache.gates.shape
    O, D, dtype = cache.Wy.shape[0], cache.xh.shape[1] - H, cache.W.dtype
    true = np.arange(T)[:, None, None] < cache.lengths  # (T, 1, B), steps that are no padding
    dys = np.zeros((T, O, B), dtype) if dys is None else as_array("dys", dys, (T, O, B), dtype) * true
    dhs = np.zeros((T, H, B), dtype) if dhs is None else as_array("dhs", dhs, (T, H, B), dtype) * true
    dh_last = np.zeros((H, B), dtype) if dh is None else as_array("dh", dh, (H, B), dtype)  # (H, B)
    dc_last = np.zeros((H, B), dtype) if dc is None else as_array("dc", dc, (H, B), dtype)  # (H, B)

    dh_loss = dhs + cache.Wy.T @ dys  # (T, H, B), what the loss itself says of each h
    da = np.empty_like(cache.gates)  # (T, 4, H, B)
    dxh = np.empty((T, D + H, B), dtype)  # (T, D+H, B)
    dh_next = np.zeros((H, B), dtype)  # (H, B), from the step after
    dc_next = np.zeros((H, B), dtype)  # (H, B)
    W = cache.W.reshape(4 * H, -1)  # (4H, D+H)
    for t in reversed(range(T)):
        ends = cache.lengths == t + 1  # (B,), columns whose last true step this is
        dh_t = dh_next + dh_loss[t] + dh_last * ends  # (H, B)
        da[t], dc_next = _step_back(cache, t, dh_t, dc_next + dc_last * ends)
        dxh[t] = W.T @ da[t].reshape(4 * H, B)  # (D+H, B)
        dh_next = dxh[t, D:]  # (H, B)
    empty = cache.lengths == 0  # (B,), columns whose last state is the initial one
    gradients = _weight_gradients(cache, da, dys, D)
    dh0, dc0 = dh_next + dh_last * empty, dc_next + dc_last * empty  # (H, B) each
    return gradients | {"xs": dxh[:, :D].copy(), "h0": dh0, "c0": dc0}


# --8<-- [start:step-back]
def _step_back(cache: VariantCache, t: int, dh: FloatArray, dc: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Go back through one step: the gradients of the four sums (4, H, B), and of the cell state before."""
    change = cache.change
    o, f, i, c_tilde = cache.gates[t]  # (H, B) each
    c_prev, shown = cache.cs[t], cache.shown[t]  # (H, B) each
    dao = dh * shown * sigmoid_derivative(o)  # (H, B), zero where o is always 1
    dc = dc + dh * o * (1.0 if change == "no output activation" else tanh_derivative(shown))  # (H, B)
    if change == "peepholes":
        dc = dc + cache.p[0] * dao  # (H, B), a third path into c
    df, di = dc * c_prev, dc * c_tilde  # (H, B) each
    if change == "coupled gates":
        df, di = df - di, np.zeros_like(di)  # (H, B) each, since i = 1 - f
    daf, dai = df * sigmoid_derivative(f), di * sigmoid_derivative(i)  # (H, B) each
    dac = dc * i * (1.0 if change == "no input activation" else tanh_derivative(c_tilde))  # (H, B)
    dc_prev = dc * f  # (H, B)
    if change == "peepholes":
        dc_prev = dc_prev + cache.p[1] * daf + cache.p[2] * dai  # (H, B), through the gates that look
    return np.stack((dao, daf, dai, dac)), dc_prev
    # --8<-- [end:step-back]


def _weight_gradients(cache: VariantCache, da: FloatArray, dys: FloatArray, D: int) -> dict[str, FloatArray]:
    """Sum the gradients of the weights over steps and batch, for those that the variant has."""
    dW = np.einsum("tghb,tkb->ghk", da, cache.xh[:-1], optimize=True)  # (4, H, D+H)
    db = da.sum(axis=(0, 3))[..., None]  # (4, H, 1)
    gradients = {}
    for name, gate in (("Wf", 1), ("Wi", 2), ("Wc", 3), ("Wo", 0)):
        gradients[name], gradients[f"{name}_bias"] = dW[gate].copy(), db[gate].copy()
    gradients["Wy"] = np.einsum("tob,thb->oh", dys, cache.xh[1:, D:], optimize=True)  # (O, H)
    gradients["Wy_bias"] = dys.sum(axis=(0, 2))[:, None]  # (O, 1)
    if cache.change == "peepholes":
        for name, gate, cs in (("pf", 1, cache.cs[:-1]), ("pi", 2, cache.cs[:-1]), ("po", 0, cache.cs[1:])):
            gradients[name] = (da[:, gate] * cs).sum(axis=(0, 2))[:, None]  # (H, 1)
    return {name: g for name, g in gradients.items() if name not in _WITHOUT.get(cache.change, set())}
