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

BLOCK_BYTES = 2**20
"""How much memory a block of steps may take: half of a processor core's second-level cache."""
BLOCK_STEPS = 8
"""How many steps a block has at least: fewer make the product for the weights' gradient too short."""


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
    planes: FloatArray
    """Output, input and forget gate, candidate and `c_prev`, (K+1, 5, H, B); the last only the final `c`."""
    tanh_c: FloatArray
    """The tanh of the cell state after each step, (K, H, B)."""

    def steps(self, start: int, stop: int) -> Segment:
        """Return the part that belongs to the steps from `start` to before `stop`: views, not copies."""
        return Segment(self.z[start : stop + 1], self.planes[start : stop + 1], self.tanh_c[start:stop])


@dataclass(frozen=True)
class Cache:
    """What a forward pass leaves for the way back: the weights as they were, and values or checkpoints."""

    W: FloatArray
    """Weights of the gates, one below the other, (4H, D+H)."""
    W_half: FloatArray
    """The same with the biases as a last column and the sigmoids' rows halved, (4H, D+H+1)."""
    Wy: FloatArray
    """Weights of the read-out, (O, H)."""
    lengths: NDArray[np.intp]
    """True length of each column, (B,)."""
    spans: list[tuple[int, int]]
    """First step and end of every span of steps that was run at once."""
    values: Segment | None
    """The values of all steps, or None where they are computed again from `starts` and `xs`."""
    starts: list[tuple[FloatArray, FloatArray]]
    """`h` and `c` before every span, (H, B) each."""
    xs: FloatArray
    """The inputs, (T, D, B): with `values` a view into them, otherwise the caller's own array."""


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
    h = np.zeros((H, B), dtype) if h0 is None else as_array("h0", h0, (H, B), dtype)  # (H, B)
    c = np.zeros((H, B), dtype) if c0 is None else as_array("c0", c0, (H, B), dtype)  # (H, B)
    true_lengths = as_lengths(lengths, T, B)
    keep_values = keep_cache and checkpoint_every is None
    every = _block_size(H, B, dtype)
    if checkpoint_every is not None:
        every = as_size("checkpoint_every", checkpoint_every)
    elif not keep_cache:
        every = min(every, 4 * BLOCK_STEPS)  # short spans, since their room is used again and again
    spans = [(start, min(start + every, T)) for start in range(0, T, every)]

    W_half = _halved(lstm)  # (4H, D+H+1)
    values = _empty_segment(T if keep_values else min(every, T), D, H, B, dtype)
    ys = np.empty((T, O, B), dtype)  # (T, O, B)
    hs = np.empty((T, H, B), dtype)  # (T, H, B)
    h_last, c_last = h.copy(), c.copy()  # (H, B) each
    starts = []
    views = [] if keep_values else _views(values)
    for start, stop in spans:
        starts.append((h, c))
        steps = values.steps(start, stop) if keep_values else values.steps(0, stop - start)
        _run(W_half, steps, views or _views(steps), xs[start:stop], h, c)
        hs[start:stop] = steps.z[1:, D : D + H]
        np.matmul(lstm.Wy, hs[start:stop], ys[start:stop])
        h, c = hs[stop - 1].copy(), steps.planes[-1, 4].copy()
        if lengths is not None:
            columns, ends = _columns_that_end(true_lengths, start, stop)
            h_last[:, columns] = steps.z[ends, D : D + H, columns].T
            c_last[:, columns] = steps.planes[ends, 4, :, columns].T
    ys += lstm.Wy_bias
    if lengths is None:
        h_last, c_last = h.copy(), c.copy()  # (H, B) each
    else:
        padding = np.arange(T)[:, None, None] >= true_lengths  # (T, 1, B)
        np.copyto(ys, 0, where=padding)
        np.copyto(hs, 0, where=padding)
    if not keep_cache:
        return Unrolled(ys, hs, h_last, c_last, None)
    W = lstm._W.reshape(4 * H, D + H).copy()  # (4H, D+H)
    inputs = values.z[:T, :D] if keep_values else xs
    kept = values if keep_values else None
    cache = Cache(W, W_half, lstm.Wy.copy(), true_lengths, spans, kept, starts, inputs)
    return Unrolled(ys, hs, h_last, c_last, cache)


def _halved(lstm: LSTM) -> FloatArray:
    """Put weights and biases side by side, the sigmoids' rows halved: sigmoid(a) = (1 + tanh(a/2)) / 2."""
    W_half = np.concatenate((lstm._W, lstm._b), axis=2)  # (4, H, D+H+1)
    W_half[:3] *= 0.5
    return W_half.reshape(4 * lstm.hidden_size, -1)  # (4H, D+H+1)


def _block_size(H: int, B: int, dtype: np.dtype[Any]) -> int:
    """Say for how many steps the values fit into a block."""
    return max(BLOCK_STEPS, BLOCK_BYTES // max(1, 10 * H * B * dtype.itemsize))


def _columns_that_end(
    lengths: NDArray[np.intp], start: int, stop: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the columns whose last true step lies in a span, and how many steps of the span are theirs."""
    columns = np.flatnonzero((lengths > start) & (lengths <= stop))  # (N,)
    return columns, lengths[columns] - start


def _empty_segment(steps: int, D: int, H: int, B: int, dtype: np.dtype[Any]) -> Segment:
    """Make room for the values of so many steps."""
    z = np.empty((steps + 1, D + H + 1, B), dtype)  # (K+1, D+H+1, B)
    z[:, D + H] = 1  # what the bias is multiplied with
    planes = np.empty((steps + 1, 5, H, B), dtype)  # (K+1, 5, H, B)
    return Segment(z, planes, np.empty((steps, H, B), dtype))


def _views(steps: Segment) -> list[tuple[FloatArray, ...]]:
    """List what `_run` reads and writes at each step; making these views costs as much as three calls."""
    z, planes, tanh_c = steps
    K, H, B = tanh_c.shape
    return list(
        zip(
            z[:K],  # (D+H+1, B)
            planes[:K].reshape(K, 5 * H, B)[:, : 4 * H],  # (4H, B), the sums, then the gates
            planes[:K, :3],  # (3, H, B), the sigmoids
            planes[:K, 0],  # (H, B), o
            planes[:K, 1:3],  # (2, H, B), i and f
            planes[:K, 3:],  # (2, H, B), c_tilde and c_prev
            planes[1:, 4],  # (H, B), c: the next step's c_prev
            tanh_c,  # (H, B)
            z[1:, -1 - H : -1],  # (H, B), h: the next step's h_prev
            strict=True,
        )
    )


# --8<-- [start:run]
def _run(
    W_half: FloatArray,
    steps: Segment,
    views: list[tuple[FloatArray, ...]],
    xs: FloatArray,
    h: FloatArray,
    c: FloatArray,
) -> None:
    """Run the cell over consecutive steps and write every value into their segment."""
    K, D, _ = xs.shape
    H, B = h.shape
    steps.z[:K, :D] = xs
    steps.z[0, D : D + H] = h
    steps.planes[0, 4] = c
    half = np.asarray(0.5, W_half.dtype)  # (), an array: quicker than a Python number
    products = np.empty((2, H, B), W_half.dtype)  # (2, H, B)
    added, kept = products  # (H, B) each
    add, multiply, tanh = np.add, np.multiply, np.tanh  # looked up once
    for z, a, sigmoids, o, i_and_f, c_tilde_and_c_prev, c, tanh_c, h in views[:K]:
        W_half.dot(z, a)  # the sums of all four gates
        tanh(a, a)
        multiply(sigmoids, half, sigmoids)
        add(sigmoids, half, sigmoids)
        multiply(i_and_f, c_tilde_and_c_prev, products)
        add(added, kept, c)  # c = i * c_tilde + f * c_prev
        tanh(c, tanh_c)
        multiply(o, tanh_c, h)  # h = o * tanh(c)
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
    true = np.arange(T)[:, None, None] < cache.lengths  # (T, 1, B), steps that are no padding
    dys = None if dys is None else _masked(as_array("dys", dys, (T, O, B), dtype), true)  # (T, O, B)
    dhs = None if dhs is None else _masked(as_array("dhs", dhs, (T, H, B), dtype), true)  # (T, H, B)
    dh_last = np.zeros((H, B), dtype) if dh is None else as_array("dh", dh, (H, B), dtype)  # (H, B)
    dc_last = np.zeros((H, B), dtype) if dc is None else as_array("dc", dc, (H, B), dtype)  # (H, B)

    dW = np.zeros((4 * H, D + H + 1), dtype)  # (4H, D+H+1)
    dWy = np.zeros((O, H), dtype)  # (O, H)
    dWy_bias = np.zeros((O, 1), dtype)  # (O, 1)
    dxs = np.empty((T, D, B), dtype)  # (T, D, B)
    dh_next = np.zeros((H, B), dtype)  # (H, B), carried from the step after
    dc = np.zeros((H, B), dtype)  # (H, B), carried from the step after
    W_T = np.ascontiguousarray(cache.W.T)  # (D+H, 4H), turned once: products with it are quicker so
    room = _Room.empty(cache)
    for start, stop, steps in _blocks(cache):
        dh_loss, da, dz = room.dh_loss[: stop - start], room.da[: stop - start], room.dz[: stop - start]
        _gather(cache, start, dh_loss, dys, dhs, dh_last)
        _slopes(steps, room)
        _run_back(W_T, cache.lengths, start, steps, room, dh_next, dc, dc_last)
        dxs[start:stop] = dz[:, :D]
        dW += _sum_of_products(da.reshape(stop - start, 4 * H, B), steps.z[:-1])
        if dys is not None:
            dWy += _sum_of_products(dys[start:stop], steps.z[1:, D : D + H])
            dWy_bias += dys[start:stop].sum(axis=(0, 2))[:, None]
    empty = cache.lengths == 0  # columns whose last state is the initial one
    dh_next[:, empty] += dh_last[:, empty]
    dc[:, empty] += dc_last[:, empty]
    dW = dW.reshape(4, H, D + H + 1)  # (4, H, D+H+1)
    return _named(dW) | {"Wy": dWy, "Wy_bias": dWy_bias, "xs": dxs, "h0": dh_next, "c0": dc}


def _masked(gradients: FloatArray, true: NDArray[np.bool_]) -> FloatArray:
    """Set to zero what stands in the padding."""
    return gradients if true.all() else np.where(true, gradients, 0)


def _blocks(cache: Cache) -> Iterator[tuple[int, int, Segment]]:
    """Go through the sequence from its end, in blocks; run the steps again where they were not kept."""
    _, D, B = cache.xs.shape
    H = cache.Wy.shape[1]
    size = _block_size(H, B, cache.W.dtype)
    scratch = None
    for (first, last), (h, c) in zip(reversed(cache.spans), reversed(cache.starts), strict=True):
        if cache.values is not None:
            steps = cache.values.steps(first, last)
        else:
            if scratch is None:
                scratch = _empty_segment(cache.spans[0][1], D, H, B, cache.W.dtype)
                views = _views(scratch)
            steps = scratch  # its first steps, where the span is shorter
            _run(cache.W_half, steps, views, cache.xs[first:last], h, c)
        for stop in range(last, first, -size):
            start = max(first, stop - size)
            yield start, stop, steps.steps(start - first, stop - first)


class _Room(NamedTuple):
    """Arrays that every block of the way back uses again. K is the number of steps in a block."""

    dh_loss: FloatArray
    """What the loss says of each step's `h`, (K, H, B)."""
    through_h: FloatArray
    """The slope from `c` to `h`, (K, H, B)."""
    local: FloatArray
    """The slopes from the four sums to `h` (the first) or to `c` (the others), (K, 4, H, B)."""
    da: FloatArray
    """The gradients of the four sums, (K, 4, H, B)."""
    dz: FloatArray
    """The gradients of ``[x; h_prev]``, (K, D+H, B)."""

    @staticmethod
    def empty(cache: Cache) -> _Room:
        """Make room for the longest block of a cache."""
        T, D, B = cache.xs.shape
        H, dtype = cache.Wy.shape[1], cache.W.dtype
        K = min(_block_size(H, B, dtype), T)
        shapes = ((K, H, B), (K, H, B), (K, 4, H, B), (K, 4, H, B), (K, D + H, B))
        return _Room(*(np.empty(shape, dtype) for shape in shapes))


def _gather(
    cache: Cache,
    start: int,
    dh_loss: FloatArray,
    dys: FloatArray | None,
    dhs: FloatArray | None,
    dh_last: FloatArray,
) -> None:
    """Write what the loss itself says of each step's `h`: through `y`, by itself, or as a column's last."""
    stop = start + len(dh_loss)
    if dys is not None:
        np.matmul(cache.Wy.T, dys[start:stop], dh_loss)
        if dhs is not None:
            dh_loss += dhs[start:stop]
    else:
        dh_loss[...] = 0 if dhs is None else dhs[start:stop]
    columns, ends = _columns_that_end(cache.lengths, start, stop)
    dh_loss[ends - 1, :, columns] += dh_last[:, columns].T


# --8<-- [start:slopes]
def _slopes(steps: Segment, room: _Room) -> None:
    """Compute all that the incoming gradient has no part in, for a whole block."""
    tanh_c = steps.tanh_c  # (K, H, B)
    K = len(tanh_c)
    local, through_h = room.local[:K], room.through_h[:K]  # (K, 4, H, B), (K, H, B)
    o, i, _, c_tilde, c_prev = steps.planes[:-1].swapaxes(0, 1)  # (K, H, B) each
    sigmoids = steps.planes[:-1, :3]  # (K, 3, H, B)
    np.subtract(1, sigmoids, local[:, :3])
    local[:, :3] *= sigmoids  # sigmoid' = s (1 - s)
    local[:, 0] *= tanh_c  # h = o * tanh(c)
    local[:, 1] *= c_tilde  # c = i * c_tilde ...
    local[:, 2] *= c_prev  # ... + f * c_prev
    np.multiply(c_tilde, c_tilde, local[:, 3])
    np.subtract(1, local[:, 3], local[:, 3])  # tanh' = 1 - t^2
    local[:, 3] *= i
    np.multiply(tanh_c, tanh_c, through_h)
    np.subtract(1, through_h, through_h)
    through_h *= o  # h = o * tanh(c)
    # --8<-- [end:slopes]


# --8<-- [start:run-back]
def _run_back(
    W_T: FloatArray,
    lengths: NDArray[np.intp],
    start: int,
    steps: Segment,
    room: _Room,
    dh_next: FloatArray,
    dc: FloatArray,
    dc_last: FloatArray,
) -> None:
    """Go back through one block; `dh_next` and `dc` are carried on in place."""
    K, H, B = steps.tanh_c.shape
    dh, through = np.empty((2, H, B), W_T.dtype)  # (H, B) each
    dh_carried = dh_next  # (H, B)
    ends = set((lengths - 1).tolist())
    add, multiply = np.add, np.multiply  # looked up once
    for t, dh_loss, through_h, local_o, local_c, f, da, da_o, da_c, dz in zip(
        range(start + K - 1, start - 1, -1),
        room.dh_loss[:K][::-1],  # (H, B)
        room.through_h[:K][::-1],  # (H, B)
        room.local[:K, 0][::-1],  # (H, B)
        room.local[:K, 1:][::-1],  # (3, H, B)
        steps.planes[:K, 2][::-1],  # (H, B)
        room.da[:K].reshape(K, 4 * H, B)[::-1],  # (4H, B)
        room.da[:K, 0][::-1],  # (H, B)
        room.da[:K, 1:][::-1],  # (3, H, B)
        room.dz[:K][::-1],  # (D+H, B)
        strict=True,
    ):
        if t in ends:  # here some columns end: the gradient of their final c comes in
            dc += np.where(lengths == t + 1, dc_last, 0)
        add(dh_loss, dh_carried, dh)
        multiply(dh, through_h, through)
        add(dc, through, dc)  # both paths into c
        multiply(dh, local_o, da_o)
        multiply(dc, local_c, da_c)
        multiply(dc, f, dc)  # on to c_prev
        W_T.dot(da, dz)
        dh_carried = dz[-H:]  # on to h_prev
    dh_next[...] = dh_carried
    # --8<-- [end:run-back]


def _sum_of_products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Sum ``a[t] @ b[t].T`` over all steps, as one product of matrices with a column per step and example."""
    rows = a.swapaxes(0, 1).reshape(a.shape[1], -1)  # (rows of a, T*B)
    columns = b.swapaxes(0, 1).reshape(b.shape[1], -1)  # (rows of b, T*B)
    return rows @ columns.T


def _named(dW: FloatArray) -> dict[str, FloatArray]:
    """Give the gates' gradients the names of the parameters, in their order."""
    gradients = {}
    for name, gate in (("Wf", 2), ("Wi", 1), ("Wc", 3), ("Wo", 0)):
        gradients[name] = dW[gate, :, :-1].copy()  # (H, D+H)
        gradients[f"{name}_bias"] = dW[gate, :, -1:].copy()  # (H, 1)
    return gradients
