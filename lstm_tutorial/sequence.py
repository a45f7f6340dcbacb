"""The LSTM over time: `unroll` runs the cell along a sequence, `backpropagate` carries gradients back.

The equations are those of `lstm_tutorial.lstm`, step after step, with the same weights. Only the bookkeeping
differs, so that NumPy spends its time in matrix products. Each trick is one piece, with its reason:

1. *One product a step.* Weights and bias act on ``z = [x; h_prev; 1]``; `h` is written into the next ``z``.
2. *One tanh for four gates.* sigmoid(a) = (1 + tanh(a/2)) / 2, so the sigmoids' weights are halved once.
3. *Planes.* Each gate of a step is a contiguous block, and so are the gates that share a factor. What is kept
   of a sigmoid is its tanh. The sigmoids themselves take the place of the sums, which is the same at every
   step: small sizes spend much of their time on views of places that change.
4. *Slopes ahead of time.* All that does not depend on the incoming gradient is computed for a block of steps
   that fits in the processor's cache; the loop backward is then six calls, which turn slopes into gradients
   where they stand.
5. *Later what can wait.* Only `h` and `c` are carried. The gradients of the inputs and of the weights are one
   product each for a block of steps; a sum over steps of products is one product of longer matrices.
6. *Rooms of a middle size.* The values of a long sequence lie in several arrays, because some systems take a
   large one back as soon as it is free, and are slow to give it again. tanh(c) lies in none: it is computed
   again.
7. *Checkpoints.* Keep the states of every k-th step and run the steps between again when they are needed.

Letters: T = time, D = input_size, H = hidden_size, O = output_size, B = batch. Sequences stack steps in
front, so that ``xs[t]`` is the `x` of one step. There is no training here: see `lstm_tutorial.train`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import FloatArray, as_array, as_lengths, as_size
from lstm_tutorial.lstm import LSTM

BLOCK_BYTES = 2**20
"""How much memory a block of steps may take: half of a processor core's second-level cache."""
BLOCK_STEPS = 12
"""How many steps a block has at least: fewer make the product for the weights' gradient too short."""
ROOM_BYTES = 2**23
"""How large an array of gates may be: some systems are slow to give larger ones again and again."""


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
    """tanh(a/2) of output, input and forget gate, the candidate and `c_prev`, (K+1, 5, H, B); the last holds
    only the final `c`."""

    def steps(self, start: int, stop: int) -> Segment:
        """Return the part that belongs to the steps from `start` to before `stop`: views, not copies."""
        return Segment(self.z[start : stop + 1], self.planes[start : stop + 1])


class Cache(NamedTuple):
    """What a forward pass leaves for the way back: the weights as they were, and values or checkpoints."""

    W_half: FloatArray
    """Weights and, as a last column, biases of the gates, the sigmoids' rows halved, (4H, D+H+1)."""
    Wy: FloatArray
    """Weights of the read-out, (O, H)."""
    lengths: NDArray[np.intp]
    """True length of each column, (B,)."""
    spans: list[tuple[int, int]]
    """First step and end of every span of steps that was run at once."""
    values: list[Segment]
    """The values of every span; empty where they are computed again from `starts`."""
    starts: list[tuple[FloatArray, FloatArray, FloatArray]]
    """Where there are no values: what every span starts from, its part of the caller's `xs`, `h` and `c`."""


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
    keep_values = keep_cache and checkpoint_every is None
    every = _block_size(H, B, dtype)
    if checkpoint_every is not None:
        every = as_size("checkpoint_every", checkpoint_every)
    spans = [(start, min(start + every, T)) for start in range(0, T, every)]

    W_half = _halved(lstm, B)  # (4H, D+H+1)
    scratch = None if keep_values else _empty_segment(min(every, T), D, H, B, dtype)
    segments = (
        _rooms(spans, D, H, B, dtype)
        if scratch is None
        else [scratch.steps(0, stop - start) for start, stop in spans]
    )
    ys = np.empty((T, O, B), dtype)  # (T, O, B)
    hs = np.empty((T, H, B), dtype)  # (T, H, B)
    h_last, c_last = h.copy(), c.copy()  # (H, B) each
    starts: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for (start, stop), steps in zip(spans, segments, strict=True):
        if not keep_values:
            starts.append((xs[start:stop], h, c))
        _run(W_half, steps, xs[start:stop], h, c)
        hs[start:stop] = steps.z[1:, D : D + H]
        _read_out(lstm.Wy, hs[start:stop], ys[start:stop])
        h, c = hs[stop - 1].copy(), steps.planes[-1, 4].copy()
        if lengths is not None:
            columns, ends = _columns_that_end(true_lengths, start, stop)
            h_last[:, columns] = steps.z[ends, D : D + H, columns].T
            c_last[:, columns] = steps.planes[ends, 4, :, columns].T
    ys += lstm.Wy_bias
    if lengths is None:
        h_last, c_last = h, c  # (H, B) each
    else:
        padding = np.arange(T)[:, None, None] >= true_lengths  # (T, 1, B)
        np.copyto(ys, 0, where=padding)
        np.copyto(hs, 0, where=padding)
    if not keep_cache:
        return Unrolled(ys, hs, h_last, c_last, None)
    values = segments if keep_values else []
    cache = Cache(W_half, lstm.Wy.copy(), true_lengths, spans, values, starts)
    return Unrolled(ys, hs, h_last, c_last, cache)


def _halved(lstm: LSTM, B: int) -> FloatArray:
    """Put weights and biases side by side, the sigmoids' rows halved: sigmoid(a) = (1 + tanh(a/2)) / 2.

    For a single sequence the product is that of a matrix and a vector. It is quicker with the matrix stored
    column by column, as long as the matrix stays in the cache.
    """
    W_half = np.concatenate((lstm._W, lstm._b), axis=2)  # (4, H, D+H+1)
    W_half[:3] *= 0.5
    W_half = W_half.reshape(4 * lstm.hidden_size, -1)  # (4H, D+H+1)
    by_columns = B == 1 and W_half.nbytes <= BLOCK_BYTES // 2
    return np.asfortranarray(W_half) if by_columns else W_half  # (4H, D+H+1)


def _read_out(Wy: FloatArray, hs: FloatArray, ys: FloatArray) -> None:
    """Write ``Wy @ h`` of consecutive steps. Those of a single sequence are one product, not one each."""
    if hs.shape[2] == 1:
        np.dot(hs[:, :, 0], Wy.T, ys[:, :, 0])  # (K, O)
    else:
        np.matmul(Wy, hs, ys)  # (K, O, B)


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
    return Segment(z, planes)


def _rooms(spans: list[tuple[int, int]], D: int, H: int, B: int, dtype: np.dtype[Any]) -> list[Segment]:
    """Make room for the values of every span, for as many spans in one array as ROOM_BYTES allow."""
    rooms: list[Segment] = []
    every = spans[0][1] if spans else 0
    together = max(1, ROOM_BYTES // max(1, 5 * every * H * B * dtype.itemsize))  # so many spans
    for k in range(0, len(spans), together):
        first, last = spans[k][0], spans[k : k + together][-1][1]
        room = _empty_segment(last - first, D, H, B, dtype)
        rooms += [room.steps(start - first, stop - first) for start, stop in spans[k : k + together]]
    return rooms


def _views(steps: Segment) -> Iterator[tuple[FloatArray, ...]]:
    """Go through what `_run` reads and writes at each step: views, each made when its step comes."""
    z, planes = steps
    _, _, H, B = planes.shape
    K = len(planes) - 1
    rows = planes.reshape(K + 1, 5 * H, B)  # (K+1, 5H, B)
    return zip(
        z[:K],  # (D+H+1, B)
        rows[:K, : 4 * H],  # (4H, B), tanh of the sums
        rows[:K, 3 * H :],  # (2H, B), c_tilde and c_prev
        rows[1:, 4 * H :],  # (H, B), c: the next step's c_prev
        z[1:, -1 - H : -1],  # (H, B), h: the next step's h_prev
        strict=True,
    )


# --8<-- [start:run]
def _run(W_half: FloatArray, steps: Segment, xs: FloatArray, h: FloatArray, c: FloatArray) -> None:
    """Run the cell over consecutive steps and write every value into their segment."""
    K, D, _ = xs.shape
    H, B = h.shape
    steps.z[:K, :D] = xs
    steps.z[0, D : D + H] = h
    steps.planes[0, 4] = c
    half = np.asarray(0.5, W_half.dtype)  # (), an array: quicker than a Python number
    a = np.empty((4 * H, B), W_half.dtype)  # (4H, B), the sums, then the sigmoids
    sigmoids, o, i_and_f = a[: 3 * H], a[:H], a[H : 3 * H]  # (3H, B), (H, B), (2H, B)
    tanh_c = np.empty((H, B), W_half.dtype)  # (H, B)
    products = np.empty((2 * H, B), W_half.dtype)  # (2H, B)
    added, kept = products[:H], products[H:]  # (H, B) each
    product, add, multiply, tanh = W_half.dot, np.add, np.multiply, np.tanh  # looked up once
    for z, tanh_a, c_tilde_and_c_prev, c, h in _views(steps):
        product(z, a)
        tanh(a, tanh_a)
        multiply(tanh_a, half, a)  # the candidate's quarter is not used
        add(sigmoids, half, sigmoids)  # (1 + tanh(a/2)) / 2
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
    D = cache.W_half.shape[1] - H - 1
    T, B = cache.spans[-1][1] if cache.spans else 0, len(cache.lengths)
    dtype = cache.W_half.dtype
    dys = None if dys is None else _masked(as_array("dys", dys, (T, O, B), dtype), cache.lengths)  # (T, O, B)
    dhs = None if dhs is None else _masked(as_array("dhs", dhs, (T, H, B), dtype), cache.lengths)  # (T, H, B)
    dh_last = np.zeros((H, B), dtype) if dh is None else as_array("dh", dh, (H, B), dtype)  # (H, B)
    dc_last = np.zeros((H, B), dtype) if dc is None else as_array("dc", dc, (H, B), dtype)  # (H, B)
    last = _Last(dh_last, dc_last, cache.lengths, set((cache.lengths - 1).tolist()))

    dW = np.zeros((4 * H, D + H + 1), dtype)  # (4H, D+H+1)
    dWy = np.zeros((O, H), dtype)  # (O, H)
    dWy_bias = np.zeros((O, 1), dtype)  # (O, 1)
    dxs = np.empty((T, D, B), dtype)  # (T, D, B)
    dh_next = np.zeros((H, B), dtype)  # (H, B), carried from the step after
    dc_next = np.zeros((H, B), dtype)  # (H, B), carried from the step after
    W_T = cache.W_half[:, :-1].T.copy()  # (D+H, 4H), turned once: products with it are quicker so
    W_T[:, : 3 * H] *= 2  # the sigmoids' weights, whole again
    room = _Room.empty(cache, T)
    for start, stop, steps in _blocks(cache):
        K = stop - start
        slopes = room.slopes[:K]  # (K, 6, H, B)
        dh_loss = _of_the_loss(cache, start, stop, room, dys, dhs)  # (K, H, B)
        _slopes(steps, slopes)
        _run_back(W_T[D:], start, slopes, dh_loss, dh_next, dc_next, last)
        das = _side_by_side(slopes.reshape(K, 6 * H, B)[:, H : 5 * H])  # (4H, K*B)
        dW += das @ _as_rows(steps.z[:-1])
        dxs[start:stop] = (W_T[:D] @ das).reshape(D, K, B).swapaxes(0, 1)
        if dys is not None:
            dWy += _side_by_side(dys[start:stop]) @ _as_rows(steps.z[1:, D : D + H])
            dWy_bias += dys[start:stop].sum(axis=(0, 2))[:, None]
    if -1 in last.ends:  # columns without a step, whose last state is the initial one
        last.enter(-1, dh_next, dc_next)
    dW = dW.reshape(4, H, D + H + 1)  # (4, H, D+H+1)
    return _named(dW) | {"Wy": dWy, "Wy_bias": dWy_bias, "xs": dxs, "h0": dh_next, "c0": dc_next}


def _masked(gradients: FloatArray, lengths: NDArray[np.intp]) -> FloatArray:
    """Set to zero what stands in the padding."""
    T = len(gradients)
    if (lengths == T).all():
        return gradients
    return np.where(np.arange(T)[:, None, None] < lengths, gradients, 0)  # of the same shape


def _blocks(cache: Cache) -> Iterator[tuple[int, int, Segment]]:
    """Go through the sequence from its end, in blocks; run the steps again where they were not kept."""
    H, B = cache.Wy.shape[1], len(cache.lengths)
    D, dtype = cache.W_half.shape[1] - H - 1, cache.W_half.dtype
    size = _block_size(H, B, dtype)
    scratch = None
    for k in reversed(range(len(cache.spans))):
        first, last = cache.spans[k]
        if cache.values:
            steps = cache.values[k]
        else:
            if scratch is None:
                scratch = _empty_segment(cache.spans[0][1], D, H, B, dtype)
            steps = scratch.steps(0, last - first)
            _run(cache.W_half, steps, *cache.starts[k])
        for stop in range(last, first, -size):
            start = max(first, stop - size)
            yield start, stop, steps.steps(start - first, stop - first)


class _Room(NamedTuple):
    """Arrays that every block of the way back uses again. K is the number of steps in a block."""

    slopes: FloatArray
    """How `h` moves with `c` and the output gate's sum, `c` with the other sums and c_prev, (K, 6, H, B)."""
    dh_loss: FloatArray
    """What the loss says of each step's `h`, (K, H, B)."""

    @staticmethod
    def empty(cache: Cache, T: int) -> _Room:
        """Make room for the longest block of a cache."""
        H, B, dtype = cache.Wy.shape[1], len(cache.lengths), cache.Wy.dtype
        K = min(_block_size(H, B, dtype), T)
        return _Room(np.empty((K, 6, H, B), dtype), np.empty((K, H, B), dtype))


class _Last(NamedTuple):
    """The gradients of the final states, which come in where a column has its last true step."""

    dh: FloatArray
    """Gradient of the final `h`, (H, B)."""
    dc: FloatArray
    """Gradient of the final `c`, (H, B)."""
    lengths: NDArray[np.intp]
    """True length of each column, (B,)."""
    ends: set[int]
    """The steps at which columns end; -1 where one has no step."""

    def enter(self, t: int, dh: FloatArray, dc: FloatArray) -> None:
        """Add the gradients of the columns that end with step `t` to those that are carried, in place."""
        here = self.lengths == t + 1  # (B,)
        np.add(dh, self.dh, dh, where=here)  # (H, B)
        np.add(dc, self.dc, dc, where=here)  # (H, B)


def _of_the_loss(
    cache: Cache, start: int, stop: int, room: _Room, dys: FloatArray | None, dhs: FloatArray | None
) -> FloatArray:
    """Return what the loss itself says of each step's `h`, (K, H, B): through `y`, directly, or nothing."""
    if dys is None and dhs is not None:
        return dhs[start:stop]
    dh_loss = room.dh_loss[: stop - start]  # (K, H, B)
    if dys is None:
        dh_loss[...] = 0
        return dh_loss
    np.matmul(cache.Wy.T, dys[start:stop], dh_loss)
    if dhs is not None:
        dh_loss += dhs[start:stop]
    return dh_loss


# --8<-- [start:slopes]
def _slopes(steps: Segment, slopes: FloatArray) -> None:
    """Compute all that the incoming gradient has no part in, for a whole block."""
    H = slopes.shape[2]
    h, c = steps.z[1:, -1 - H : -1], steps.planes[1:, 4]  # (K, H, B) each
    tanh_a, c_tilde = steps.planes[:-1, :3], steps.planes[:-1, 3]  # (K, 3, H, B), (K, H, B)
    c_tilde_and_c_prev = steps.planes[:-1, 3:]  # (K, 2, H, B)
    h_by_c, h_by_o, _, _, c_by_candidate, _ = slopes.swapaxes(0, 1)  # (K, H, B) each
    c_by_i_and_f, i_and_f = slopes[:, 2:4], slopes[:, 4:]  # (K, 2, H, B) each
    rests = slopes[:, 1:4]  # (K, 3, H, B)
    np.multiply(tanh_a, -0.5, rests)
    rests += 0.5  # 1 - s of all three sigmoids: (1 - tanh(a/2)) / 2
    np.subtract(1, c_by_i_and_f, i_and_f)
    c_by_i_and_f *= i_and_f  # sigmoid' = s (1 - s)
    c_by_i_and_f *= c_tilde_and_c_prev
    np.multiply(c_tilde, c_tilde, h_by_c)  # in a place that is still free
    np.subtract(1, h_by_c, h_by_c)
    c_by_candidate *= h_by_c  # i (1 - c_tilde^2)
    np.tanh(c, h_by_c)
    h_by_c *= h
    h_by_c += h_by_o  # h tanh(c) + 1 - o
    np.subtract(1, h_by_c, h_by_c)  # o (1 - tanh(c)^2), since h = o tanh(c)
    h_by_o *= h  # o (1 - o) tanh(c)
    # --8<-- [end:slopes]


# --8<-- [start:run-back]
def _run_back(
    W_h_T: FloatArray,
    start: int,
    slopes: FloatArray,
    dh_loss: FloatArray,
    dh_next: FloatArray,
    dc_next: FloatArray,
    last: _Last,
) -> None:
    """Turn a block's slopes into gradients, and carry `dh_next` and `dc_next` on."""
    K, _, H, B = slopes.shape
    dh, dc = np.empty((2, H, B), slopes.dtype)  # (H, B) each
    dc_carried = dc_next  # (H, B)
    product, add, multiply = W_h_T.dot, np.add, np.multiply  # looked up once
    for t, dh_here, to_c, to_o, from_c, da, dc_prev in zip(
        range(start + K - 1, start - 1, -1),
        dh_loss[::-1],  # (H, B)
        slopes[::-1, 0],  # (H, B)
        slopes[::-1, 1],  # (H, B)
        slopes[::-1, 2:],  # (4, H, B)
        slopes.reshape(K, 6 * H, B)[::-1, H : 5 * H],  # (4H, B)
        slopes[::-1, 5],  # (H, B)
        strict=True,
    ):
        if t in last.ends:
            last.enter(t, dh_next, dc_carried)
        add(dh_here, dh_next, dh)
        multiply(dh, to_c, to_c)
        multiply(dh, to_o, to_o)
        add(dc_carried, to_c, dc)  # both paths into c
        multiply(dc, from_c, from_c)  # to three gates, and on to c_prev
        product(da, dh_next)  # on to h_prev
        dc_carried = dc_prev
    dc_next[...] = dc_carried
    # --8<-- [end:run-back]


def _side_by_side(matrices: FloatArray) -> FloatArray:
    """Put the matrices of consecutive steps, (K, R, B), side by side, (R, K*B)."""
    K, R, B = matrices.shape
    return matrices.swapaxes(0, 1).reshape(R, K * B)


def _as_rows(matrices: FloatArray) -> FloatArray:
    """Make a row of every column of the matrices of consecutive steps, (K, R, B): (K*B, R)."""
    K, R, B = matrices.shape
    return matrices.swapaxes(1, 2).reshape(K * B, R)


def _named(dW: FloatArray) -> dict[str, FloatArray]:
    """Give the gates' gradients the names of the parameters, in their order."""
    gradients = {}
    for name, gate in (("Wf", 2), ("Wi", 1), ("Wc", 3), ("Wo", 0)):
        gradients[name] = dW[gate, :, :-1].copy()  # (H, D+H)
        gradients[f"{name}_bias"] = dW[gate, :, -1:].copy()  # (H, 1)
    return gradients
