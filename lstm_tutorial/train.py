"""The training loop: a generator with one record a step, checkpoints that survive a kill, and truncation.

The loop knows nothing of the network but `parameters()`, and nothing of the task: you give it a function that
draws a batch and one that returns the loss and the gradients. It prints nothing and draws nothing; what to do
with a record is up to whoever reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import FloatArray, RandomSource, as_positive, as_rng, as_size
from lstm_tutorial.lstm import LSTM
from lstm_tutorial.network import backpropagate, unroll
from lstm_tutorial.optim import Optimizer, clip_by_global_norm, global_norm

Loss = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
"""Takes outputs and targets; returns the loss and its gradient with respect to the outputs."""


class Model(Protocol):
    """Whatever has weights by name: LSTM, RNN, GRU, or your own."""

    def parameters(self) -> dict[str, FloatArray]:
        """Return the live weight arrays by name."""


class StepMetrics(NamedTuple):
    """What is known of one step of training."""

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
    """Train a network, one record a step.

    Nothing happens until you ask for a record, and no step is taken that you do not ask for; so
    ``for record in tqdm(train(...), total=steps)`` shows a bar, and ``break`` ends the training.

    With `checkpoint`, everything that the next step depends on is written to that file after every
    `checkpoint_every` steps and after the last. If the file is there already, the training continues from it,
    and the run ends in the same bits as one that was never interrupted.

    Parameters
    ----------
    model : LSTM, RNN, or anything with ``parameters()``
        Its weight arrays are changed in place.
    loss_and_gradients : callable
        Takes a batch; returns the loss and a dict with a gradient for every parameter. Further names, such as
        ``xs``, are ignored.
    draw_batch : callable
        Takes a `numpy.random.Generator`; returns a batch, of any kind that `loss_and_gradients` takes.
    optimizer : SGD or Adam
        A new one, or one that has trained the same network before.
    steps : int
        The number of the last step, steps before an interruption included.
    rng : None, int or numpy.random.Generator
        What `draw_batch` draws from.
    clip : float, optional
        The greatest length of all gradients together; longer ones are shortened to it.
    state : dict of str to numpy.ndarray, optional
        Live arrays that your functions change from step to step, such as a hidden state that is carried
        along: they are stored in the checkpoint and brought back with it.
    checkpoint : path, optional
        A file, ``.npz`` by custom. Written under another name first and moved when complete.
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
        If an argument is of the wrong kind or range, or the checkpoint belongs to another training.
    FloatingPointError
        If a loss or a gradient is not finite; the message names the step. The weights are then those of the
        step before.
    """
    steps = as_size("steps", steps)
    checkpoint_every = as_size("checkpoint_every", checkpoint_every)
    clip = None if clip is None else as_positive("clip", clip)
    run = _Run(model.parameters(), optimizer, dict(state or {}), as_rng(rng))
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None and path.exists():
        run.restore(path)
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
    """Take the steps that are left."""
    # --8<-- [start:loop]
    for step in range(len(run.losses) + 1, steps + 1):
        try:
            batch = draw_batch(run.rng)
            with np.errstate(over="ignore", invalid="ignore"):  # see below
                loss, gradients = loss_and_gradients(batch)
        except Exception as error:
            error.add_note(f"This happened in step {step} of training.")
            raise
        gradients = {n: g for n, g in gradients.items() if n in run.parameters}
        norm = global_norm(gradients)
        if not (isfinite(loss) and isfinite(norm)):
            found = f"the loss is {loss} and the norm of the gradient {norm}"
            raise FloatingPointError(f"step {step}: {found}")
        if clip is not None:
            gradients, _ = clip_by_global_norm(gradients, clip)
        run.optimizer.update(run.parameters, gradients)
        run.losses.append(float(loss))
        run.gradient_norms.append(norm)
        is_due = step % checkpoint_every == 0 or step == steps
        if path is not None and is_due:
            run.save(path)
        yield StepMetrics(step, float(loss), norm)
        # --8<-- [end:loop]


def read_metrics(checkpoint: str | os.PathLike[str]) -> list[StepMetrics]:
    """Return the records of all steps up to a checkpoint; none if the file is not there yet.

    ``read_metrics(path) + list(train(..., checkpoint=path))`` is the whole history, interrupted or not.

    Raises
    ------
    ValueError
        If the file is not a checkpoint.
    """
    path = Path(checkpoint)
    if not path.exists():
        return []
    arrays = _read(path)
    pairs = zip(arrays["losses"].tolist(), arrays["gradient_norms"].tolist(), strict=True)
    return [StepMetrics(step, loss, norm) for step, (loss, norm) in enumerate(pairs, start=1)]


class _Run:
    """Everything that the next step depends on, and how it is written to a file and read back."""

    def __init__(
        self,
        parameters: dict[str, FloatArray],
        optimizer: Optimizer,
        state: dict[str, NDArray[Any]],
        rng: np.random.Generator,
    ) -> None:
        self.parameters = parameters
        self.optimizer = optimizer
        self.state = state
        self.rng = rng
        self.losses: list[float] = []
        self.gradient_norms: list[float] = []

    # --8<-- [start:checkpoint]
    def save(self, path: Path) -> None:
        """Write a checkpoint: complete under another name first, then moved."""
        optimizer = self.optimizer.state()
        rng_state = self.rng.bit_generator.state
        arrays = {
            **{f"parameters/{n}": array for n, array in self.parameters.items()},
            **{f"optimizer/{n}": array for n, array in optimizer.items()},
            **{f"state/{n}": array for n, array in self.state.items()},
            "rng": np.array(json.dumps(rng_state, default=np.ndarray.tolist)),
            "losses": np.array(self.losses),
            "gradient_norms": np.array(self.gradient_norms),
        }
        unfinished = path.with_name(f"{path.name}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        # --8<-- [end:checkpoint]

    def restore(self, path: Path) -> None:
        """Continue from a checkpoint. If it does not fit, refuse it and change nothing."""
        arrays = _read(path)
        live = {f"parameters/{name}": array for name, array in self.parameters.items()}
        live |= {f"state/{name}": array for name, array in self.state.items()}
        stored = {n: a for n, a in arrays.items() if n.startswith(("parameters/", "state/"))}
        for name in sorted(live.keys() | stored.keys()):
            mine, theirs = _kind(live.get(name)), _kind(stored.get(name))
            if mine != theirs:
                raise ValueError(f"{path} belongs to another training: {name} is {theirs} there, {mine} here")
        rng_state = json.loads(str(arrays["rng"]))
        if rng_state["bit_generator"] != self.rng.bit_generator.state["bit_generator"]:
            raise ValueError(f"{path} belongs to another training: its rng is a {rng_state['bit_generator']}")
        optimizer = {n.removeprefix("optimizer/"): a for n, a in arrays.items() if n.startswith("optimizer/")}
        self.optimizer.load(optimizer)
        self.rng.bit_generator.state = rng_state
        for name, array in live.items():
            array[...] = stored[name]
        self.losses = arrays["losses"].tolist()
        self.gradient_norms = arrays["gradient_norms"].tolist()


def _kind(array: NDArray[Any] | None) -> str:
    """Describe shape and dtype of an array, or its absence."""
    return "absent" if array is None else f"{array.dtype} of shape {array.shape}"


def _read(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a checkpoint."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
    except (TypeError, ValueError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path} is not a checkpoint: {error}") from error
    if not {"rng", "losses", "gradient_norms"} <= arrays.keys():
        raise ValueError(f"{path} is not a checkpoint: it holds {sorted(arrays)}")
    return arrays


class Chunk(NamedTuple):
    """What truncated backpropagation gives for one chunk of a long sequence."""

    loss: float
    """The loss of the chunk."""
    gradients: dict[str, FloatArray]
    """Its gradients, as `backpropagate` returns them: by the ten names, ``xs``, ``h0`` and ``c0``."""
    h: FloatArray
    """Hidden state after the chunk, (H, B)."""
    c: FloatArray
    """Cell state after the chunk, (H, B)."""


def truncated_bptt(
    lstm: LSTM,
    xs: FloatArray,
    targets: FloatArray,
    loss: Loss,
    *,
    length: int,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
) -> Iterator[Chunk]:
    """Go along a long sequence in chunks: the state is carried from each to the next, the gradient is not.

    Each chunk begins with the state that the one before ended in, so the network can use what it saw long
    ago. But that state counts as a constant: no gradient flows into the chunk before, so the network is never
    taught to store something for longer than a chunk. In return memory and time are those of a chunk, and
    the weights can change after each (Williams & Peng 1990).

    Change the weights between two chunks, and the carried state is one that the old weights left.

    Parameters
    ----------
    lstm : LSTM
        The cell; the weights are those at the moment when a chunk is asked for.
    xs : numpy.ndarray, (T, D, B)
        Inputs.
    targets : numpy.ndarray, (T, O, B)
        What the outputs should be.
    loss : callable
        Takes outputs and targets of a chunk; returns the loss and its gradient, as `squared_error` does.
    length : int
        The number of steps of a chunk. The last may be shorter.
    h0, c0 : array_like, (H, B), optional
        States before the first step; zeros where none is given.

    Yields
    ------
    Chunk
        Loss, gradients and the state that is carried on.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it.
    """
    length = as_size("length", length)
    # --8<-- [start:truncated]
    h, c = h0, c0
    for start in range(0, len(xs), length):
        part = slice(start, start + length)
        out = unroll(lstm, xs[part], h, c)
        value, dys = loss(out.ys, targets[part])
        gradients = backpropagate(out.cache, dys=dys)  # no dh, no dc: the cut
        h, c = out.h, out.c  # the state is carried
        yield Chunk(value, gradients, out.h, out.c)
        # --8<-- [end:truncated]
