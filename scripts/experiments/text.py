"""Three comedies, letter by letter: an LSTM with and without regularization, a GRU and a plain RNN.

The text is read in parallel streams. Each is cut into chunks, and the state is carried from chunk to chunk
(truncated backpropagation). After every epoch the network is tested on the validation text, and the weights
of the best epoch are kept: no choice is made on the test text. The first run of the first arm stores its
weights in the package, for the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstm_tutorial import (
    GRU,
    LSTM,
    RNN,
    Adam,
    backpropagate,
    cosine_schedule,
    drop_connections,
    dropout_mask,
    softmax_cross_entropy,
    train,
    unroll,
)
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.interop import save
from lstm_tutorial.network import Network, side_by_side, weight_gradients
from lstm_tutorial.text import DATA, Symbols, bits_per_letter, comedies, inputs, one_hot, streams
from scripts.experiments.common import Gradients, LossAndGradients, Rng
from scripts.experiments.harness import Step

ABOUT = {
    "title": "Three comedies, letter by letter",
    "task": "Predict the next letter of A Midsummer Night's Dream, Twelfth Night and As You Like It; the "
    "last twentieth of the text is the test, and the twentieth before it the validation.",
    "criterion": "Bits per letter of the test text, with the weights of the epoch that was best on the "
    "validation text. A run is solved below 2.13 bits, which no n-gram model reaches.",
    "loss": "cross-entropy per letter [nats], with dropout",
}
SEEDS = range(3)
WEIGHTS = DATA / "comedies.safetensors"
EPOCH = 294  # chunks of the training text, the last one shorter
VALIDATION_STREAMS = 16
_SHARED: dict[str, Any] = {
    "network": "LSTM",
    "hidden_size": 256,
    "batch_size": 16,
    "length": 64,
    "dtype": "float32",
    "forget_bias": 1.0,
    "learning_rate": 0.004,
    "clip": 1.0,
    "steps": 36 * EPOCH,
    "dropout": 0.4,
    "drop_connect": 0.4,
}
_SMALL = {**_SHARED, "steps": 8 * EPOCH, "dropout": 0.2, "drop_connect": 0.0}
ARMS: dict[str, dict[str, Any]] = {
    "LSTM": {**_SHARED, "stored_seed": 0},
    "LSTM, 26 epochs": {**_SHARED, "steps": 26 * EPOCH},
    "LSTM, no dropout": {**_SHARED, "steps": 20 * EPOCH, "dropout": 0.0, "drop_connect": 0.0},
    "LSTM, no dropout, short": {**_SHARED, "steps": 10 * EPOCH, "dropout": 0.0, "drop_connect": 0.0},
    "small LSTM": {**_SMALL, "hidden_size": 128},
    "small GRU": {**_SMALL, "network": "GRU", "hidden_size": 150},
    "small plain RNN": {**_SMALL, "network": "RNN", "hidden_size": 269, "learning_rate": 0.001},
}
KNESER_NEY = 2.13  # bits per letter; no n-gram model of docs/records/ngrams.json reaches them


def new_network(settings: dict[str, Any], size: int, rng: Rng) -> Network:
    """Return the network that the settings describe, with its initial weights; letters in, letters out."""
    sizes, dtype = (size, settings["hidden_size"], size), settings["dtype"]
    if settings["network"] == "RNN":
        return RNN(*sizes, rng=rng, dtype=dtype)
    if settings["network"] == "LSTM":
        return LSTM(*sizes, rng=rng, dtype=dtype, forget_bias=settings["forget_bias"])
    gru = GRU(*sizes, rng=rng, dtype=dtype)
    gru.Wz_bias += settings["forget_bias"]  # (H, 1), what stays at first
    return gru


def regularized_loss(settings: dict[str, Any], network: Network, rng: Rng) -> LossAndGradients:
    """Return a function that runs one chunk after the other and carries the state along.

    A chunk is letters, (K+1, B), and whether its columns begin here.
    """
    state: list[FloatArray] = []
    p, q = settings["dropout"], settings["drop_connect"]

    def loss_and_gradients(chunk: tuple[Symbols, bool]) -> tuple[float, Gradients]:
        letters, is_first = chunk
        if is_first:
            state.clear()  # zeros
        # --8<-- [start:chunk]
        thinned, masks = drop_connections(network, q, rng=rng)
        out = unroll(thinned, inputs(network, letters[:-1]), *state)
        state[:] = [s for s in (out.h, out.c) if s is not None]  # carried

        mask = dropout_mask(out.hs.shape, p, rng=rng)  # (K, H, B)
        mask = mask.astype(network.dtype)
        hs = out.hs * mask  # (K, H, B), what the read-out sees
        ys = network.Wy @ hs + network.Wy_bias  # (K, O, B)
        targets = one_hot(letters[1:], network.input_size)  # (K, O, B)
        loss, dys = softmax_cross_entropy(ys, targets)

        dhs = mask * (network.Wy.T @ dys)  # (K, H, B)
        gradients = backpropagate(out.cache, dhs=dhs)
        gradients |= weight_gradients(side_by_side(hs), Wy=side_by_side(dys))
        for name, kept in masks.items():
            gradients[name] *= kept  # none for a weight that was left out
        # --8<-- [end:chunk]
        return loss, gradients

    return loss_and_gradients


def chunks(text: Symbols, batch_size: int, length: int) -> Iterator[tuple[Symbols, bool]]:
    """Go through a text again and again, in chunks of letters and the letter after them, (K+1, B)."""
    columns = streams(text, batch_size)  # (T, B)
    while True:
        for start in range(0, len(columns) - 1, length):
            yield columns[start : start + length + 1], start == 0


# --8<-- [start:run]
def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train for a number of epochs, keep the weights of the best one, and test these."""
    text, rng = comedies(), np.random.default_rng(seed)
    network = new_network(settings, len(text.alphabet), rng)
    batches = chunks(text.train, settings["batch_size"], settings["length"])
    steps, loss_of = settings["steps"], regularized_loss(settings, network, rng)
    adam = Adam(cosine_schedule(settings["learning_rate"], steps))
    best, validation = network.copy(), []
    for step, loss, _ in train(
        network, loss_of, lambda _: next(batches), adam, steps=steps, clip=settings["clip"]
    ):
        if step % EPOCH == 0:
            validation.append(bits_per_letter(network, text.validation, VALIDATION_STREAMS))
            if validation[-1] == min(validation):
                best = network.copy()
        if step < steps:
            yield Step(loss, step * settings["batch_size"])
    if settings.get("stored_seed") == seed:
        save(best, WEIGHTS, dtype=np.float16)
    result: dict[str, Any] = {
        "validation": validation,
        "best_epoch": 1 + int(np.argmin(validation)),
        "test": bits_per_letter(best, text.test),
        "parameters": sum(array.size for array in best.parameters().values()),
    }
    yield Step(loss, step * settings["batch_size"], result["test"] < KNESER_NEY, result)
    # --8<-- [end:run]
