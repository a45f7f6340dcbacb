"""The two trained networks of "Inside a trained network": what their units hold is measured again.

The interventions run on the committed weights, on examples that neither the training nor the choice of the
networks used. That the weights are what the script trains is held by its first steps and by a digest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.tasks import ADDING_BASELINE
from scripts.experiments import inside
from scripts.experiments.interventions import look
from scripts.experiments.records import RECORDS, read_record, rounded

FRESH = 7  # a seed that nothing else here uses
TASKS = ("reber", "adding")


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """Return the committed record."""
    return read_record("inside")


@pytest.fixture(scope="module")
def networks() -> dict[str, LSTM]:
    """Return the two committed networks."""
    return {task: inside.load(task) for task in TASKS}


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    """Return fresh examples of each task, as many as the record is measured on."""
    return {task: inside.examples_of(task, FRESH) for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_the_weights_are_those_of_the_record(task: str, record: dict[str, Any], networks: Any) -> None:
    """The same bits, in small files without pickle."""
    kept = record["networks"][task]
    assert kept["weights"] == inside.weights_digest(networks[task])
    assert kept["settings"] == inside.SETTINGS[task]
    assert [seed["seed"] for seed in kept["seeds"]] == list(inside.SEEDS)
    assert (RECORDS / f"inside_{task}.npz").stat().st_size < 30_000


@pytest.mark.parametrize("task", TASKS)
def test_the_first_steps_of_training_repeat(task: str, record: dict[str, Any]) -> None:
    """The script trains today as it trained the network that was kept."""
    kept = record["networks"][task]
    first = kept["seeds"][kept["chosen"]]["first_losses"]
    _, losses = inside.TRAIN[task](kept["chosen"], len(first))
    np.testing.assert_allclose(losses, first, rtol=1e-6)


@pytest.mark.parametrize("task", TASKS)
def test_the_network_with_the_largest_gap_was_kept(task: str, record: dict[str, Any]) -> None:
    """The choice followed the rule."""
    kept = record["networks"][task]
    gaps = [seed["gap"] for seed in kept["seeds"]]
    assert kept["chosen"] == int(np.argmax(gaps))


@pytest.mark.parametrize("task", TASKS)
def test_what_was_measured_repeats(task: str, record: dict[str, Any], networks: Any) -> None:
    """Every number of the page, measured again on the committed weights."""
    measure = inside.measure_reber if task == "reber" else inside.measure_adding
    again = rounded(measure(networks[task], inside.examples_of(task, inside.MEASURING)))
    stored = numbers(record["networks"][task]["measured"])
    assert numbers(again).keys() == stored.keys()
    for name, value in stored.items():
        assert numbers(again)[name] == pytest.approx(value, rel=1e-3, abs=1e-6), name


def numbers(value: Any, name: str = "") -> dict[str, float]:
    """Return every number of a structure by its path."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return {path: n for key, v in pairs for path, n in numbers(v, f"{name}/{key}").items()}
    return {name: value}


# ----------------------------------------------------------------------------------------------------
# Interventions
# ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_looking_changes_nothing(task: str, networks: Any, examples: Any) -> None:
    """Without interference, the run is `unroll`'s."""
    run = look(networks[task], examples[task].xs)
    plain = unroll(networks[task], examples[task].xs)
    np.testing.assert_allclose(run.y, plain.ys, atol=1e-9)
    np.testing.assert_allclose(run.h, plain.hs, atol=1e-9)


def test_interference_is_what_it_says(networks: Any, examples: Any) -> None:
    """A zeroed unit shows zero from its step on, a held gate its value; the equations hold around both."""
    lstm, xs = networks["adding"], examples["adding"].xs[:, :, :20]
    run = look(lstm, xs, unit=2, zero=True, clamp={"f": 0.25, "o": 0.5}, since=3)
    plain = look(lstm, xs)
    for values, untouched in zip(run, plain, strict=True):
        np.testing.assert_array_equal(values[:3], untouched[:3])
    assert not run.c[3:, 2].any()
    assert not run.h[3:, 2].any()
    assert (run.f[3:, 2] == 0.25).all()
    assert (run.o[3:, 2] == 0.5).all()
    others = [0, 1, 3]
    c = run.f[1:] * run.c[:-1] + run.i[1:] * run.c_tilde[1:]  # (T-1, H, B)
    np.testing.assert_allclose(run.c[1:, others], c[:, others], atol=1e-12)
    np.testing.assert_allclose(run.h, run.o * np.tanh(run.c), atol=1e-12)


def test_without_its_unit_the_reber_network_guesses(record: Any, networks: Any, examples: Any) -> None:
    """Zeroing the unit that holds the bit leaves one half; zeroing any other leaves the answers right."""
    lstm, strings = networks["reber"], examples["reber"]
    unit = record["networks"]["reber"]["measured"]["unit"]
    assert inside.accuracy(look(lstm, strings.xs), strings) >= 0.99
    for since in (0, inside.WRITTEN):
        zeroed = np.array(inside.zeroed_reber(lstm, strings, since))
        assert abs(zeroed[unit] - 0.5) < 0.05
        assert np.delete(zeroed, unit).min() >= 0.9


def test_the_bit_is_written_once_and_held(record: Any, networks: Any, examples: Any) -> None:
    """A shut forget gate after the writing loses the bit; so does a unit that is not shown."""
    lstm, strings = networks["reber"], examples["reber"]
    unit = record["networks"]["reber"]["measured"]["unit"]
    for clamp in ({"f": 0.0}, {"o": 0.0}):
        run = look(lstm, strings.xs, unit=unit, clamp=clamp, since=inside.WRITTEN)
        assert inside.accuracy(run, strings) < 0.65, clamp


def test_the_unit_keeps_the_two_symbols_apart(record: Any, networks: Any, examples: Any) -> None:
    """Its cell states after T and after P do not overlap when the answer is due."""
    strings = examples["reber"]
    unit = record["networks"]["reber"]["measured"]["unit"]
    run = look(networks["reber"], strings.xs)
    c = run.c[inside.due(strings), unit, np.arange(len(strings.lengths))]  # (B,)
    of_t, of_p = c[inside.is_t(strings)], c[~inside.is_t(strings)]
    assert max(of_t.min(), of_p.min()) > min(of_t.max(), of_p.max())
    assert np.argmax(inside.separation(run, strings)) == unit


def test_without_its_unit_the_adding_network_is_no_better_than_the_mean(
    record: Any, networks: Any, examples: Any
) -> None:
    """Zeroing the adding unit costs all; without any other, the error stays below a tenth of the baseline."""
    lstm, sequences = networks["adding"], examples["adding"]
    unit = record["networks"]["adding"]["measured"]["unit"]
    assert inside.error(look(lstm, sequences.xs), sequences) < 0.01
    zeroed = np.array(inside.zeroed_adding(lstm, sequences))
    assert zeroed[unit] >= 0.95 * ADDING_BASELINE
    assert np.delete(zeroed, unit).max() < 0.1 * ADDING_BASELINE


def test_the_cell_state_follows_the_sum(record: Any, networks: Any, examples: Any) -> None:
    """NumPy's own correlation at the last step, against the targets that the task drew."""
    sequences = examples["adding"]
    unit = record["networks"]["adding"]["measured"]["unit"]
    run = look(networks["adding"], sequences.xs)
    found = np.corrcoef(run.c[-1, unit], sequences.targets[0])[0, 1]
    assert abs(found) > 0.98
    assert inside.correlations(run, sequences)[-1, unit] == pytest.approx(found, rel=1e-9)
