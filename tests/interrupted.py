"""A training with everything that a checkpoint can hold, and a way to kill it at a chosen moment.

``python -m tests.interrupted CHECKPOINT MOMENT`` trains and kills its own process with SIGKILL then, or
goes on to the end if the moment never comes. `tests/test_train.py` checks what is left. No test is here.
"""

import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lstm_tutorial import LSTM, Adam, StepMetrics, backpropagate, squared_error, train, unroll

STEPS = 40
STATE = {"h", "c", "batches"}
EVERY = 7
"""Not a divisor of the steps: the last checkpoint is a short way after the one before."""


def make(
    checkpoint: Path | None, *, steps: int = STEPS, every: int = EVERY, rng: Any = 3
) -> tuple[dict[str, Any], Iterator[StepMetrics]]:
    """Return everything that a training changes, and the training: random batches and a carried state."""
    lstm = LSTM(2, 3, 1, rng=0)
    state = {"h": np.zeros((3, 2)), "c": np.zeros((3, 2)), "batches": np.array(0)}
    optimizer = Adam(lambda t: 0.05 / t)

    def draw_batch(rng: np.random.Generator) -> Any:
        state["batches"] += 1
        return rng.standard_normal((4, 2, 2)), rng.standard_normal((4, 1, 2))  # (T, D, B), (T, O, B)

    def loss_and_gradients(batch: Any) -> Any:
        xs, targets = batch
        out = unroll(lstm, xs, state["h"], state["c"])
        state["h"][...], state["c"][...] = out.h, out.c
        loss, dys = squared_error(out.ys, targets)
        return loss, backpropagate(out.cache, dys=dys)

    options: dict[str, Any] = {"clip": 0.5, "checkpoint": checkpoint, "checkpoint_every": every}
    steps_of_training = train(
        lstm, loss_and_gradients, draw_batch, optimizer, steps=steps, rng=rng, state=state, **options
    )
    return lstm.parameters() | state, steps_of_training


def die(*_: Any, **__: Any) -> None:
    """End this process at once, as a power cut or the kernel does."""
    os.kill(os.getpid(), signal.SIGKILL)


def _die_in_the_middle_of_writing(file: Any, **arrays: Any) -> None:
    whole = io.BytesIO()
    np.savez_compressed(whole, **arrays)
    file.write(whole.getvalue()[: whole.tell() // 2])
    file.flush()
    die()


def _die_after_the_move(source: Any, target: Any) -> None:
    os.rename(source, target)
    die()


MOMENTS: dict[str, tuple[Any, str, Any]] = {
    "before writing": (np, "savez", die),
    "in the middle of writing": (np, "savez", _die_in_the_middle_of_writing),
    "before the move": (os, "replace", die),
    "after the move": (os, "replace", _die_after_the_move),
    "in the middle of an update": (Adam, "_direction", die),
}


def main() -> None:
    """Train, and die the first time that the moment comes after the tenth step."""
    checkpoint, moment = sys.argv[1:]
    _, training = make(Path(checkpoint))
    for metrics in training:
        print(metrics.step, flush=True)
        if metrics.step == 10 and moment in MOMENTS:
            setattr(*MOMENTS[moment])


if __name__ == "__main__":
    main()
