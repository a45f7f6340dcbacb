"""The two trained networks of "Inside a trained network": what their units hold is measured again.

The interventions run on the committed weights, on examples that neither the training nor the selection of the
networks used.
"""

from typing import Any

import numpy as np
import pytest

from lstm_tutorial import LSTM, trace_sequence
from lstm_tutorial.tasks import ADDING_BASELINE
from scripts.experiments import inside
from scripts.experiments.records import rounded

FRESH = 7  # a seed that nothing else here uses
TASKS = ("reber", "adding")


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """Return what the record holds for each task."""
    return inside.networks()


@pytest.fixture(scope="module")
def networks() -> dict[str, LSTM]:
    """Return the two committed networks."""
    return {task: inside.load(task) for task in TASKS}


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    """Return fresh examples of each task, as many as the record is measured on."""
    return {task: inside.examples_of(task, FRESH) for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_what_was_measured_repeats(task: str, record: dict[str, Any], networks: Any) -> None:
    """Every number of the page, measured again on the committed weights of the network with the margin."""
    kept = record[task]
    margins = [seed["margin"] for seed in kept["seeds"]]
    assert kept["chosen"] == kept["seeds"][int(np.argmax(margins))]["seed"]
    again = numbers(rounded(inside.measure(task, networks[task])))
    stored = numbers(kept["measured"])
    assert again.keys() == stored.keys()
    for name, value in stored.items():
        assert again[name] == pytest.approx(value, rel=1e-3, abs=1e-6), name


def numbers(value: Any, name: str = "") -> dict[str, float]:
    """Return every number of a structure by its path."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return {path: n for key, v in pairs for path, n in numbers(v, f"{name}/{key}").items()}
    return {name: value}


def test_an_intervention_does_what_it_says(networks: Any, examples: Any) -> None:
    """A zeroed unit shows zero from its step on, a held gate its value; the equations hold around both."""
    lstm, xs = networks["adding"], examples["adding"].xs[:, :, :20]
    plain = trace_sequence(lstm, xs)
    zeroed = trace_sequence(lstm, xs, intervene=inside.zero(2, since=3))
    clamped = trace_sequence(lstm, xs, intervene=inside.clamp(2, "f", 0.25, since=3))
    for run in (zeroed, clamped):
        for values, untouched in zip(run, plain, strict=True):
            np.testing.assert_array_equal(values[:3], untouched[:3])
        c = run.f[1:] * run.c[:-1] + run.i[1:] * run.c_tilde[1:]  # (T-1, H, B)
        np.testing.assert_allclose(run.c[1:, [0, 1, 3]], c[:, [0, 1, 3]], atol=1e-12)
        np.testing.assert_allclose(run.h, run.o * np.tanh(run.c), atol=1e-12)
    assert not zeroed.c[3:, 2].any()
    assert not zeroed.h[3:, 2].any()
    assert (clamped.f[3:, 2] == 0.25).all()


def test_without_its_unit_the_reber_network_guesses(record: Any, networks: Any, examples: Any) -> None:
    """Zeroing the unit that holds the bit leaves one half; zeroing any other leaves the answers right."""
    lstm, strings = networks["reber"], examples["reber"]
    unit = record["reber"]["measured"]["unit"]
    assert inside.accuracy(trace_sequence(lstm, strings.xs), strings) >= 0.99
    zeroed = np.array(inside.without_each(inside.accuracy, lstm, strings, inside.FIRST_HELD_STEP))
    assert abs(zeroed[unit] - 0.5) < 0.05
    assert np.delete(zeroed, unit).min() >= 0.9


def test_the_bit_is_written_once_and_held(record: Any, networks: Any, examples: Any) -> None:
    """A shut forget gate after the writing loses the bit; so does a unit that is not shown."""
    lstm, strings = networks["reber"], examples["reber"]
    unit = record["reber"]["measured"]["unit"]
    for gate in ("f", "o"):
        intervene = inside.clamp(unit, gate, 0.0, inside.FIRST_HELD_STEP)
        assert inside.accuracy(trace_sequence(lstm, strings.xs, intervene=intervene), strings) < 0.65, gate


def test_the_unit_keeps_the_two_symbols_apart(record: Any, networks: Any, examples: Any) -> None:
    """Its cell states after T and after P do not overlap at the answer step."""
    strings = examples["reber"]
    unit = record["reber"]["measured"]["unit"]
    trace = trace_sequence(networks["reber"], strings.xs)
    c = trace.c[inside.answer_step(strings), unit, np.arange(len(strings.lengths))]  # (B,)
    of_t, of_p = c[inside.is_t(strings)], c[~inside.is_t(strings)]
    assert max(of_t.min(), of_p.min()) > min(of_t.max(), of_p.max())
    assert np.argmax(inside.separation(trace, strings)) == unit


def test_without_its_unit_the_adding_network_is_no_better_than_the_mean(
    record: Any, networks: Any, examples: Any
) -> None:
    """Zeroing the adding unit costs all; without any other, the error stays below a tenth of the baseline."""
    lstm, sequences = networks["adding"], examples["adding"]
    unit = record["adding"]["measured"]["unit"]
    assert inside.error(trace_sequence(lstm, sequences.xs), sequences) < 0.01
    zeroed = np.array(inside.without_each(inside.error, lstm, sequences))
    assert zeroed[unit] >= 0.95 * ADDING_BASELINE
    assert np.delete(zeroed, unit).max() < 0.1 * ADDING_BASELINE


def test_the_cell_state_follows_the_sum(record: Any, networks: Any, examples: Any) -> None:
    """NumPy's own correlation at the last step, against the targets that the task drew."""
    sequences = examples["adding"]
    unit = record["adding"]["measured"]["unit"]
    trace = trace_sequence(networks["adding"], sequences.xs)
    found = np.corrcoef(trace.c[-1, unit], sequences.targets[0])[0, 1]
    assert abs(found) > 0.98
    assert inside.correlations(trace, sequences)[-1, unit] == pytest.approx(found, rel=1e-9)
