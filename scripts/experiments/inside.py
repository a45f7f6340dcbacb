"""Train the two small networks of the chapter "Inside a trained network", and measure what is inside.

``python scripts/experiments/inside.py`` trains every seed of both tasks, keeps of each task the network whose
memory is most in one unit (`docs/records/inside_reber.npz` and `inside_adding.npz`) and writes what was
measured on all of them to `docs/records/inside.json`. How a unit is interfered with stands in
`scripts.experiments.interventions`; the pages and figures read the record and the weights, and train nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from lstm_tutorial import LSTM, backpropagate, softmax_cross_entropy, squared_error, unroll
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.optim import Adam
from lstm_tutorial.tasks import (
    ADDING_BASELINE,
    REBER_SYMBOLS,
    Sequences,
    SymbolStrings,
    adding,
    embedded_reber,
)
from lstm_tutorial.train import train
from scripts.experiments import harness
from scripts.experiments.interventions import Inside, look
from scripts.experiments.records import RECORDS, rounded

ABOUT = {
    "task": "embedded Reber grammar, and adding; a price on the hidden states; one unit at a time taken away",
}
SEEDS = range(8)
FIRST = 100  # so many first losses are kept, for the test that repeats them
SHARED = {"forget_bias": 1.0, "learning_rate": 0.01, "clip": 1.0}
SETTINGS: dict[str, dict[str, Any]] = {
    "reber": {**SHARED, "hidden_size": 16, "batch_size": 16, "steps": 3000, "price": 0.03, "strings": 1000},
    "adding": {**SHARED, "hidden_size": 4, "batch_size": 32, "steps": 2500, "price": 0.05, "length": 40},
}
CHOOSING, MEASURING = 999, 1000  # seeds of the examples on which a network is chosen, and then measured
EXAMPLES = 500
CLAMPS: dict[str, dict[str, float]] = {
    "f=0": {"f": 0.0},
    "i=1": {"i": 1.0},
    "i=0": {"i": 0.0},
    "o=0": {"o": 0.0},
}
WRITTEN = 2  # the first step, counted from 0, after the one that shows the bit

Trained = tuple[LSTM, list[float]]


# ----------------------------------------------------------------------------------------------------
# Training
# ----------------------------------------------------------------------------------------------------


def train_reber(seed: int, steps: int) -> Trained:
    """Train a network on strings of the embedded Reber grammar and return it with its losses."""
    s = SETTINGS["reber"]
    B = s["batch_size"]
    rng = np.random.default_rng(seed)
    lstm = LSTM(7, s["hidden_size"], 7, rng=rng, forget_bias=s["forget_bias"])
    strings = embedded_reber(s["strings"], rng=rng)

    def draw(rng: np.random.Generator) -> tuple[FloatArray, FloatArray, NDArray[Any]]:
        k = rng.integers(s["strings"], size=B)  # (B,)
        T = strings.lengths[k].max()
        return strings.xs[:T, :, k], strings.targets[:T, :, k], strings.lengths[k]

    def loss_and_gradients(
        batch: tuple[FloatArray, FloatArray, NDArray[Any]],
    ) -> tuple[float, dict[str, FloatArray]]:
        xs, targets, lengths = batch
        out = unroll(lstm, xs, lengths=lengths)
        true = np.arange(len(xs))[:, None] < lengths  # (T, B), steps that are no padding
        ys = out.ys.transpose(0, 2, 1)[true].T  # (7, N), all true steps side by side
        loss, dy = softmax_cross_entropy(ys, targets.transpose(0, 2, 1)[true].T)
        dys = np.zeros((len(xs), B, 7))  # (T, B, O)
        dys[true] = dy.T
        dhs = s["price"] * np.sign(out.hs) / true.sum()  # (T, H, B)
        return loss, backpropagate(out.cache, dys=dys.transpose(0, 2, 1), dhs=dhs)

    return lstm, losses_of(lstm, loss_and_gradients, draw, s, steps, rng)


def train_adding(seed: int, steps: int) -> Trained:
    """Train a network on the adding problem and return it with its losses."""
    s = SETTINGS["adding"]
    B, T = s["batch_size"], s["length"]
    rng = np.random.default_rng(seed)
    lstm = LSTM(2, s["hidden_size"], 1, rng=rng, forget_bias=s["forget_bias"])

    def loss_and_gradients(batch: Sequences) -> tuple[float, dict[str, FloatArray]]:
        out = unroll(lstm, batch.xs)
        loss, dy = squared_error(out.ys[-1], batch.targets)
        dys = np.zeros_like(out.ys)  # (T, O, B)
        dys[-1] = dy
        # --8<-- [start:price]
        dhs = s["price"] * np.sign(out.hs) / B / T  # (T, H, B)
        gradients = backpropagate(out.cache, dys=dys, dhs=dhs)
        # --8<-- [end:price]
        return loss, gradients

    return lstm, losses_of(lstm, loss_and_gradients, lambda rng: adding(B, T, rng=rng), s, steps, rng)


def losses_of(
    lstm: LSTM,
    loss_and_gradients: Callable[[Any], tuple[float, dict[str, FloatArray]]],
    draw: Callable[[np.random.Generator], Any],
    settings: dict[str, Any],
    steps: int,
    rng: np.random.Generator,
) -> list[float]:
    """Train and return the loss of every step."""
    optimizer = Adam(settings["learning_rate"])
    records = train(lstm, loss_and_gradients, draw, optimizer, steps=steps, rng=rng, clip=settings["clip"])
    return [record.loss for record in records]


TRAIN: dict[str, Callable[[int, int], Trained]] = {"reber": train_reber, "adding": train_adding}


# ----------------------------------------------------------------------------------------------------
# Measuring: the network that keeps a symbol
# ----------------------------------------------------------------------------------------------------


def accuracy(run: Inside, strings: SymbolStrings) -> float:
    """Return the share of strings whose second-last symbol is the most active output when it is due."""
    T, P = REBER_SYMBOLS.index("T"), REBER_SYMBOLS.index("P")
    # --8<-- [start:accuracy]
    y = run.y[due(strings), :, np.arange(len(strings.lengths))]  # (B, 7)
    right = y.argmax(axis=1) == np.where(is_t(strings), T, P)  # (B,)
    # --8<-- [end:accuracy]
    return float(right.mean())


def due(strings: SymbolStrings) -> NDArray[Any]:
    """Return the step of each string whose output must be the second-last symbol, (B,)."""
    return strings.lengths - 2  # (B,)


def is_t(strings: SymbolStrings) -> NDArray[np.bool_]:
    """Return for each string whether its second symbol is T, (B,). Otherwise it is P."""
    second: NDArray[np.bool_] = strings.xs[1, REBER_SYMBOLS.index("T")] == 1  # (B,)
    return second


def separation(run: Inside, strings: SymbolStrings) -> FloatArray:
    """Return for each unit how far its cell state keeps T and P apart when the answer is due, (H,).

    The distance of the two means, in units of the two standard deviations' sum.
    """
    # --8<-- [start:separation]
    c = run.c[due(strings), :, np.arange(len(strings.lengths))]  # (B, H)
    of_t, of_p = c[is_t(strings)], c[~is_t(strings)]
    distance = abs(of_t.mean(axis=0) - of_p.mean(axis=0))  # (H,)
    apart: FloatArray = distance / (of_t.std(axis=0) + of_p.std(axis=0))  # (H,)
    # --8<-- [end:separation]
    return apart


def zeroed_reber(lstm: LSTM, strings: SymbolStrings, since: int = 0) -> list[float]:
    """Return the accuracy with each unit in turn held at zero."""
    units = range(lstm.hidden_size)
    return [accuracy(look(lstm, strings.xs, unit=k, zero=True, since=since), strings) for k in units]


def measure_reber(lstm: LSTM, strings: SymbolStrings) -> dict[str, Any]:
    """Measure what each unit holds, and what happens without it."""
    run = look(lstm, strings.xs)
    apart = separation(run, strings)
    zeroed = zeroed_reber(lstm, strings)
    unit = int(np.argmin(zeroed))
    share_of_t = is_t(strings).mean()
    return {
        "unit": unit,
        "baseline": float(max(share_of_t, 1 - share_of_t)),
        "accuracy": accuracy(run, strings),
        "separation": apart.tolist(),
        "zeroed": zeroed,
        "zeroed_after": zeroed_reber(lstm, strings, WRITTEN),
        "clamped": {
            name: accuracy(look(lstm, strings.xs, unit=unit, clamp=clamp, since=WRITTEN), strings)
            for name, clamp in CLAMPS.items()
        },
        "moments": moments_of(run, strings, unit),
    }


def moments_of(run: Inside, strings: SymbolStrings, unit: int) -> dict[str, dict[str, float]]:
    """Return the unit's mean values when the bit is written, held and read, for T and for P."""
    steps = np.arange(len(strings.xs))[:, None]  # (T, 1)
    when = {"write": steps == 1, "hold": (steps > 1) & (steps < due(strings)), "read": steps == due(strings)}
    result = {}
    for moment, chosen in when.items():
        for letter, of_letter in (("T", is_t(strings)), ("P", ~is_t(strings))):
            here = np.broadcast_to(chosen & of_letter, run.c[:, unit].shape)  # (T, B)
            values = {name: float(getattr(run, name)[:, unit][here].mean()) for name in Inside._fields[:6]}
            result[f"{moment} {letter}"] = values
    return result


# ----------------------------------------------------------------------------------------------------
# Measuring: the network that adds
# ----------------------------------------------------------------------------------------------------


def error(run: Inside, examples: Sequences) -> float:
    """Return the mean squared error of the last outputs."""
    return float(np.mean((run.y[-1] - examples.targets) ** 2))


def running_sum(examples: Sequences) -> FloatArray:
    """Return the sum of the marked numbers up to each step, (T, B)."""
    total: FloatArray = (examples.xs[:, 0] * examples.xs[:, 1]).cumsum(axis=0)  # (T, B)
    return total


def correlations(run: Inside, examples: Sequences) -> FloatArray:
    """Return the correlation of every cell state with the running sum at each step, (T, H).

    Taken over the sequences that have seen a mark, and within those that have seen equally many: what the
    unit does at every step, or at every mark whatever the number, does not count.
    """
    total, c = running_sum(examples), run.c.copy()  # (T, B), (T, H, B)
    # --8<-- [start:correlation]
    marks = examples.xs[:, 1].cumsum(axis=0)  # (T, B), marks seen so far
    for number in (1, 2):
        same = marks == number  # (T, B)
        share = same / np.maximum(same.sum(axis=1, keepdims=True), 1)  # (T, B)
        total -= same * (total * share).sum(axis=1, keepdims=True)
        c -= same[:, None] * (c * share[:, None]).sum(axis=2, keepdims=True)
    c *= marks[:, None] > 0
    products = np.einsum("thb,tb->th", c, total)  # (T, H)
    sizes = (c**2).sum(axis=2) * (total**2).sum(axis=1)[:, None]  # (T, H)
    result: FloatArray = products / np.sqrt(sizes)  # (T, H)
    # --8<-- [end:correlation]
    return result


def zeroed_adding(lstm: LSTM, examples: Sequences) -> list[float]:
    """Return the error with each unit in turn held at zero."""
    return [error(look(lstm, examples.xs, unit=k, zero=True), examples) for k in range(lstm.hidden_size)]


def measure_adding(lstm: LSTM, examples: Sequences) -> dict[str, Any]:
    """Measure what each unit holds, and what happens without it."""
    run = look(lstm, examples.xs)
    correlation = correlations(run, examples)  # (T, H)
    zeroed = zeroed_adding(lstm, examples)
    unit = int(np.argmax(zeroed))
    marked = examples.xs[:, 1] == 1  # (T, B)
    added = (run.i * run.c_tilde)[:, unit]  # (T, B)
    slope, offset = np.polyfit(examples.xs[:, 0][marked], added[marked], 1)
    return {
        "unit": unit,
        "baseline": ADDING_BASELINE,
        "error": error(run, examples),
        "correlation": correlation[-1].tolist(),
        "correlation_by_step": correlation[:, unit].tolist(),
        "zeroed": zeroed,
        "clamped": {
            name: error(look(lstm, examples.xs, unit=unit, clamp=clamp), examples)
            for name, clamp in CLAMPS.items()
        },
        "at_marks": {
            name: float(getattr(run, name)[:, unit][marked].mean()) for name in ("f", "i", "c_tilde", "o")
        },
        "elsewhere": {
            name: float(getattr(run, name)[:, unit][~marked].mean()) for name in ("f", "i", "c_tilde", "o")
        },
        "added_at_marks": {
            "mean": float(added[marked].mean()),
            "elsewhere": float(added[~marked].mean()),
            "slope": float(slope),
            "offset": float(offset),
            "correlation": float(np.corrcoef(examples.xs[:, 0][marked], added[marked])[0, 1]),
        },
        "output_gate_at_end": float(run.o[-1, unit].mean()),
    }


# ----------------------------------------------------------------------------------------------------
# Choosing and writing
# ----------------------------------------------------------------------------------------------------


def examples_of(task: str, seed: int, number: int = EXAMPLES) -> Any:
    """Draw strings or sequences that no network was trained on by plan; short strings may repeat."""
    return (
        embedded_reber(number, rng=seed)
        if task == "reber"
        else adding(number, SETTINGS[task]["length"], rng=seed)
    )


def without_each(task: str, lstm: LSTM) -> dict[str, Any]:
    """Return, on the examples for choosing, the score with every unit and with each one at zero."""
    examples = examples_of(task, CHOOSING)
    run = look(lstm, examples.xs)
    if task == "reber":
        zeroed = zeroed_reber(lstm, examples)
        return {"accuracy": accuracy(run, examples), "zeroed": zeroed, "gap": gap(zeroed)}
    zeroed = zeroed_adding(lstm, examples)
    capped = [1 - min(value, ADDING_BASELINE) / ADDING_BASELINE for value in zeroed]
    return {"error": error(run, examples), "zeroed": zeroed, "gap": gap(capped)}


def gap(scores: list[float]) -> float:
    """Return how much worse the network is without its most needed unit than without the next."""
    lowest, next_lowest = sorted(scores)[:2]
    return next_lowest - lowest


def load(task: str) -> LSTM:
    """Return the committed network of a task."""
    with np.load(RECORDS / f"inside_{task}.npz", allow_pickle=False) as stored:
        D, O = {"reber": (7, 7), "adding": (2, 1)}[task]
        lstm = LSTM(D, SETTINGS[task]["hidden_size"], O, rng=0)
        for name in lstm.parameters():
            setattr(lstm, name, stored[name])
    return lstm


def save(task: str, lstm: LSTM) -> None:
    """Write the weights of a network, whole or not at all."""
    path = RECORDS / f"inside_{task}.npz"
    temporary = path.with_suffix(".npz.part")
    with temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **lstm.parameters())
    os.replace(temporary, path)


def weights_digest(lstm: LSTM) -> str:
    """Return a digest of all weights by name."""
    result = hashlib.sha256()
    for name, array in lstm.parameters().items():
        result.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return result.hexdigest()[:16]


def run_task(task: str) -> dict[str, Any]:
    """Train all seeds of a task, keep the network with the largest gap, and return what was measured."""
    seeds, networks = [], []
    for seed in tqdm(SEEDS, desc=task, unit="network", disable=None):
        lstm, losses = TRAIN[task](seed, SETTINGS[task]["steps"])
        seeds.append({"seed": seed, "first_losses": rounded(losses[:FIRST], 9)} | without_each(task, lstm))
        networks.append(lstm)
    chosen = max(SEEDS, key=lambda k: seeds[k]["gap"])
    save(task, networks[chosen])
    measure = measure_reber if task == "reber" else measure_adding
    return {
        "settings": SETTINGS[task],
        "seeds": rounded(seeds, 9),
        "chosen": chosen,
        "weights": weights_digest(networks[chosen]),
        "examples": EXAMPLES,
        "measured": rounded(measure(networks[chosen], examples_of(task, MEASURING))),
    }


def measure_all() -> dict[str, Any]:
    """Return what the record holds, and write the two files of weights."""
    return {"networks": {task: run_task(task) for task in TRAIN}}


if __name__ == "__main__":
    harness.main_whole("inside")
