"""The training loop: a generator that yields the metrics of each step, checkpoints, and truncated BPTT.

The loop knows nothing of the network but `parameters()`, and nothing of the task: you give it a function that
draws a batch and one that returns the loss and the gradients. It prints and draws nothing.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import (
    FloatArray,
    RandomSource,
    as_array,
    as_positive,
    as_real,
    as_rng,
    as_size,
    check_live,
)
from lstm_tutorial.files import unfinished, written_whole
from lstm_tutorial.network import Network, backpropagate, require_network, unroll
from lstm_tutorial.optim import Optimizer, clip_by_global_norm, global_norm

Loss = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
"""Takes outputs and targets; returns the loss and its gradient with respect to the outputs."""


class Model(Protocol):
    """Anything that has weights by name: `LSTM`, `RNN`, `GRU`, `Variant`, or your own network."""

    def parameters(self) -> dict[str, FloatArray]:
        """Return the live weight arrays by name."""


class StepMetrics(NamedTuple):
    """The metrics of one step of training."""

    step: int
    """Its number: 1, 2, 3, …"""
    loss: float
    """The loss of its batch, with the weights before the step."""
    gradient_norm: float
    """The length of all gradients together, before clipping."""


def train(
    model: Model,
    loss_and_gradients: Callable[[Any], tuple[float, Mapping[str, ArrayLike]]],
    draw_batch: Callable[[np.random.Generator], Any],
    optimizer: Optimizer,
    *,
    steps: int,
    rng: RandomSource = None,
    clip: float | None = None,
    state: Mapping[str, NDArray[Any]] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 100,
) -> Iterator[StepMetrics]:
    """Train a network and yield the metrics of each step.

    A step is taken when you ask for its metrics, and not before. So
    ``for metrics in tqdm(train(...), total=steps)`` shows a progress bar, and ``break`` ends the training.

    With `checkpoint`, everything that the next step depends on is written to that file after every
    `checkpoint_every` steps and after the last. If the file exists, the training continues from it, and ends
    in the same bits as a training that was never interrupted.

    The call itself checks all arguments, the file included, and changes nothing. The checkpoint is restored
    when you ask for the first metrics.

    Parameters
    ----------
    model : LSTM, RNN, GRU, Variant, or anything with ``parameters()``
        The network. Its weight arrays are changed in place.
    loss_and_gradients : callable
        Takes a batch; returns the loss and a dict with a gradient for every parameter. Further names, such as
        ``xs``, are ignored.
    draw_batch : callable
        Takes a `numpy.random.Generator`; returns a batch, of any kind that `loss_and_gradients` takes.
    optimizer : SGD or Adam
        A new one, or one that has trained the same network before.
    steps : int
        The number of the last step, steps before an interruption included. If the checkpoint is of this step,
        the training is finished and yields nothing.
    rng : None, int or numpy.random.Generator
        The source of randomness that `draw_batch` gets.
    clip : float, optional
        The greatest norm of all gradients together; see `clip_by_global_norm`.
    state : dict of str to numpy.ndarray, optional
        Live arrays that your functions change from step to step, such as a hidden state that is carried
        along. They are stored in the checkpoint and restored in place.
    checkpoint : path, optional
        A file, ``.npz`` by custom. It is written under another name first and moved when complete.
    checkpoint_every : int
        How many steps lie between two checkpoints.

    Yields
    ------
    StepMetrics
        Step, loss and gradient norm. After an interruption, the first step after the checkpoint comes first;
        `read_metrics` has the ones before.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or range, `steps` is below the checkpoint's step, or the file is
        damaged or belongs to another training. Nothing has changed then.
    OSError
        If the checkpoint cannot be written.
    FloatingPointError
        If a loss, a gradient or a new weight is not finite; the message names the step. The weights and the
        checkpoint are then those of the steps before.
    """
    steps = as_size("steps", steps)
    checkpoint_every = as_size("checkpoint_every", checkpoint_every)
    clip = None if clip is None else as_positive("clip", clip)
    if not hasattr(model, "parameters"):
        raise TypeError(f"model must have parameters(), got {model!r}")
    for name, function in (("loss_and_gradients", loss_and_gradients), ("draw_batch", draw_batch)):
        if not callable(function):
            raise TypeError(f"{name} must be a function, got {function!r}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be SGD, Adam or another Optimizer, got {optimizer!r}")
    if state is not None and not isinstance(state, Mapping):
        raise TypeError(f"state must be a dict of arrays, got {type(state).__name__}")
    run = _Run(model.parameters(), optimizer, dict(state or {}), as_rng(rng))
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None:
        _check_writable(path)
        if path.exists():
            run.read(path, steps)
    return _steps(run, loss_and_gradients, draw_batch, steps, clip, path, checkpoint_every)


def _steps(
    run: _Run,
    loss_and_gradients: Callable[[Any], tuple[float, Mapping[str, ArrayLike]]],
    draw_batch: Callable[[np.random.Generator], Any],
    steps: int,
    clip: float | None,
    path: Path | None,
    checkpoint_every: int,
) -> Iterator[StepMetrics]:
    """Restore the checkpoint and take the steps that are left."""
    if path is not None and path.exists():
        run.restore(path, steps)
    # --8<-- [start:loop]
    for step in range(len(run.losses) + 1, steps + 1):
        try:
            batch = draw_batch(run.rng)
            with np.errstate(over="ignore", invalid="ignore"):  # refused below
                loss, gradients = loss_and_gradients(batch)
            gradients = {n: g for n, g in gradients.items() if n in run.parameters}
            norm = global_norm(gradients)
            if not (isfinite(loss) and isfinite(norm)):
                raise FloatingPointError(f"the loss is {loss} and the norm of the gradient {norm}")
            if clip is not None and norm > clip:
                gradients, _ = clip_by_global_norm(gradients, clip)
            run.optimizer.update(run.parameters, gradients)
        except FloatingPointError as error:
            raise FloatingPointError(f"step {step} of training: {error}") from error
        except Exception as error:
            error.add_note(f"This happened in step {step} of training.")
            raise
        run.losses.append(float(loss))
        run.gradient_norms.append(norm)
        is_due = step % checkpoint_every == 0 or step == steps
        if path is not None and is_due:
            run.save(path)
        yield StepMetrics(step, float(loss), norm)
        # --8<-- [end:loop]


def read_metrics(checkpoint: str | os.PathLike[str]) -> list[StepMetrics]:
    """Return the metrics of all steps up to a checkpoint; an empty list if there is no file yet.

    ``read_metrics(path) + list(train(..., checkpoint=path))`` is the whole history, interrupted or not.

    Parameters
    ----------
    checkpoint : path
        The file that `train` writes.

    Raises
    ------
    ValueError
        If the file is not a checkpoint or is damaged.
    """
    path = Path(checkpoint)
    if not path.exists():
        return []
    arrays = _read(path)
    pairs = zip(arrays["losses"].tolist(), arrays["gradient_norms"].tolist(), strict=True)
    return [StepMetrics(step, loss, norm) for step, (loss, norm) in enumerate(pairs, start=1)]


class _Run:
    """Everything that the next step depends on, written to a file and read back."""

    def __init__(
        self,
        parameters: dict[str, FloatArray],
        optimizer: Optimizer,
        state: dict[str, NDArray[Any]],
        rng: np.random.Generator,
    ) -> None:
        for kind, arrays in (("parameters", parameters), ("state", state)):
            for name, array in arrays.items():
                check_live(f"{kind}[{name!r}]", array)
                if name.endswith(".npy"):  # the ending that NumPy gives to every array in the file
                    raise ValueError(f"{kind} must have names without the ending .npy, got {name!r}")
                if array.dtype.hasobject:
                    raise TypeError(f"{kind}[{name!r}] must hold plain values, got dtype {array.dtype}")
        self.parameters = parameters
        self.optimizer = optimizer
        self.state = state
        self.rng = rng
        self.losses: list[float] = []
        self.gradient_norms: list[float] = []

    # --8<-- [start:checkpoint]
    def save(self, path: Path) -> None:
        """Write a checkpoint."""
        optimizer = self.optimizer.state()
        rng_state = self.rng.bit_generator.state
        arrays: dict[str, Any] = {
            **{f"parameters/{n}": array for n, array in self.parameters.items()},
            **{f"optimizer/{n}": array for n, array in optimizer.items()},
            **{f"state/{n}": array for n, array in self.state.items()},
            "rng": np.array(json.dumps(rng_state, default=np.ndarray.tolist)),
            "losses": np.array(self.losses),
            "gradient_norms": np.array(self.gradient_norms),
        }
        with written_whole(path) as file:
            np.savez(file, **arrays)  # plain values alone, so no pickle
        # --8<-- [end:checkpoint]

    def read(self, path: Path, steps: int) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint that fits this training, or refuse it. Nothing is changed."""
        arrays = _read(path)
        expected = {"optimizer/t": np.array(0.0)}  # names, shapes and dtypes are compared
        expected |= {f"parameters/{n}": array for n, array in self.parameters.items()}
        expected |= {f"state/{n}": array for n, array in self.state.items()}
        expected |= {
            f"optimizer/{s}/{n}": a for s in self.optimizer.slots for n, a in self.parameters.items()
        }
        for name in sorted(expected.keys() | arrays.keys() - HISTORY):
            mine, theirs = _kind(expected.get(name)), _kind(arrays.get(name))
            if mine != theirs:
                raise ValueError(f"{path} belongs to another training: {name} is {theirs} there, {mine} here")
            if not name.startswith("state/") and not np.isfinite(arrays[name]).all():
                raise ValueError(f"{path} is not a checkpoint: {name} is not finite")
        try:
            copy(self.optimizer).load(_part(arrays, "optimizer"))  # on a copy: nothing is restored yet
            type(self.rng.bit_generator)().state = json.loads(str(arrays["rng"]))
        except Exception as error:
            raise ValueError(f"{path} belongs to another training: {error}") from error
        if len(arrays["losses"]) > steps:
            raise ValueError(f"steps must be at least {len(arrays['losses'])}, as {path} is, got {steps}")
        return arrays

    def restore(self, path: Path, steps: int) -> None:
        """Continue from a checkpoint. If it does not fit, refuse it and change nothing."""
        arrays = self.read(path, steps)
        self.optimizer.load(_part(arrays, "optimizer"))
        self.rng.bit_generator.state = json.loads(str(arrays["rng"]))
        for live, kind in ((self.parameters, "parameters"), (self.state, "state")):
            for name, stored in _part(arrays, kind).items():
                live[name][...] = stored
        self.losses = arrays["losses"].tolist()
        self.gradient_norms = arrays["gradient_norms"].tolist()


HISTORY = {"rng", "losses", "gradient_norms"}
"""What every checkpoint holds, whatever it is of."""


def _kind(array: NDArray[Any] | None) -> str:
    """Describe shape and dtype of an array, or its absence."""
    return "absent" if array is None else f"{array.dtype} of shape {array.shape}"


def _part(arrays: Mapping[str, NDArray[Any]], kind: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of one kind from a checkpoint, by their own names."""
    return {n.removeprefix(f"{kind}/"): array for n, array in arrays.items() if n.startswith(f"{kind}/")}


def _read(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a checkpoint, or refuse the file."""
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
        except Exception as error:  # for a damaged file, zipfile and NumPy raise many kinds
            raise ValueError(f"{path} is not a checkpoint: {error}") from error
    if HISTORY - arrays.keys():
        raise ValueError(f"{path} is not a checkpoint: it holds {sorted(arrays)}")
    losses, norms = arrays["losses"], arrays["gradient_norms"]
    if not (losses.dtype == norms.dtype == np.float64 and losses.ndim == 1 and losses.shape == norms.shape):
        raise ValueError(f"{path} is not a checkpoint: losses are {_kind(losses)}, norms {_kind(norms)}")
    if not np.isfinite([losses, norms]).all():
        raise ValueError(f"{path} is not a checkpoint: a loss or a norm is not finite")
    return arrays


def _check_writable(path: Path) -> None:
    """Refuse a path at which no checkpoint can be written."""
    other = unfinished(path)
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        was_there = other.exists()
        other.open("ab").close()
        if not was_there:
            other.unlink()
    except OSError as error:
        reason = f"checkpoint must be a file that can be written: {error.strerror}"
        raise OSError(error.errno, reason, str(path)) from error


class Chunk(NamedTuple):
    """The result of truncated backpropagation for one chunk of a long sequence."""

    loss: float
    """The loss of the chunk."""
    gradients: dict[str, FloatArray]
    """Its gradients by name, as `backpropagate` returns them: parameters, ``xs``, ``h0`` and ``c0``."""
    h: FloatArray
    """Hidden state after the chunk, (H, B)."""
    c: FloatArray | None
    """Cell state after the chunk, (H, B); None for a network without one."""


def truncated_bptt(
    network: Network,
    xs: ArrayLike,
    targets: ArrayLike,
    loss: Loss,
    *,
    length: int,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
) -> Iterator[Chunk]:
    """Go along a long sequence in chunks: the state is carried from each to the next, the gradient is not.

    Each chunk begins with the state in which the one before ended, so the network can use what it saw long
    ago. But that state counts as a constant. No gradient flows into the chunk before, so nothing teaches the
    network to store what is needed only after the next cut. In return, time and memory are those of one
    chunk, and the weights can change after each (Williams & Peng 1990). The carried state then comes from the
    old ones.

    Parameters
    ----------
    network : LSTM, RNN, GRU or Variant
        The weights are those at the moment when a chunk is asked for.
    xs : array_like, (T, D, B)
        Inputs.
    targets : array_like, (T, O, B)
        What the outputs should be; `loss` gets them in chunks.
    loss : callable
        Takes outputs and targets of a chunk; returns the loss and its gradient, as `squared_error` does.
    length : int
        The number of steps of a chunk. The last may be shorter.
    h0 : array_like, (H, B), optional
        Hidden state before the first step; zeros by default.
    c0 : array_like, (H, B), optional
        Cell state before the first step, for a network that has one; zeros by default.

    Yields
    ------
    Chunk
        Loss, gradients and the state that is carried on.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it. All of `xs` is looked at
        when the function is called; what `targets` may hold, `loss` decides.
    """
    length = as_size("length", length)
    require_network(network)
    if network.output_size is None:
        raise ValueError("network must have a read-out, since loss takes its outputs")
    if not callable(loss):
        raise TypeError(f"loss must be a function, got {loss!r}")
    xs = as_array("xs", xs, ("T", network.input_size, "B"), network.dtype)  # (T, D, B)
    targets = as_real("targets", targets, (len(xs), "O", xs.shape[2]))  # (T, O, B)
    start = unroll(network, xs[:0], h0, c0, keep_cache=False)  # no step: checks, and returns the states
    return _chunks(network, xs, targets, loss, length, start.h, start.c)


def _chunks(
    network: Network,
    xs: NDArray[Any],
    targets: NDArray[Any],
    loss: Loss,
    length: int,
    h: FloatArray,
    c: FloatArray | None,
) -> Iterator[Chunk]:
    """Run and backpropagate through one chunk after the other."""
    # --8<-- [start:truncated]
    for start in range(0, len(xs), length):
        part = slice(start, start + length)
        out = unroll(network, xs[part], h, c)
        value, dys = loss(out.ys, targets[part])
        gradients = backpropagate(out.cache, dys=dys)  # no dh, dc: the cut
        h, c = copy(out.h), copy(out.c)  # the state is carried
        yield Chunk(value, gradients, out.h, out.c)
        # --8<-- [end:truncated]
