"""What all networks share: one step with its arguments checked, a whole sequence, and the backward pass.

A network of this package defines one step and the backward pass of that step. `Network` adds the read-out (a
linear output layer) and the checks. `unroll` runs a network along a batch of sequences, and `backpropagate`
carries gradients back: time, lengths, initial and final states and checkpoints are written here, once. There
is no equation of a cell here and no training; `lstm_tutorial.trace` shows every value of every step.

Letters: T = time, D = input_size, H = hidden_size, O = output_size, B = batch. A sequence is cut into chunks
of K steps. The time axis comes first, so that ``xs[t]`` is the `x` of one step; a column is one sequence of
the batch. Inside this file a state is a tuple: ``(h, c)`` for an LSTM, ``(h,)`` without a cell state.
"""

import copy
from collections.abc import Callable
from itertools import pairwise
from math import isfinite
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lstm_tutorial.checks import FloatArray, as_array, as_float_dtype, as_lengths, as_sequence, as_size
from lstm_tutorial.parameters import Weight, scaled_normal

State = tuple[FloatArray, ...]  # the hidden state and, where there is one, the cell state, (H, B) each
Gradients = dict[str, FloatArray]  # by the names of what they belong to

FORWARD_ONLY_VALUES = 100_000
"""About how many inputs and hidden values a chunk has where no cache is kept: its memory stays small."""


class Network:
    """A recurrent network with a read-out: everything but its equations.

    A subclass declares its weights as `Weight`, sets `step_type` and, if it has a cell state, `state_names`,
    and defines `step` and `step_backward`. Its constructor calls this one, draws its weights into arrays of
    `dtype`, and calls `draw_read_out`. CONTRIBUTING.md walks through an example.
    """

    step_type: ClassVar[Any]
    """A named tuple of a step's values: `x` first, `y` last with the default None, all others (H, B)."""
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    """The states that a step hands to the next one: ``("h",)`` or ``("h", "c")``."""
    step: Callable[..., Any]
    """``step(x, h_prev, [c_prev,] intervene=None)`` computes a step: its `step_type` without `y`."""
    step_backward: Callable[..., Gradients]
    """``step_backward(step, dh, [dc])`` gives the gradients of the weights by name, of ``x``, ``h_prev`` and
    ``c_prev``, and under ``c``, for traces, all that reaches the cell state."""

    Wy = Weight("_Wy")
    """Weights of the read-out, (O, H)."""
    Wy_bias = Weight("_by")
    """Bias of the read-out, (O, 1)."""
    _Wy: FloatArray | None = None
    _by: FloatArray | None = None

    def __init__(self, input_size: int, hidden_size: int, output_size: int | None, dtype: DTypeLike) -> None:
        self.input_size = as_size("input_size", input_size)
        self.hidden_size = as_size("hidden_size", hidden_size)
        self.output_size = None if output_size is None else as_size("output_size", output_size)
        self.dtype: np.dtype[Any] = as_float_dtype(dtype)

    def __repr__(self) -> str:
        """Name the class, the sizes and the dtype."""
        sizes = f"{self.input_size}, {self.hidden_size}, {self.output_size}"
        return f"{type(self).__name__}({sizes}, dtype={self.dtype})"

    def parameters(self) -> dict[str, FloatArray]:
        """Return the weight arrays by name: the live arrays, not copies, the cell's before the read-out's."""
        names = [n for owner in type(self).__mro__ for n, a in vars(owner).items() if isinstance(a, Weight)]
        arrays = {name: getattr(self, name) for name in names}
        return {name: array for name, array in arrays.items() if array is not None}

    def copy(self) -> Self:
        """Return the same network with weights of its own: changing one leaves the other as it is."""
        network = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(network, name, value.copy())
        return network

    def draw_read_out(self, rng: np.random.Generator) -> None:
        """Draw the weights of the read-out, if there is one."""
        if self.output_size is not None:
            self._Wy = scaled_normal(rng, self.output_size, self.hidden_size).astype(self.dtype)  # (O, H)
            self._by = np.zeros((self.output_size, 1), self.dtype)  # (O, 1)

    def initial_state(self, batch_size: int = 1) -> Any:
        """Return the state before the first step, zeros: ``(h, c)``, or `h` alone without a cell state."""
        shape = (self.hidden_size, as_size("batch_size", batch_size))
        state = [np.zeros(shape, self.dtype) for _ in self.state_names]  # (H, B) each
        return tuple(state) if len(state) > 1 else state[0]

    def forward(
        self, x: ArrayLike, h_prev: ArrayLike, c_prev: ArrayLike | None = None, *, verbose: bool = False
    ) -> tuple[Any, ...]:
        """Take one step and return the output and the new state.

        Parameters
        ----------
        x : array_like, (D, B)
            Input: one column per example.
        h_prev : array_like, (H, B)
            Hidden state of the step before; `initial_state` gives the first.
        c_prev : array_like, (H, B)
            Cell state of the step before, for a network that has one.
        verbose : bool
            Print every value of the step, as ``print(network.trace(x, h_prev, c_prev))`` does.

        Returns
        -------
        y : numpy.ndarray, (O, B)
            Output; None without a read-out.
        h : numpy.ndarray, (H, B)
            New hidden state.
        c : numpy.ndarray, (H, B)
            New cell state, for a network that has one.

        Raises
        ------
        TypeError, ValueError
            If an argument is not a finite real matrix of its shape; the message names it.
        FloatingPointError
            If the numbers are so large that a result would not be finite.
        """
        step = self._checked_step(x, h_prev, c_prev)
        if verbose:
            print(step)
        return step.y, *self._state_of(step)

    def trace(self, x: ArrayLike, h_prev: ArrayLike, c_prev: ArrayLike | None = None) -> Any:
        """Take one step as `forward` does and return every value of it by name, as copies, for `backward`."""
        step = self._checked_step(x, h_prev, c_prev)
        return type(step)(*[None if value is None else value.copy() for value in step])

    def _checked_step(self, x: ArrayLike, h_prev: ArrayLike, c_prev: ArrayLike | None) -> Any:
        """Take one step from arguments as the caller passed them, the read-out included."""
        x = as_array("x", x, (self.input_size, "B"), self.dtype)
        state = self._states({"h_prev": h_prev, "c_prev": c_prev}, x.shape[1], optional=False)
        with np.errstate(all="ignore"):
            step = self.step(x, *state)
            if self.output_size is not None:
                # --8<-- [start:read-out]
                y = self.Wy @ step.h + self.Wy_bias  # (O, B)
                # --8<-- [end:read-out]
                step = type(step)(*step[:-1], y)
        shown = step.h if step.y is None else step.y  # an h that is not finite makes y not finite
        require_finite(0, shown[None], *self._state_of(step)[1:])
        return step

    def backward(
        self,
        trace: Any,
        *,
        dy: ArrayLike | None = None,
        dh: ArrayLike | None = None,
        dc: ArrayLike | None = None,
    ) -> Gradients:
        """Carry the gradient of a loss back through one step.

        `dy`, `dh` and `dc` are the gradients of the loss with respect to the step's `y`, `h` and `c`, each
        without what flows from `y` into `h` or from `h` into `c`: that is added here. One that is missing is
        zero. The weights are those that the network has now.

        Parameters
        ----------
        trace : StepTrace
            What `trace` returned for the step.
        dy : array_like, (O, B), optional
            Gradient with respect to `y`.
        dh : array_like, (H, B), optional
            Gradient with respect to `h`: from a loss on it, and from the step after.
        dc : array_like, (H, B), optional
            Gradient with respect to `c`, likewise.

        Returns
        -------
        dict of str to numpy.ndarray
            The gradients with respect to the parameters, by their names, then to `x`, `h_prev` and `c_prev`;
            each of the shape of what it belongs to. Those of the parameters are summed over the batch.

        Raises
        ------
        TypeError, ValueError
            If a gradient is not a finite real matrix of its shape, or the trace is of a network of other
            sizes; the message names it.
        FloatingPointError
            If the numbers are so large that a gradient would not be finite.
        """
        trace = self._as_trace(trace)
        B = trace.x.shape[1]
        dh, *rest = self._states({"dh": dh, "dc": dc}, B)  # (H, B) each
        gradients = {name: np.zeros_like(array) for name, array in self.parameters().items()}
        with np.errstate(all="ignore"):
            if dy is not None:
                dy = as_array("dy", dy, (self._outputs_of("dy"), B), self.dtype)  # (O, B)
                dh = dh + self.Wy.T @ dy  # (H, B)
                gradients |= weight_gradients(trace.h, Wy=dy)
            gradients |= self.step_backward(trace, dh, *rest)
        names = [*self.parameters(), "x", *(f"{name}_prev" for name in self.state_names)]
        require_finite(0, gradients["x"][None], *gradients.values())
        return {name: gradients[name].copy() for name in names}  # copies, since some are views of one array

    def _as_trace(self, trace: Any, *time: str) -> Any:
        """Return the trace of a step, or with an axis T of a sequence, of these sizes, or refuse it."""
        if not isinstance(trace, self.step_type):
            raise TypeError(f"trace must be a {self.step_type.__name__}, got {trace!r}")
        *steps, _, B = as_array("trace.x", trace.x, (*time, self.input_size, "B"), self.dtype).shape
        rows = {"x": self.input_size, "y": self.output_size}
        values = {name: (rows.get(name, self.hidden_size), value) for name, value in trace._asdict().items()}
        return self.step_type(
            *[n and as_array(f"trace.{k}", v, (*steps, n, B), self.dtype) for k, (n, v) in values.items()]
        )

    def _state_of(self, step: Any) -> State:
        """Return the state that a step hands to the next one."""
        return tuple([getattr(step, name) for name in self.state_names])

    def _states(self, given: dict[str, Any], batch_size: int, *, optional: bool = True) -> list[FloatArray]:
        """Return each state, (H, B), zeros for None if `optional`; refuse one that the network lacks."""
        shape = (self.hidden_size, batch_size)
        states = []
        for k, (name, value) in enumerate(given.items()):
            if k >= len(self.state_names):
                if value is not None:
                    raise TypeError(f"{name} must be None: {type(self).__name__} has no cell state")
            elif value is None and optional:
                states.append(np.zeros(shape, self.dtype))  # (H, B)
            else:
                states.append(as_array(name, value, shape, self.dtype))  # (H, B)
        return states

    def _outputs_of(self, name: str) -> int:
        """Return O, or refuse the argument `name` where there is no read-out."""
        if self.output_size is None:
            raise TypeError(f"{name} must be None: this {type(self).__name__} has no read-out")
        return self.output_size

    def run(self, xs: FloatArray, state: State) -> tuple[FloatArray, State, Any]:
        """Take the K steps of a chunk one after another, from inputs (K, D, B) and the state before.

        Returns the hidden states, (K, H, B), the state after the last step, and what `run_backward` needs:
        every value of every step.
        """
        steps = []
        for x in xs.copy():  # the steps are kept: they must not change with the caller's array
            step = self.step(x, *state)
            state = self._state_of(step)
            steps.append(step)
        return np.array([step.h for step in steps]), state, steps

    # --8<-- [start:run-backward]
    def run_backward(self, steps: Any, dhs: FloatArray, dstate: State) -> tuple[Gradients, FloatArray, State]:
        """Go back through the steps of `run`.

        `dhs` holds the gradients that reach each hidden state from the loss, (K, H, B), and `dstate` those of
        the state after the last step. Returns the gradients of the cell's weights, those of the inputs,
        (K, D, B), and those of the state before the first step.
        """
        gradients: Gradients = {}
        cell_weights = self.parameters().keys() - {"Wy", "Wy_bias"}
        dxs = np.empty((len(steps), self.input_size, dhs.shape[2]), self.dtype)  # (K, D, B)
        for t in reversed(range(len(steps))):
            dh, *rest = dstate
            step_gradients = self.step_backward(steps[t], dhs[t] + dh, *rest)
            dxs[t] = step_gradients["x"]
            dstate = tuple([step_gradients[f"{name}_prev"] for name in self.state_names])
            for name in cell_weights:  # the same weights at each step: the sum
                gradients[name] = gradients.get(name, 0) + step_gradients[name]
        return gradients, dxs, dstate
        # --8<-- [end:run-backward]


def weight_gradients(source: FloatArray, **das: FloatArray) -> Gradients:
    """Return the gradients of weights and biases from those of the pre-activations ``W @ source + bias``.

    Each `da`, (rows, B), is given by the name of its weights; `source` is (columns, B). Returns under that
    name the gradient of the weights, (rows, columns), and under ``NAME_bias`` that of the bias, (rows, 1).
    """
    gradients: Gradients = {}
    for name, da in das.items():
        gradients[name] = da @ source.T  # (rows, columns)
        gradients[f"{name}_bias"] = da.sum(axis=1, keepdims=True)  # (rows, 1)
    return gradients


class Cache(NamedTuple):
    """What a forward pass leaves for the backward pass."""

    network: Network  # with the weights as they were
    lengths: NDArray[np.intp]  # (B,), the number of valid steps of each column
    shape: tuple[int, int, int]  # T, D, B
    chunks: list[tuple[int, int, FloatArray, State, Any]]
    """Of each chunk: its first step, the step after its last, its inputs (K, D, B), the state before, and
    what `Network.run` returned, or None where the steps are to be run again from that state."""


class Unrolled(NamedTuple):
    """The outputs and states of a sequence, and what `backpropagate` needs to go back."""

    ys: Any
    """Outputs, (T, O, B). Zero past a column's length. None without a read-out."""
    hs: FloatArray
    """Hidden states, (T, H, B). Zero past a column's length."""
    h: FloatArray
    """Hidden state after each column's last valid step, (H, B)."""
    c: Any
    """Cell state after each column's last valid step, (H, B). None for a network without one."""
    cache: Cache | None
    """For `backpropagate`; None where it was not kept."""


def unroll(
    network: Network,
    xs: ArrayLike,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
    *,
    lengths: ArrayLike | None = None,
    checkpoint_every: int | None = None,
    keep_cache: bool = True,
) -> Unrolled:
    """Run a network along a batch of sequences.

    Parameters
    ----------
    network : LSTM, RNN, GRU, Variant, or a network of your own
        Its weights are copied into the cache, so changing them later does not change the backward pass.
    xs : array_like, (T, D, B)
        Inputs: ``xs[t]`` is the input of step t, one column per sequence. T may be 0.
    h0 : array_like, (H, B), optional
        Hidden state before the first step; zeros without it.
    c0 : array_like, (H, B), optional
        Cell state before the first step, for a network that has one; zeros without it.
    lengths : array_like of int, (B,), optional
        The number of valid steps of each column; the rest is padding, which is never read. Outputs there are
        zero, and `h` and `c` are those of the last valid step; a column of length zero returns its initial
        state.
    checkpoint_every : int, optional
        Gradient checkpointing: keep only the states at every `checkpoint_every`-th step and where a column
        ends, and compute the rest again in the backward pass. The cache then may refer to `xs` itself: leave
        `xs` as it is until after `backpropagate`.
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
    FloatingPointError
        If the numbers are so large that a result would not be finite; the message names the step.
    """
    require_network(network)
    xs = as_sequence("xs", xs, ("T", network.input_size, "B"), network.dtype, lengths)  # (T, D, B)
    T, D, B = xs.shape
    ends = as_lengths(lengths, T, B)  # (B,)
    every = max(1, T)
    if not keep_cache:
        every = min(64, max(4, FORWARD_ONLY_VALUES // max(1, (D + network.hidden_size) * B)))
    if checkpoint_every is not None:
        every = as_size("checkpoint_every", checkpoint_every)
    if keep_cache:
        network = network.copy()
    final = [s.copy() for s in network._states({"h0": h0, "c0": c0}, B)]  # (H, B) each
    # A column that has ended goes on from zeros with inputs of zero, so that its numbers stay small.
    state: State = tuple([np.where(ends > 0, s, 0) for s in final])  # (H, B) each
    hs = np.empty((T, network.hidden_size, B), network.dtype)  # (T, H, B)
    chunks = []
    # A chunk ends wherever a column ends, so that within a chunk a column is valid or padding throughout.
    for start, stop in pairwise(sorted({0, T, *range(0, T, every), *ends.tolist()})):
        with np.errstate(all="ignore"):
            result = network.run(xs[start:stop], state)
        hs[start:stop], after, _ = result
        require_finite(start, hs[start:stop], *after)
        if keep_cache:
            kept = result if checkpoint_every is None else None
            chunks.append((start, stop, xs[start:stop], state, kept))
        for last, s in zip(final, after, strict=True):
            np.copyto(last, s, where=ends == stop)
        state = tuple([np.where(ends > stop, s, 0) for s in after])  # (H, B) each
    padding = np.arange(T)[:, None, None] >= ends  # (T, 1, B)
    np.copyto(hs, 0, where=padding)
    ys = read_out(network, hs)  # (T, O, B)
    if ys is not None:
        np.copyto(ys, 0, where=padding)
    cache = Cache(network, ends, (T, D, B), chunks) if keep_cache else None
    return Unrolled(ys, hs, final[0], final[1] if len(final) > 1 else None, cache)


def backpropagate(
    cache: Cache | None,
    *,
    dys: ArrayLike | None = None,
    dhs: ArrayLike | None = None,
    dh: ArrayLike | None = None,
    dc: ArrayLike | None = None,
) -> Gradients:
    """Carry the gradient of a loss back through a sequence.

    The loss may use any of the results of `unroll`; the gradient of one that it does not use is left out.
    Each is given without what flows through the others, which is added here. Padding is never read.

    Parameters
    ----------
    cache : Cache
        From `unroll`. It is not changed and can be used again.
    dys : array_like, (T, O, B), optional
        Gradient with respect to ``ys``.
    dhs : array_like, (T, H, B), optional
        Gradient with respect to ``hs``.
    dh : array_like, (H, B), optional
        Gradient with respect to ``h``, the hidden state after each column's last valid step.
    dc : array_like, (H, B), optional
        Gradient with respect to ``c``, likewise.

    Returns
    -------
    dict of str to numpy.ndarray
        Gradients with respect to the parameters by name, summed over steps and batch, and to ``xs``
        (T, D, B), ``h0`` and, where there is a cell state, ``c0`` (H, B).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape; the message names it.
    FloatingPointError
        If the numbers are so large that a gradient would not be finite; the message names the step.
    """
    if not isinstance(cache, Cache):
        raise TypeError(f"cache must be the cache of unroll, got {type(cache).__name__}")
    network, lengths, (T, D, B), chunks = cache
    dys, dhs = check_loss_gradients(network, dys, dhs, T, lengths)
    dfinal = network._states({"dh": dh, "dc": dc}, B)  # (H, B) each
    dstate: State = tuple([np.zeros_like(d) for d in dfinal])  # (H, B) each
    gradients = {name: np.zeros_like(array) for name, array in network.parameters().items()}
    dxs = np.empty((T, D, B), network.dtype)  # (T, D, B)
    with np.errstate(all="ignore"):
        for start, stop, xs, state, result in reversed(chunks):
            dstate = add_final_gradients(dstate, dfinal, lengths == stop)
            hs, _, steps = network.run(xs, state) if result is None else result
            chunk = slice(start, stop)
            reaching_h, of_read_out = through_read_out(network, hs, dys, dhs, chunk)  # (K, H, B)
            of_steps, dxs[chunk], dstate = network.run_backward(steps, reaching_h, dstate)
            for name, gradient in (*of_read_out.items(), *of_steps.items()):
                gradients[name] += gradient
            require_finite(start, dxs[chunk], *dstate, *gradients.values(), backward=True)
    dstate = add_final_gradients(dstate, dfinal, lengths == 0)  # columns without a step
    return gradients | {"xs": dxs} | dict(zip(("h0", "c0"), dstate, strict=False))


def add_final_gradients(dstate: State, dfinal: list[FloatArray], ends: NDArray[np.bool_]) -> State:
    """Add the gradients of the final states in the columns that end here, (H, B) each."""
    return tuple([d + np.where(ends, last, 0) for d, last in zip(dstate, dfinal, strict=True)])


def require_network(network: Any) -> None:
    """Refuse what is not a network."""
    if not isinstance(network, Network):
        raise TypeError(f"network must be a network of this package, got {type(network).__name__}")


def read_out(network: Network, hs: FloatArray) -> FloatArray | None:
    """Return ``Wy @ h + bias`` of every step, (T, O, B); None without a read-out."""
    if network.output_size is None:
        return None
    with np.errstate(all="ignore"):
        ys: FloatArray = network.Wy @ hs + network.Wy_bias  # (T, O, B)
    require_finite(0, ys)
    return ys


def check_loss_gradients(
    network: Network, dys: Any, dhs: Any, T: int, lengths: NDArray[np.intp]
) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the caller's gradients of outputs and hidden states, zero in the padding, or refuse them."""
    B = len(lengths)
    if dys is not None:
        dys = as_sequence("dys", dys, (T, network._outputs_of("dys"), B), network.dtype, lengths)  # (T, O, B)
    if dhs is not None:
        dhs = as_sequence("dhs", dhs, (T, network.hidden_size, B), network.dtype, lengths)  # (T, H, B)
    return dys, dhs


def through_read_out(
    network: Network, hs: FloatArray, dys: FloatArray | None, dhs: FloatArray | None, chunk: slice
) -> tuple[FloatArray, Gradients]:
    """Return the gradient that reaches each `h` of a chunk, (K, H, B), and the read-out's own.

    The former comes through the read-out, from `dys`, and directly, from `dhs`.
    """
    direct = np.zeros(hs.shape, network.dtype) if dhs is None else dhs[chunk]  # (K, H, B)
    if dys is None:
        return direct, {}
    gradients = weight_gradients(side_by_side(hs), Wy=side_by_side(dys[chunk]))
    return direct + network.Wy.T @ dys[chunk], gradients


def side_by_side(steps: FloatArray) -> FloatArray:
    """Put the matrices of K steps side by side, (rows, K*B): a product then sums over steps and batch."""
    K, rows, B = steps.shape
    return steps.swapaxes(0, 1).reshape(rows, K * B)


def require_finite(first: int, steps: FloatArray, *others: FloatArray, backward: bool = False) -> None:
    """Raise if values of consecutive steps, (K, rows, B), or what goes with them, are not finite."""
    # A sum of squares is quick and shows NaN and infinity. It may overflow for finite numbers, too.
    if all(isfinite(np.vdot(array, array)) or np.isfinite(array).all() for array in (steps, *others)):
        return
    bad = np.flatnonzero(~np.isfinite(steps).all(axis=(1, 2)))
    where = f"step {first + int(bad[-1 if backward else 0])}" if len(bad) else f"from step {first} on"
    raise FloatingPointError(f"{where}: the numbers are too large, a result is not finite in {steps.dtype}")
