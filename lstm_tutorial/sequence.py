"""The LSTM over time: `unroll` runs the cell along a sequence, `backpropagate` carries gradients back.

The equations are those of `lstm_tutorial.cell`, step after step, with the same weights. Only the bookkeeping
differs, so that NumPy spends its time in matrix products. Each trick is one piece, with its reason:

1. *One product a step.* Weights and bias act on ``z = [x; h_prev; 1]``; `h` is written into the next ``z``.
2. *One tanh for four gates.* sigmoid(a) = (1 + tanh(a/2)) / 2, so the sigmoids' weights are halved once.
3. *Planes.* Each gate of a step is a contiguous block, and so are the three gates that share a factor.
4. *Slopes ahead of time.* All that does not depend on the incoming gradient is computed for a block of steps
   that fits in the processor's cache; the loop backward is then seven calls.
5. *Weight gradients at the end.* A sum over steps of products is one product of longer matrices.
6. *Checkpoints.* Keep the states of every k-th step and run the steps between again when they are needed.

Letters: T = time, D = input_size, H = hidden_size, O = output_size, B = batch. Sequences stack steps in
front, so that ``xs[t]`` is the `x` of one step. There is no training here: see `lstm_tutorial.train`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.cell import LSTM
from lstm_tutorial.checks import FloatArray, as_array, as_lengths, as_size

BLOCK_BYTES = 2**19
"""How much memory a block of slopes may take: about a quarter of a core's second-level cache."""


class Unrolled(NamedTuple):
    """The outputs and states of a sequence, and what `backpropagate` needs to go back."""

    ys: FloatArray
    """Outputs, (T, O, B). Zero past a column's length."""
    hs: FloatArray
    """Hidden states, (T, H, B). Zero past a column's length."""
    h: FloatArray
    """Hidden state after each column's last true step, (H, B)."""
    c: FloatArray
    """Cell state after each column's last true step, (H, B)."""
    cache: Cache | None
    """For `backpropagate`; None where it was not kept."""


class Segment(NamedTuple):
    """Every value of some consecutive steps that the way back needs. K is their number."""

    z: FloatArray
    """What each step reads, ``[x; h_prev; 1]``, (K+1, D+H+1, B); the last holds only the final `h`."""
    gates: FloatArray
    """Output, forget, input gate and candidate, (K, 4, H, B)."""
    c: FloatArray
    """Cell states, (K+1, H, B), the one before the first step included."""
    tanh_c: FloatArray
    """Their tanh after each step, (K, H, B)."""

    def first(self, steps: int) -> Segment:
        """Return the part that belongs to the first `steps` steps; views, not copies."""
        return Segment(self.z[: steps + 1], self.gates[:steps], self.c[: steps + 1], self.tanh_c[:steps])


@dataclass(frozen=True)
class Cache:
    """What a forward pass leaves for the way back: the weights as they were, and values or checkpoints."""

    W: FloatArray
    """Weights and biases of the gates, (4, H, D+H+1)."""
    Wy: FloatArray
    """Weights of the read-out, (O, H)."""
    lengths: NDArray[np.intp]
    """True length of each column, (B,)."""
    spans: list[tuple[int, int]]
    """First step and end of every segment."""
    starts: list[tuple[FloatArray, FloatArray]]
    """`h` and `c` before every segment, (H, B) each."""
    segment: Segment | None
    """The values of all steps, or None where they are computed again from `starts` and `xs`."""
    xs: FloatArray
    """The inputs, (T, D, B): with `segment` a view into it, otherwise the caller's own array."""


def unroll(
    lstm: LSTM,
    xs: ArrayLike,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
    *,
    lengths: ArrayLike | None = None,
    checkpoint_every: int | None = None,
    keep_cache: bool = True,
) -> Unrolled:
    """Run an LSTM along a batch of sequences.

    Parameters
    ----------
    lstm : LSTM
        The cell. Its weights are copied into the cache, so changing them later does not change the way back.
    xs : array_like, (T, D, B)
        Inputs: ``xs[t]`` is the input of step t, one column per sequence. T may be 0.
    h0, c0 : array_like, (H, B), optional
        States before the first step; zeros where none is given.
    lengths : array_like of int, (B,), optional
        True length of each column. Outputs past it are zero, and `h` and `c` are those of its last true
        step; a column of length zero returns its initial state. What stands in `xs` past the length has no
        influence.
    checkpoint_every : int, optional
        Keep only the states of every so many steps and compute the rest again on the way back. The cache
        then refers to `xs` itself instead of copying it: leave `xs` as it is until after `backpropagate`.
    keep_cache : bool
        False saves the memory of the cache where no gradient is needed.

    Returns
    -------
    Unrolled
        ``ys``, ``hs``, ``h``, ``c`` and ``cache``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it.
    """
    if not isinstance(lstm, LSTM):
        raise TypeError(f"lstm must be an LSTM, got {type(lstm).__name__}")
    D, H, O, dtype = lstm.input_size, lstm.hidden_size, lstm.output_size, lstm.dtype
    xs = as_array("xs", xs, ("T", D, "B"), dtype)  # (T, D, B)
    T, _, B = xs.shape
    h = np.zeros((H, B), dtype) if h0 is None else as_array("h0", h0, (H, B), dtype).copy()  # (H, B)
    c = np.zeros((H, B), dtype) if c0 is None else as_array("c0", c0, (H, B), dtype).copy()  # (H, B)
    true_lengths = as_lengths(lengths, T, B)
    every = T if checkpoint_every is None else min(as_size("checkpoint_every", checkpoint_every), T)

    W = np.concatenate((lstm._W, lstm._b), axis=2)  # (4, H, D+H+1)
    segment = _empty_segment(every, D, H, B, dtype)
    ys = np.empty((T, O, B), dtype)  # (T, O, B)
    hs = np.empty((T, H, B), dtype)  # (T, H, B)
    spans = [(start, min(start + every, T)) for start in range(0, T, every or 1)]
    starts = []
    h_last, c_last = h.copy(), c.copy()  # (H, B) each
    for start, stop in spans:
        starts.append((h, c))
        steps = segment.first(stop - start)
        _run(W, steps, xs[start:stop], h, c)
        hs[start:stop] = steps.z[1:, D : D + H]
        h, c = hs[stop - 1].copy(), steps.c[-1].copy()
        ends = np.flatnonzero((true_lengths > start) & (true_lengths <= stop))  # columns that end here
        h_last[:, ends] = steps.z[true_lengths[ends] - start, D : D + H, ends].T
        c_last[:, ends] = steps.c[true_lengths[ends] - start, :, ends].T
    np.matmul(lstm.Wy, hs, out=ys)
    ys += lstm.Wy_bias
    if lengths is not None:
        padding = np.arange(T)[:, None, None] >= true_lengths  # (T, 1, B)
        np.copyto(ys, 0, where=padding)
        np.copyto(hs, 0, where=padding)
    if not keep_cache:
        return Unrolled(ys, hs, h_last, c_last, None)
    kept = segment if checkpoint_every is None else None
    inputs = xs if kept is None else segment.z[:T, :D]
    cache = Cache(W, lstm.Wy.copy(), true_lengths, spans, starts, kept, inputs)
    return Unrolled(ys, hs, h_last, c_last, cache)


def _empty_segment(steps: int, D: int, H: int, B: int, dtype: np.dtype[Any]) -> Segment:
    """Make room for the values of so many steps."""
    z = np.empty((steps + 1, D + H + 1, B), dtype)  # (K+1, D+H+1, B)
    z[:, D + H] = 1  # the bias reads a constant
    return Segment(
        z,
        np.empty((steps, 4, H, B), dtype),  # (K, 4, H, B)
        np.empty((steps + 1, H, B), dtype),  # (K+1, H, B)
        np.empty((steps, H, B), dtype),  # (K, H, B)
    )


# --8<-- [start:run]
def _run(W: FloatArray, steps: Segment, xs: FloatArray, h: FloatArray, c: FloatArray) -> None:
    """Run the cell over the steps of one segment and write every value into it."""
    K, _, H, B = steps.gates.shape
    D = xs.shape[1]
    steps.z[:K, :D] = xs
    steps.z[0, D : D + H] = h
    steps.c[0] = c
    W = W.copy()
    W[:3] *= 0.5  # sigmoid(a) = (1 + tanh(a/2)) / 2
    W = W.reshape(4 * H, -1)  # (4H, D+H+1)
    half = np.asarray(0.5, W.dtype)  # (), an array: quicker than a Python number
    added = np.empty((H, B), W.dtype)  # (H, B)
    gates = steps.gates
    for z, a, sigmoids, o, f, i, c_tilde, c_prev, c, tanh_c, h in zip(
        steps.z[:K],  # (D+H+1, B)
        gates.reshape(K, 4 * H, B),  # (4H, B)
        gates[:, :3],  # (3, H, B)
        *gates.swapaxes(0, 1),  # (H, B) each
        steps.c[:K],  # (H, B)
        steps.c[1:],  # (H, B)
        steps.tanh_c,  # (H, B)
        steps.z[1:, D : D + H],  # (H, B), what the next step reads
        strict=True,
    ):
        W.dot(z, a)  # (4H, B), the sums of all four gates
        np.tanh(a, a)
        np.multiply(sigmoids, half, sigmoids)
        np.add(sigmoids, half, sigmoids)
        np.multiply(f, c_prev, c)  # c = f * c_prev + i * c_tilde
        np.multiply(i, c_tilde, added)
        np.add(c, added, c)
        np.tanh(c, tanh_c)
        np.multiply(o, tanh_c, h)  # h = o * tanh(c)
        # --8<-- [end:run]


def backpropagate(
    cache: Cache | None,
    *,
    dys: ArrayLike | None = None,
    dhs: ArrayLike | None = None,
    dh: ArrayLike | None = None,
    dc: ArrayLike | None = None,
) -> dict[str, FloatArray]:
    """Carry the gradient of a loss back through a sequence.

    The loss may use any of the results of `unroll`, each as a result of its own; the gradient of one that
    it does not use is left out.

    Parameters
    ----------
    cache : Cache
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
        Gradients with respect to the ten parameters by name, summed over steps and batch, and to ``xs``
        (T, D, B), ``h0`` and ``c0`` (H, B).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape; the message names it.
    """
    if not isinstance(cache, Cache):
        raise TypeError(f"cache must be the cache of unroll, got {type(cache).__name__}")
    O, H = cache.Wy.shape
    T, D, B = cache.xs.shape
    dtype = cache.W.dtype
    dys = None if dys is None else as_array("dys", dys, (T, O, B), dtype)  # (T, O, B)
    dhs = None if dhs is None else as_array("dhs", dhs, (T, H, B), dtype)  # (T, H, B)
    dh_last = np.zeros((H, B), dtype) if dh is None else as_array("dh", dh, (H, B), dtype)  # (H, B)
    dc_last = np.zeros((H, B), dtype) if dc is None else as_array("dc", dc, (H, B), dtype)  # (H, B)

    dW = np.zeros((4, H, D + H + 1), dtype)  # (4, H, D+H+1)
    dWy = np.zeros((O, H), dtype)  # (O, H)
    dWy_bias = np.zeros((O, 1), dtype)  # (O, 1)
    dxs = np.empty((T, D, B), dtype)  # (T, D, B)
    dh_next = np.zeros((H, B), dtype)  # (H, B), from the step after
    dc = np.zeros((H, B), dtype)  # (H, B)
    for start, stop, steps in _blocks(cache):
        masked_dys, dh_loss = _loss_gradients(cache, start, stop, dys, dhs, dh_last)
        dh_next, dz, da = _run_back(cache, start, steps, dh_loss, dh_next, dc, dc_last)
        dxs[start:stop] = dz[:, :D]
        dW += _sum_of_products(da.reshape(stop - start, 4 * H, B), steps.z[:-1]).reshape(dW.shape)
        if masked_dys is not None:
            dWy += _sum_of_products(masked_dys, steps.z[1:, D : D + H])
            dWy_bias += masked_dys.sum(axis=(0, 2))[:, None]
    empty = cache.lengths == 0  # columns whose last state is the initial one
    dh_next[:, empty] += dh_last[:, empty]
    dc[:, empty] += dc_last[:, empty]
    return _named(dW, D + H) | {"Wy": dWy, "Wy_bias": dWy_bias, "xs": dxs, "h0": dh_next, "c0": dc}


def _blocks(cache: Cache) -> Iterator[tuple[int, int, Segment]]:
    """Go through the sequence from its end, in blocks of steps whose slopes fit in the cache."""
    _, H, _ = cache.W.shape
    _, D, B = cache.xs.shape
    size = max(1, BLOCK_BYTES // max(1, 5 * H * B * cache.W.dtype.itemsize))
    scratch = None
    for (start, stop), (h, c) in zip(reversed(cache.spans), reversed(cache.starts), strict=True):
        if cache.segment is not None:
            steps = cache.segment
        else:
            scratch = scratch or _empty_segment(cache.spans[0][1], D, H, B, cache.W.dtype)
            steps = scratch.first(stop - start)
            _run(cache.W, steps, cache.xs[start:stop], h, c)
        for end in range(stop - start, 0, -size):
            begin = max(0, end - size)
            z, gates, cs, tanh_c = steps.first(end)
            yield start + begin, start + end, Segment(z[begin:], gates[begin:], cs[begin:], tanh_c[begin:])


def _loss_gradients(
    cache: Cache,
    start: int,
    stop: int,
    dys: FloatArray | None,
    dhs: FloatArray | None,
    dh_last: FloatArray,
) -> tuple[FloatArray | None, FloatArray]:
    """Gather what the loss itself says of each step's `y` and `h`, without padding and with final states."""
    H, B = dh_last.shape
    lengths = cache.lengths
    true = np.arange(start, stop)[:, None, None] < lengths  # (K, 1, B), steps that are no padding
    dh_loss = np.zeros((stop - start, H, B), dh_last.dtype)  # (K, H, B)
    if dys is not None:
        dys = np.where(true, dys[start:stop], 0)  # (K, O, B)
        np.matmul(cache.Wy.T, dys, out=dh_loss)
    if dhs is not None:
        np.add(dh_loss, dhs[start:stop], dh_loss, where=true)
    ends = np.flatnonzero((lengths > start) & (lengths <= stop))
    dh_loss[lengths[ends] - 1 - start, :, ends] += dh_last[:, ends].T
    return dys, dh_loss


def _slopes(steps: Segment, local: FloatArray, through_h: FloatArray) -> None:
    """Compute how each gate's sum acts on `c` or `h`, and `h` on `c`, for all steps of a block at once."""
    o, _, i, c_tilde = steps.gates.swapaxes(0, 1)  # (K, H, B) each
    sigmoids = steps.gates[:, :3]  # (K, 3, H, B)
    np.subtract(1, sigmoids, local[:, :3])
    local[:, :3] *= sigmoids  # sigmoid' = s (1 - s)
    local[:, 0] *= steps.tanh_c  # h = o * tanh(c)
    local[:, 1] *= steps.c[:-1]  # c = f * c_prev + ...
    local[:, 2] *= c_tilde  # ... + i * c_tilde
    np.multiply(c_tilde, c_tilde, local[:, 3])
    np.subtract(1, local[:, 3], local[:, 3])  # tanh' = 1 - t^2
    local[:, 3] *= i
    np.multiply(steps.tanh_c, steps.tanh_c, through_h)
    np.subtract(1, through_h, through_h)
    through_h *= o  # dh/dc = o * tanh'(c)


# --8<-- [start:run-back]
def _run_back(
    cache: Cache,
    start: int,
    steps: Segment,
    dh_loss: FloatArray,
    dh_next: FloatArray,
    dc: FloatArray,
    dc_last: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Go back through the steps of one block; `dc` is carried on in place."""
    K, _, H, B = steps.gates.shape
    local = np.empty_like(steps.gates)  # (K, 4, H, B), what the gates' sums do, but for dh and dc
    through_h = np.empty_like(steps.tanh_c)  # (K, H, B)
    _slopes(steps, local, through_h)
    W = cache.W[:, :, :-1].reshape(4 * H, -1)  # (4H, D+H), the bias leads nowhere
    da = np.empty_like(steps.gates)  # (K, 4, H, B)
    dz = np.empty((K, W.shape[1], B), W.dtype)  # (K, D+H, B)
    dh = np.empty((H, B), W.dtype)  # (H, B)
    through = np.empty((H, B), W.dtype)  # (H, B)
    last_steps = set((cache.lengths - 1 - start).tolist())
    for k in range(K - 1, -1, -1):
        if k in last_steps:  # here some columns end: the gradient of their final c comes in
            dc += np.where(cache.lengths == start + k + 1, dc_last, 0)
        np.add(dh_loss[k], dh_next, dh)
        np.multiply(dh, through_h[k], through)
        np.add(dc, through, dc)  # both paths into c
        np.multiply(dh, local[k, 0], da[k, 0])
        np.multiply(dc, local[k, 1:], da[k, 1:])
        np.multiply(dc, steps.gates[k, 1], dc)  # on to c_prev, through the forget gate
        W.T.dot(da[k].reshape(4 * H, B), dz[k])
        dh_next = dz[k, -H:]
        # --8<-- [end:run-back]
    return dh_next.copy(), dz, da


def _sum_of_products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Sum ``a[t] @ b[t].T`` over all steps, as one product of matrices with a column per step and example."""
    rows = a.swapaxes(0, 1).reshape(a.shape[1], -1)  # (rows of a, T*B)
    columns = b.swapaxes(0, 1).reshape(b.shape[1], -1)  # (rows of b, T*B)
    return rows @ columns.T


def _named(dW: FloatArray, columns: int) -> dict[str, FloatArray]:
    """Give the gates' gradients the names of the parameters, in their order."""
    gradients = {}
    for name, gate in (("Wf", 1), ("Wi", 2), ("Wc", 3), ("Wo", 0)):
        gradients[name] = dW[gate, :, :columns].copy()  # (H, D+H)
        gradients[f"{name}_bias"] = dW[gate, :, columns:].copy()  # (H, 1)
    return gradients
