"""What several experiments share: networks with their initial weights, training, answers at the last step.

No task stands here; those are in `lstm_tutorial.tasks`, and criteria of one experiment in its script.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial import (
    LSTM,
    RNN,
    Adam,
    StepMetrics,
    Variant,
    backpropagate,
    softmax_cross_entropy,
    train,
    unroll,
)
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.network import Network
from lstm_tutorial.tasks import Sequences, SymbolStrings
from scripts.experiments.harness import Step

Rng = np.random.Generator
Gradients = dict[str, FloatArray]
LossOf = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
LossAndGradients = Callable[[Any], tuple[float, Gradients]]

SHARED = {"hidden_size": 32, "batch_size": 32, "dtype": "float32", "learning_rate": 0.01, "clip": 1.0}
"""The settings that four experiments have in common."""


def new_network(settings: dict[str, Any], D: int, O: int, rng: Rng) -> Network:
    """Return the network that the settings describe: an LSTM, an RNN, or an LSTM with one ``change``.

    ``forget_bias`` is a number, or "chrono" for spans up to ``t_max``.
    """
    sizes = D, settings["hidden_size"], O
    dtype = settings.get("dtype", "float64")
    if settings.get("network") == "RNN":
        return RNN(*sizes, rng=rng, dtype=dtype)
    chrono = settings["forget_bias"] == "chrono"
    forget_bias = 0.0 if chrono else settings["forget_bias"]
    if "change" in settings:
        return Variant(*sizes, change=settings["change"], rng=rng, dtype=dtype, forget_bias=forget_bias)
    lstm = LSTM(*sizes, rng=rng, dtype=dtype, forget_bias=forget_bias)
    if chrono:
        chrono_biases(lstm, settings["t_max"], rng)
    return lstm


# --8<-- [start:chrono]
def chrono_biases(lstm: LSTM, t_max: float, rng: Rng) -> None:
    """Set the biases so that the units start out remembering for 2 to `t_max` steps, each for its own span.

    A forget gate of ``1 - 1/t`` keeps its unit for about t steps, and its bias is then ``ln(t - 1)``
    (Tallec & Ollivier 2018, equation 16).
    """
    spans = rng.uniform(1.0, t_max - 1.0, (lstm.hidden_size, 1))  # (H, 1), t - 1 for each unit
    lstm.Wf_bias = np.log(spans)  # (H, 1)
    lstm.Wi_bias = -np.log(spans)  # (H, 1)
    # --8<-- [end:chrono]


def train_by(
    settings: dict[str, Any],
    network: Network,
    loss_and_gradients: LossAndGradients,
    draw_batch: Callable[[Rng], Any],
    rng: Rng | None = None,
) -> Iterator[StepMetrics]:
    """Train with Adam and gradients clipped by their norm, with the numbers of the settings."""
    optimizer = Adam(settings["learning_rate"], beta2=settings.get("beta2", 0.999))
    steps, clip = settings["steps"], settings["clip"]
    return train(network, loss_and_gradients, draw_batch, optimizer, steps=steps, rng=rng, clip=clip)


def guesses(settings: dict[str, Any], network: Network, rng: Rng) -> Iterator[int]:
    """Draw all weights anew, uniform in [-guess, guess], again and again; yield the number of the guess."""
    for step in range(1, settings["steps"] + 1):
        for array in network.parameters().values():
            array[...] = rng.uniform(-settings["guess"], settings["guess"], array.shape)
        yield step


def answers(network: Network, batch: Sequences) -> FloatArray:
    """Return the output at each column's last valid step, (O, B)."""
    return last_outputs(unroll(network, batch.xs, keep_cache=False).ys, batch.lengths)


def last_outputs(ys: FloatArray, lengths: NDArray[Any]) -> FloatArray:
    """Return each column's output at its last valid step, (O, B)."""
    return ys[lengths - 1, :, np.arange(ys.shape[2])].T  # (O, B)


def loss_at_last_step(network: Network, loss_of: LossOf) -> LossAndGradients:
    """Return loss and gradients of a batch that is answered at each column's last valid step.

    `loss_of` takes these outputs and the targets, (O, B) each, and returns the loss and its gradient.
    """

    def loss_and_gradients(batch: Sequences) -> tuple[float, Gradients]:
        unrolled = unroll(network, batch.xs)
        loss, dy = loss_of(last_outputs(unrolled.ys, batch.lengths), batch.targets)
        dys = np.zeros_like(unrolled.ys)  # (T, O, B)
        dys[batch.lengths - 1, :, np.arange(dys.shape[2])] = dy.T
        return loss, backpropagate(unrolled.cache, dys=dys)

    return loss_and_gradients


def loss_at_every_step(network: Network) -> LossAndGradients:
    """Return loss and gradients of a batch that is answered at every step, by cross-entropy."""

    def loss_and_gradients(batch: Sequences | SymbolStrings) -> tuple[float, Gradients]:
        unrolled = unroll(network, batch.xs)
        loss, dys = softmax_cross_entropy(unrolled.ys, batch.targets)
        return loss, backpropagate(unrolled.cache, dys=dys)

    return loss_and_gradients


class MovingMean:
    """The mean of the last `window` values; infinite until there are that many."""

    def __init__(self, window: int) -> None:
        self.values: deque[float] = deque(maxlen=window)

    def add(self, value: float) -> float:
        """Add a value and return the mean."""
        self.values.append(value)
        full = len(self.values) == self.values.maxlen
        return sum(self.values) / len(self.values) if full else float("inf")


def run_1997(
    settings: dict[str, Any],
    network: Network,
    draw_batch: Callable[..., Sequences],
    loss_of: LossOf,
    is_wrong: Callable[[FloatArray, FloatArray], NDArray[np.bool_]],
    rng: Rng,
) -> Iterator[Step]:
    """Train until the criterion of Hochreiter & Schmidhuber (1997) for adding and temporal order is met.

    The 2,000 most recent training sequences are all right, and their mean loss is below a limit. Then 2,560
    fresh sequences are tested. `is_wrong` takes outputs and targets, (O, B) each, and returns (B,).
    """
    B, in_a_row, mean = settings["batch_size"], 0, MovingMean(2000 // settings["batch_size"])

    def loss_and_count(y: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
        nonlocal in_a_row
        wrong = np.flatnonzero(is_wrong(y, targets))
        in_a_row = in_a_row + B if len(wrong) == 0 else B - 1 - int(wrong[-1])
        return loss_of(y, targets)

    loss_and_gradients = loss_at_last_step(network, loss_and_count)
    for step, loss, _ in train_by(
        settings, network, loss_and_gradients, lambda rng: draw_batch(B, rng=rng), rng
    ):
        solved = mean.add(loss) < settings["limit"] and in_a_row >= 2000
        if solved or step == settings["steps"]:
            test = draw_batch(2560, rng=rng)
            wrong = is_wrong(answers(network, test), test.targets)  # (2560,)
            yield Step(loss, step * B, solved, {"wrong_of_2560": int(wrong.sum())})
            return
        yield Step(loss, step * B)
