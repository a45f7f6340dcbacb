"""The records of the experiments: nobody edited them, the scripts stand as they were, and runs repeat.

A record's digest finds an edit by hand. Whoever edits the digest too is found by the first losses, which are
computed again here: a hundred for the first arm of every record, ten for the others.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest

from scripts.experiments import harness, records

CPU_BUDGET = 60 * 60 * 2  # seconds: an hour of two cores, for all records together

FIRST_ARMS = [(name, next(iter(harness.load(name).ARMS))) for name in harness.NAMES]
OTHER_ARMS = [
    (name, arm) for name in harness.NAMES for arm in harness.load(name).ARMS if (name, arm) not in FIRST_ARMS
]


@pytest.mark.parametrize("name", harness.NAMES + harness.WHOLE)
def test_a_record_is_as_its_script_wrote_it(name: str) -> None:
    record, experiment = records.read_record(name), harness.load(name)
    assert record["experiment"] == name
    assert record["digest"] == records.record_digest(record)
    assert record["code"] == harness.code_digest(name)
    assert record | experiment.ABOUT == record, "run scripts/experiments/run.py to bring the texts up to date"
    assert record["seeds"] == list(experiment.SEEDS)
    assert len(record["seeds"]) >= 5
    assert record["versions"].keys() == {"python", "numpy", "lstm_tutorial"}


def test_every_script_and_every_record_is_one_of_the_experiments() -> None:
    """`make experiments` leaves nothing out; the benchmark's record has a command of its own."""
    scripts = {path.stem for path in harness.HERE.glob("*.py")}
    known = {*harness.NAMES, *harness.WHOLE}
    assert scripts - known == {"__init__", "common", "harness", "run", "summary"}
    assert {path.stem for path in records.RECORDS.glob("*.json")} - known == {"bench"}


@pytest.mark.parametrize("name", harness.NAMES)
def test_a_record_is_complete_and_says_what_is_needed_to_judge_it(name: str) -> None:
    record = harness.read_record(name)
    assert record["complete"]
    assert harness.pending(name) == []
    assert {"title", "task", "paper", "source", "published", "criterion", "differs", "loss"} <= record.keys()
    runs = [run for kept in record["arms"].values() for run in kept["runs"]]
    assert record["cpu_seconds"] == pytest.approx(sum(run["cpu_seconds"] for run in runs), abs=0.1)
    for run in runs:
        assert run["cpu_seconds"] > 0
        assert len(run["first_losses"]) == min(run["steps"], harness.REPEATED)
        assert len(run["curve"]["loss"]) == len(run["curve"]["sequences"]) <= 2 * harness.POINTS
        assert run["curve"]["sequences"][-1] == run["sequences"]


def test_all_records_together_stay_in_the_budget() -> None:
    seconds = sum(records.read_record(name)["cpu_seconds"] for name in harness.NAMES + harness.WHOLE)
    assert seconds < CPU_BUDGET


@pytest.mark.parametrize(("name", "arm"), FIRST_ARMS)
def test_the_first_hundred_steps_repeat(name: str, arm: str) -> None:
    repeat(name, arm, harness.REPEATED)


@pytest.mark.parametrize(("name", "arm"), OTHER_ARMS)
def test_the_first_steps_of_the_other_arms_repeat(name: str, arm: str) -> None:
    repeat(name, arm, 10)


def repeat(name: str, arm: str, steps: int) -> None:
    """Run an arm's first seed again for so many steps and compare the losses.

    Another processor adds up in another order, and some runs magnify the rounding of that a thousandfold
    within a few steps. So where losses differ, the run is repeated with sums in another order on this
    processor: what that changes, up to each step, times a hundred, is granted to the record.
    """
    experiment = harness.load(name)
    settings = experiment.ARMS[arm]
    recorded = harness.read_record(name)["arms"][arm]["runs"][0]

    def losses() -> Any:
        return np.array([step.loss for step in islice(experiment.run(settings, recorded["seed"]), steps)])

    again, expected = losses(), np.array(recorded["first_losses"][:steps])
    assert len(again) == min(steps, recorded["steps"])
    tolerance = 1e-6 if settings.get("dtype", "float64") == "float64" else 1e-4
    granted = tolerance * expected
    if not (np.abs(again - expected) <= granted).all():
        with pytest.MonkeyPatch.context() as shorter_blocks:
            shorter_blocks.setattr("lstm_tutorial.sequence.BLOCK_BYTES", 1)
            shorter_blocks.setattr("lstm_tutorial.sequence.BLOCK_STEPS", 1)
            granted = granted + 100 * np.maximum.accumulate(np.abs(losses() - again))
    departing = np.flatnonzero(~(np.abs(again - expected) <= granted))  # what is not a number departs, too
    assert not len(departing), f"{name}, {arm}: step {departing[0] + 1} has another loss than the record"


@pytest.mark.parametrize("factor", [1.01, float("nan")])
def test_an_edited_record_is_found(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """One digit of one run changed, the digest forged: the repeated steps still find it."""
    name, arm = FIRST_ARMS[0]
    record = harness.read_record(name)
    run = record["arms"][arm]["runs"][0]
    run["sequences"] += 100
    assert record["digest"] != records.record_digest(record)
    run["first_losses"][3] *= factor
    monkeypatch.setattr(harness, "read_record", lambda _: record)
    with pytest.raises(AssertionError, match="step 4 has another loss"):
        repeat(name, arm, 5)


def test_an_interrupted_experiment_goes_on_where_it_stopped(tmp_path: Any, monkeypatch: Any) -> None:
    """A record with some of its runs asks for the others alone, and for all when a setting changes."""
    name, arm = FIRST_ARMS[0]
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    experiment = harness.load(name)
    assert len(harness.pending(name)) == len(experiment.SEEDS) * len(experiment.ARMS)
    run = {"seed": 0, "solved": True, "steps": 1, "sequences": 1, "cpu_seconds": 1.0, "result": {}}
    run |= {"first_losses": [1.0], "curve": {"sequences": [1], "loss": [1.0]}}
    harness.write_record(name, {(arm, 0): run})
    record = harness.read_record(name)
    assert not record["complete"]
    assert record["digest"] == records.record_digest(record)
    assert len(harness.pending(name)) == len(experiment.SEEDS) * len(experiment.ARMS) - 1
    assert harness.finished_runs(name) == {(arm, 0): run}
    monkeypatch.setitem(experiment.ARMS, arm, experiment.ARMS[arm] | {"learning_rate": 0.5})
    assert harness.finished_runs(name) == {}


def test_a_changed_text_is_written_and_no_run_repeated(tmp_path: Any, monkeypatch: Any) -> None:
    name, _ = FIRST_ARMS[0]
    before = harness.read_record(name)
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    records.write_record(name, before)
    monkeypatch.setitem(harness.load(name).ABOUT, "task", "another text")
    harness.write_texts(name)
    after = records.read_record(name)
    assert after["task"] == "another text"
    assert after["arms"] == before["arms"]
    assert after["digest"] == records.record_digest(after) != before["digest"]
    assert harness.pending(name) == []


@pytest.mark.parametrize("name", harness.WHOLE)
def test_an_experiment_in_one_piece_is_stale_without_its_record(
    name: str, tmp_path: Any, monkeypatch: Any
) -> None:
    """Or where its code is another; what it measures is written with all that a record needs."""
    assert not harness.is_stale(name)
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    monkeypatch.setattr(harness.load(name), "measure_all", lambda: {"found": 1.0})
    assert harness.is_stale(name)
    harness.write_whole(name)
    assert records.read_record(name)["found"] == 1.0
    assert not harness.is_stale(name)
    monkeypatch.setattr(harness, "code_digest", lambda _: "other")
    assert harness.is_stale(name)


def test_the_digest_of_the_code_ignores_texts_and_nothing_else(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(harness, "HERE", tmp_path)

    def digest(text: str) -> str:
        (tmp_path / "some.py").write_text(text)
        return harness.code_digest("some")

    code = '"""Text."""\nABOUT = {"a": 1}\nSEEDS = range(5)\nARMS: dict[str, int] = {"x": 1}\n\n'
    code += 'def run():\n    """Run."""\n    # A comment.\n    return 1\n'
    assert digest(code) == digest(
        code.replace("Text", "Other")
        .replace("Run.", "Go.")
        .replace("# A comment.", "")
        .replace('"a": 1', '"b": 2')
    )
    assert digest(code) == digest(code.replace('"x": 1', '"x": 2'))
    assert digest(code) != digest(code.replace("return 1", "return 2"))
