"""Train the small networks of the chapter "Inside a trained network", and measure what is inside each.

Two tasks are the arms. Each run stores the weights of its network (`docs/records/inside/reber_3.npz`), so
that pages, figures and tests can look inside again without training. The chapter shows the network of each
task that has the largest margin.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial import (
    LSTM,
    StepTrace,
    backpropagate,
    softmax_cross_entropy,
    squared_error,
    trace_sequence,
    unroll,
)
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.tasks import (
    ADDING_BASELINE,
    REBER_SYMBOLS,
    Sequences,
    SymbolStrings,
    adding,
    embedded_reber,
)
from scripts.experiments import records
from scripts.experiments.common import Gradients, LossAndGradients, Rng, train_by
from scripts.experiments.harness import Step
from scripts.experiments.records import rounded
from scripts.files import write_atomically

ABOUT = {
    "title": "Inside a trained network",
    "task": "Embedded Reber grammar, and adding, with an L1 activity penalty on the hidden states; then one "
    "unit at a time is set to zero.",
    "criterion": "Reber: 99 % of 500 strings have the right second-last symbol. Adding: a mean squared error "
    "below 0.01.",
    "loss": "cross-entropy per symbol [nats]; mean squared error",
}
SEEDS = range(8)
_SHARED = {"forget_bias": 1.0, "learning_rate": 0.01, "clip": 1.0, "examples": 500}
_REBER = {"strings": 1000, "hidden_size": 16, "batch_size": 16, "steps": 3000, "activity_penalty": 0.03}
_ADDING = {"length": 40, "hidden_size": 4, "batch_size": 32, "steps": 2500, "activity_penalty": 0.05}
ARMS: dict[str, dict[str, Any]] = {
    "reber": {"task": "reber", **_SHARED, **_REBER},
    "adding": {"task": "adding", **_SHARED, **_ADDING},
}
SELECTION_SEED, MEASURING_SEED = 999, 1000  # of the examples on which a network is chosen, then measured
CLAMPS = {"f=0": ("f", 0.0), "i=1": ("i", 1.0), "i=0": ("i", 0.0), "o=0": ("o", 0.0)}
FIRST_HELD_STEP = 2  # counted from 0; step 1 shows the bit

GATES = ("f", "i", "c_tilde", "o")
Score = Callable[[StepTrace, Any], float]
Intervention = Callable[[int, str, FloatArray], None]


# ----------------------------------------------------------------------------------------------------
# Training
# ----------------------------------------------------------------------------------------------------


def new_lstm(task: str, rng: Rng | int) -> LSTM:
    """Return an untrained network for a task."""
    D, O = {"reber": (7, 7), "adding": (2, 1)}[task]
    s = ARMS[task]
    return LSTM(D, s["hidden_size"], O, rng=rng, forget_bias=s["forget_bias"])


def reber_training(lstm: LSTM, s: dict[str, Any], rng: Rng) -> tuple[LossAndGradients, Callable[[Rng], Any]]:
    """Return loss and batches: next symbols of a fixed set of strings, with the activity penalty."""
    strings = embedded_reber(s["strings"], rng=rng)

    def draw_batch(rng: Rng) -> tuple[FloatArray, FloatArray, NDArray[Any]]:
        k = rng.integers(s["strings"], size=s["batch_size"])  # (B,)
        T = strings.lengths[k].max()
        return strings.xs[:T, :, k], strings.targets[:T, :, k], strings.lengths[k]

    def loss_and_gradients(batch: tuple[FloatArray, FloatArray, NDArray[Any]]) -> tuple[float, Gradients]:
        xs, targets, lengths = batch
        out = unroll(lstm, xs, lengths=lengths)
        valid = np.arange(len(xs))[:, None] < lengths  # (T, B), steps that are no padding
        ys = out.ys.transpose(0, 2, 1)[valid].T  # (7, N), all valid steps side by side
        loss, dy = softmax_cross_entropy(ys, targets.transpose(0, 2, 1)[valid].T)
        dys = np.zeros((*valid.shape, 7))  # (T, B, O)
        dys[valid] = dy.T
        dhs = s["activity_penalty"] * np.sign(out.hs) / valid.sum()  # (T, H, B)
        return loss, backpropagate(out.cache, dys=dys.transpose(0, 2, 1), dhs=dhs)

    return loss_and_gradients, draw_batch


def adding_training(lstm: LSTM, s: dict[str, Any], rng: Rng) -> tuple[LossAndGradients, Callable[[Rng], Any]]:
    """Return loss and batches: fresh sequences of the adding problem, with the activity penalty."""
    B, T = s["batch_size"], s["length"]

    def loss_and_gradients(batch: Sequences) -> tuple[float, Gradients]:
        out = unroll(lstm, batch.xs)
        loss, dy = squared_error(out.ys[-1], batch.targets)
        dys = np.zeros_like(out.ys)  # (T, O, B)
        dys[-1] = dy
        # --8<-- [start:penalty]
        dhs = s["activity_penalty"] * np.sign(out.hs) / B / T  # (T, H, B)
        gradients = backpropagate(out.cache, dys=dys, dhs=dhs)
        # --8<-- [end:penalty]
        return loss, gradients

    return loss_and_gradients, lambda rng: adding(B, T, rng=rng)


def run(settings: dict[str, Any], seed: int) -> Iterator[Step]:
    """Train one network, store its weights, and measure it on the examples for selection and on others."""
    task = settings["task"]
    rng = np.random.default_rng(seed)
    lstm = new_lstm(task, rng)
    training = reber_training if task == "reber" else adding_training
    for step, loss, _ in train_by(settings, lstm, *training(lstm, settings, rng), rng):
        if step < settings["steps"]:
            yield Step(loss, step * settings["batch_size"])
    save(task, seed, lstm)
    result = selection(task, lstm) | {"measured": rounded(measure(task, lstm))}
    solved = result["accuracy"] >= 0.99 if task == "reber" else result["error"] < 0.01
    yield Step(loss, step * settings["batch_size"], solved, result)


# ----------------------------------------------------------------------------------------------------
# Interventions
# ----------------------------------------------------------------------------------------------------


# --8<-- [start:interventions]
def zero(unit: int, since: int = 0) -> Intervention:
    """Set a unit's cell state to zero at step `since`, counted from 0, and at every later step."""

    def intervene(t: int, name: str, value: FloatArray) -> None:
        if name == "c" and t >= since:
            value[unit] = 0.0  # value: (H, B)

    return intervene


def clamp(unit: int, gate: str, held: float, since: int = 0) -> Intervention:
    """Hold a unit's gate, "f", "i", "c_tilde" or "o", at a number from step `since` on."""

    def intervene(t: int, name: str, value: FloatArray) -> None:
        if name == gate and t >= since:
            value[unit] = held  # value: (H, B)

    return intervene
    # --8<-- [end:interventions]


def without_each(score: Score, lstm: LSTM, examples: Any, since: int = 0) -> list[float]:
    """Return the score with each unit in turn held at zero."""
    traces = (trace_sequence(lstm, examples.xs, intervene=zero(k, since)) for k in range(lstm.hidden_size))
    return [score(trace, examples) for trace in traces]


def with_each_clamp(score: Score, lstm: LSTM, examples: Any, unit: int, since: int = 0) -> dict[str, float]:
    """Return the score under each of CLAMPS, of one unit."""
    runs = {name: clamp(unit, *held, since) for name, held in CLAMPS.items()}
    return {
        name: score(trace_sequence(lstm, examples.xs, intervene=run), examples) for name, run in runs.items()
    }


# ----------------------------------------------------------------------------------------------------
# Measuring: the network that keeps a symbol
# ----------------------------------------------------------------------------------------------------


def accuracy(trace: StepTrace, strings: SymbolStrings) -> float:
    """Return the share of strings whose second-last symbol is the most active output at the answer step."""
    assert trace.y is not None
    symbol_t, symbol_p = REBER_SYMBOLS.index("T"), REBER_SYMBOLS.index("P")
    # --8<-- [start:accuracy]
    y = trace.y[answer_step(strings), :, np.arange(len(strings.lengths))]  # (B, 7)
    right = y.argmax(axis=1) == np.where(is_t(strings), symbol_t, symbol_p)  # (B,)
    # --8<-- [end:accuracy]
    return float(right.mean())


def answer_step(strings: SymbolStrings) -> NDArray[Any]:
    """Return the step of each string whose output must be the second-last symbol, (B,)."""
    return strings.lengths - 2  # (B,)


def is_t(strings: SymbolStrings) -> NDArray[np.bool_]:
    """Return for each string whether its second symbol is T, (B,). Otherwise it is P."""
    second: NDArray[np.bool_] = strings.xs[1, REBER_SYMBOLS.index("T")] == 1  # (B,)
    return second


def separation(trace: StepTrace, strings: SymbolStrings) -> FloatArray:
    """Return for each unit how far its cell state keeps T and P apart at the answer step, (H,).

    The distance of the two means, in units of the two standard deviations' sum.
    """
    # --8<-- [start:separation]
    c = trace.c[answer_step(strings), :, np.arange(len(strings.lengths))]  # (B, H)
    of_t, of_p = c[is_t(strings)], c[~is_t(strings)]
    distance = abs(of_t.mean(axis=0) - of_p.mean(axis=0))  # (H,)
    apart: FloatArray = distance / (of_t.std(axis=0) + of_p.std(axis=0))  # (H,)
    # --8<-- [end:separation]
    return apart


def measure_reber(lstm: LSTM, strings: SymbolStrings) -> dict[str, Any]:
    """Measure what each unit holds, and what happens without it."""
    trace = trace_sequence(lstm, strings.xs)
    zeroed = without_each(accuracy, lstm, strings)
    unit = int(np.argmin(zeroed))
    share_of_t = is_t(strings).mean()
    return {
        "unit": unit,
        "baseline": float(max(share_of_t, 1 - share_of_t)),
        "accuracy": accuracy(trace, strings),
        "separation": separation(trace, strings).tolist(),
        "zeroed": zeroed,
        "zeroed_after": without_each(accuracy, lstm, strings, FIRST_HELD_STEP),
        "clamped": with_each_clamp(accuracy, lstm, strings, unit, FIRST_HELD_STEP),
        "moments": moments_of(trace, strings, unit),
    }


def moments_of(trace: StepTrace, strings: SymbolStrings, unit: int) -> dict[str, dict[str, float]]:
    """Return the unit's mean values when the bit is written, held and read, for T and for P."""
    steps, last = np.arange(len(strings.xs))[:, None], answer_step(strings)  # (T, 1), (B,)
    when = {"write": steps == 1, "hold": (steps > 1) & (steps < last), "read": steps == last}  # (T, B) each
    result = {}
    for moment, steps_of_it in when.items():
        for letter, of_letter in (("T", is_t(strings)), ("P", ~is_t(strings))):
            here = np.broadcast_to(steps_of_it & of_letter, trace.c[:, unit].shape)  # (T, B)
            result[f"{moment} {letter}"] = means(trace, unit, here, (*GATES, "c", "h"))
    return result


def means(trace: StepTrace, unit: int, here: NDArray[np.bool_], names: tuple[str, ...]) -> dict[str, float]:
    """Return the means of a unit's values by name, where `here`, (T, B), is true."""
    return {name: float(getattr(trace, name)[:, unit][here].mean()) for name in names}


# ----------------------------------------------------------------------------------------------------
# Measuring: the network that adds
# ----------------------------------------------------------------------------------------------------


def error(trace: StepTrace, examples: Sequences) -> float:
    """Return the mean squared error of the last outputs."""
    assert trace.y is not None
    return float(np.mean((trace.y[-1] - examples.targets) ** 2))


def running_sum(examples: Sequences) -> FloatArray:
    """Return the sum of the marked numbers up to each step, (T, B)."""
    total: FloatArray = (examples.xs[:, 0] * examples.xs[:, 1]).cumsum(axis=0)  # (T, B)
    return total


def correlations(trace: StepTrace, examples: Sequences) -> FloatArray:
    """Return the correlation of every cell state with the running sum at each step, (T, H).

    Taken over the sequences that have seen a mark, and within those that have seen equally many: what the
    unit does at every step, or at every mark whatever the number, does not count.
    """
    total, c = running_sum(examples), trace.c.copy()  # (T, B), (T, H, B)
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


def measure_adding(lstm: LSTM, examples: Sequences) -> dict[str, Any]:
    """Measure what each unit holds, and what happens without it."""
    trace = trace_sequence(lstm, examples.xs)
    correlation = correlations(trace, examples)  # (T, H)
    zeroed = without_each(error, lstm, examples)
    unit = int(np.argmax(zeroed))
    marked = examples.xs[:, 1] == 1  # (T, B)
    numbers, added = examples.xs[:, 0], (trace.i * trace.c_tilde)[:, unit]  # (T, B) each
    slope, offset = np.polyfit(numbers[marked], added[marked], 1)
    return {
        "unit": unit,
        "baseline": ADDING_BASELINE,
        "error": error(trace, examples),
        "correlation": correlation[-1].tolist(),
        "correlation_by_step": correlation[:, unit].tolist(),
        "zeroed": zeroed,
        "clamped": with_each_clamp(error, lstm, examples, unit),
        "at_marks": means(trace, unit, marked, GATES),
        "elsewhere": means(trace, unit, ~marked, GATES),
        "added_at_marks": {
            "elsewhere": float(added[~marked].mean()),
            "slope": float(slope),
            "offset": float(offset),
            "correlation": float(np.corrcoef(numbers[marked], added[marked])[0, 1]),
        },
    }


# ----------------------------------------------------------------------------------------------------
# Selection, and what pages and figures read
# ----------------------------------------------------------------------------------------------------


def examples_of(task: str, seed: int) -> Any:
    """Draw strings or sequences; no training uses this seed, but short strings are in every training set."""
    number = ARMS[task]["examples"]
    if task == "reber":
        return embedded_reber(number, rng=seed)
    return adding(number, ARMS[task]["length"], rng=seed)


def measure(task: str, lstm: LSTM) -> dict[str, Any]:
    """Return what the chapter says of a network, on examples that had no part in its selection."""
    examples = examples_of(task, MEASURING_SEED)
    return measure_reber(lstm, examples) if task == "reber" else measure_adding(lstm, examples)


def selection(task: str, lstm: LSTM) -> dict[str, Any]:
    """Return, on the examples for selection, the score with every unit and with each one at zero."""
    examples = examples_of(task, SELECTION_SEED)
    name, score = ("accuracy", accuracy) if task == "reber" else ("error", error)
    zeroed = without_each(score, lstm, examples)
    relative = zeroed if task == "reber" else [1 - min(value / ADDING_BASELINE, 1) for value in zeroed]
    untouched = score(trace_sequence(lstm, examples.xs), examples)
    return {name: untouched, "zeroed": zeroed, "margin": margin(relative)}


def margin(scores: list[float]) -> float:
    """Return how much worse the network is without its most needed unit than without the next."""
    lowest, next_lowest = sorted(scores)[:2]
    return next_lowest - lowest


def save(task: str, seed: int, lstm: LSTM) -> None:
    """Write the weights of a network."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **lstm.parameters())
    write_atomically(records.RECORDS / "inside" / f"{task}_{seed}.npz", file.getvalue())


def load(task: str) -> LSTM:
    """Return the network of a task that the chapter shows, with the weights that its run stored."""
    seed = networks()[task]["chosen"]
    with np.load(records.RECORDS / "inside" / f"{task}_{seed}.npz", allow_pickle=False) as stored:
        lstm = new_lstm(task, 0)
        for name in lstm.parameters():
            setattr(lstm, name, stored[name])
    return lstm


def networks() -> dict[str, dict[str, Any]]:
    """Return what the record holds for each task.

    By name: "settings"; "examples", their number; "seeds", a dict of accuracy or error, zeroed and margin for
    each seed; "chosen", the seed with the largest margin; and "measured", what was measured on its network.
    """
    found = {}
    for task, kept in records.read_record("inside")["arms"].items():
        chosen = max(kept["runs"], key=lambda run: run["result"]["margin"])
        found[task] = {
            "settings": kept["settings"],
            "examples": kept["settings"]["examples"],
            "seeds": [{"seed": run["seed"], **run["result"]} for run in kept["runs"]],
            "chosen": chosen["seed"],
            "measured": chosen["result"]["measured"],
        }
    return found
