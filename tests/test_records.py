"""The records of the experiments: nobody edited them, the scripts stand as they were, and runs repeat.

A record's checksum finds an edit by hand. Whoever edits the checksum too is found by the first losses, which
are computed again here: of the first arm of every experiment, and where all tests run, of every arm.
"""

import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scripts.experiments
from scripts.experiments import harness, records

CPU_BUDGET = 90 * 60 * 2  # seconds: an hour and a half of two cores, for all records together

FEWER_SEEDS = {"ngrams": 1, "text": 3}
"""Experiments with fewer seeds than five: nothing is drawn at random, or a seed takes many minutes."""

ARMS = [(name, arm, k) for name in harness.NAMES for k, arm in enumerate(harness.load(name).ARMS)]


@pytest.mark.parametrize("name", harness.NAMES)
def test_a_record_is_complete_and_as_its_script_wrote_it(name: str) -> None:
    record, experiment = records.read_record(name), harness.load(name)
    assert record["experiment"] == name
    assert record["digest"] == records.record_digest(record)
    assert record["code"] == harness.code_digest(name)
    assert record | experiment.ABOUT == record, "run scripts/experiments/run.py to bring the texts up to date"
    assert {"title", "task", "criterion", "loss"} <= record.keys()
    if "paper" in record:
        assert {"source", "published", "differs"} <= record.keys()
    assert record["seeds"] == list(experiment.SEEDS)
    assert len(record["seeds"]) >= FEWER_SEEDS.get(name, 5)
    assert record["versions"].keys() == {"python", "numpy", "lstm_tutorial"}
    assert record["complete"]
    assert harness.pending(name) == []
    runs = [run for kept in record["arms"].values() for run in kept["runs"]]
    assert record["cpu_seconds"] == pytest.approx(sum(run["cpu_seconds"] for run in runs), abs=0.1)
    for run in runs:
        assert len(run["first_losses"]) == min(run["steps"], harness.REPEATED)
        assert len(run["curve"]["loss"]) == len(run["curve"]["sequences"]) <= 2 * harness.POINTS
        assert run["curve"]["sequences"][-1] == run["sequences"]


def test_every_script_and_every_record_is_one_of_the_experiments() -> None:
    """`make experiments` leaves nothing out; the other records have commands of their own."""
    scripts = {path.stem for path in harness.HERE.glob("*.py")}
    others = {"__init__", "baselines", "common", "harness", "line", "records", "run", "successors", "summary"}
    assert scripts - others == set(harness.NAMES)
    of_pytorch = {"pytorch_states", "pytorch_text"}
    other_records = {
        "bench",
        "frameworks",
        "gpu",
        "growth",
        "lengths",
        "scale_out",
        "scale_out_gpu",
        *of_pytorch,
    }
    assert {path.stem for path in records.RECORDS.glob("*.json")} == {*harness.NAMES, *other_records}


def test_all_records_together_stay_in_the_budget() -> None:
    assert sum(records.read_record(name)["cpu_seconds"] for name in harness.NAMES) < CPU_BUDGET


@pytest.mark.parametrize(
    ("name", "arm"), [pytest.param(name, arm, marks=[pytest.mark.slow] if k else []) for name, arm, k in ARMS]
)
def test_the_first_steps_repeat(name: str, arm: str) -> None:
    repeat(name, arm)


def repeat(name: str, arm: str) -> None:
    """Begin an arm's first run again and compare the losses; where it ends, compare its result, too.

    Another processor rounds otherwise, and in float32 each update may triple the difference.
    """
    experiment = harness.load(name)
    settings = experiment.ARMS[arm]
    recorded = harness.read_record(name)["arms"][arm]["runs"][0]
    steps = list(islice(experiment.run(settings, recorded["seed"]), harness.REPEATED))
    losses, expected = np.array([step.loss for step in steps]), np.array(recorded["first_losses"])
    assert len(losses) == len(expected)
    in_float64 = settings.get("dtype", "float64") == "float64"
    tolerance = 1e-6 if in_float64 else 1e-5 * 3.0 ** np.arange(len(losses))
    departing = np.flatnonzero(~(np.abs(losses - expected) <= tolerance * abs(expected)))  # so does NaN
    assert not len(departing), f"{name}, {arm}: step {departing[0] + 1} has another loss than the record"
    for key, value in (steps[-1].result or {}).items():
        np.testing.assert_allclose(value, recorded["result"][key], rtol=2e-3, err_msg=f"{name}, {arm}: {key}")


@pytest.mark.parametrize("factor", [1.01, float("nan")])
def test_an_edited_record_is_found(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one loss of one run was edited, the checksum and the repeated steps find it."""
    name, arm, _ = ARMS[0]
    record = harness.read_record(name)
    record["arms"][arm]["runs"][0]["first_losses"][3] *= factor
    assert record["digest"] != records.record_digest(record)
    monkeypatch.setattr(harness, "read_record", lambda _: record)
    with pytest.raises(AssertionError, match="step 4 has another loss"):
        repeat(name, arm)


# A small experiment: interrupted, resumed, stale

SMALL = '''"""A small experiment."""
from scripts.experiments.helper import step_of

ABOUT = {
    "task": "some text",
}
SEEDS = range(3)
ARMS = {"a": {"steps": 2}, "b": {"steps": 3}}


def run(settings, seed):
    for k in range(settings["steps"]):
        yield step_of(k, seed)
'''
HELPER = """from scripts.experiments.harness import Step


def step_of(k, seed):
    return Step(1.0 / (k + 1), 10 * (k + 1), k > 1, {"seed": seed})
"""


Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes the small experiment and its helper, where `harness.load` finds them."""
    monkeypatch.setattr(harness, "HERE", tmp_path)
    monkeypatch.setattr(records, "RECORDS", tmp_path / "records")
    monkeypatch.setattr(scripts.experiments, "__path__", [*scripts.experiments.__path__, str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write_both(script: str, helper: str) -> None:
        for name, source in (("small", script), ("helper", helper)):
            (tmp_path / f"{name}.py").write_text(source)
            monkeypatch.delitem(sys.modules, f"scripts.experiments.{name}", raising=False)
            monkeypatch.delattr(scripts.experiments, name, raising=False)

    write_both(SMALL, HELPER)
    return write_both


@pytest.mark.usefixtures("write")
def test_an_interrupted_experiment_resumes_where_it_stopped() -> None:
    """After every run a whole record is on disk, which asks for the other runs alone."""
    runs: dict[tuple[str, int], Any] = {}
    jobs = harness.pending("small")
    assert len(jobs) == 6
    for done, (name, arm, seed) in enumerate(jobs, 1):
        runs[arm, seed] = harness.measure(name, arm, seed)
        harness.write_record("small", runs)
        record = records.read_record("small")
        assert record["digest"] == records.record_digest(record)
        assert record["complete"] == (done == 6)
        assert harness.pending("small") == jobs[done:]
        assert harness.finished_runs("small") == runs
    kept = record["arms"]["b"]["runs"][1]
    assert kept["seed"] == 1
    assert kept["solved"]
    assert kept["sequences"] == 30
    assert kept["first_losses"] == [1.0, 0.5, pytest.approx(1 / 3)]
    assert kept["curve"] == {"sequences": [10, 20, 30], "loss": [1.0, 0.5, 0.33333]}
    assert kept["result"] == {"seed": 1}


def test_a_record_is_stale_where_the_code_changed_and_not_where_a_text_did(write: Write) -> None:
    runs = {(arm, seed): harness.measure("small", arm, seed) for _, arm, seed in harness.pending("small")}
    harness.write_record("small", runs)
    write(SMALL.replace("some text", "another text"), HELPER)
    assert harness.pending("small") == []
    harness.write_texts("small")
    record = records.read_record("small")
    assert record["task"] == "another text"
    assert record["digest"] == records.record_digest(record)
    assert len(harness.finished_runs("small")) == 6
    for script, helper in (
        (SMALL.replace('"steps": 2', '"steps": 4'), HELPER),
        (SMALL.replace("range(settings", "range(1 + settings"), HELPER),
        (SMALL, HELPER.replace("10 *", "20 *")),
    ):
        write(script, helper)
        assert harness.finished_runs("small") == {}
        assert len(harness.pending("small")) == 6
