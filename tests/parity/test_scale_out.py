"""Two workers reach what one process reaches, also when one of them is killed. The launcher is torchrun."""

import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from scripts.experiments.records import read_record, record_digest
from scripts.scale_out import measure, train

RECORD = read_record("scale_out")


def test_the_record_was_not_edited() -> None:
    assert RECORD["digest"] == record_digest(RECORD)
    assert RECORD["below"] == measure.BELOW
    assert (RECORD["steps"], RECORD["checkpoint_every"]) == (train.STEPS, train.EVERY)
    assert RECORD["kill_after"] == measure.KILL_AFTER


def test_the_record_of_a_gpu_is_of_the_same_training() -> None:
    on_gpu = read_record("scale_out_gpu")
    assert on_gpu["digest"] == record_digest(on_gpu)
    for name in ("below", "steps", "checkpoint_every", "kill_after"):
        assert on_gpu[name] == RECORD[name]


def test_the_averaged_gradient_is_that_of_the_whole_batch() -> None:
    found = measure.gradient_differences()
    assert found.keys() == RECORD["split"].keys()
    assert all(difference < measure.BELOW for difference in found.values())


def test_a_killed_worker_is_survived() -> None:
    """The weights are those of NumPy in one process, and the steps after the checkpoint were taken again."""
    weights, lines = measure.killed()
    assert measure.difference(weights, measure.weights_of_one_process()) < measure.BELOW
    assert lines == RECORD["lines_of_killed"]
