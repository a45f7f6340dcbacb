"""What the pages say of other frameworks, measured again: the record is what the installed versions do."""

import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

import torch

from scripts.experiments import records
from scripts.frameworks import states


def test_the_record_is_what_pytorch_does():
    record = records.read_record("pytorch_states")
    assert record["digest"] == records.record_digest(record)
    if torch.__version__.partition("+")[0] == record["versions"]["torch"]:
        assert record | states.measure() == record


def test_a_call_that_raises_nothing_is_told():
    with pytest.raises(AssertionError, match="no error"):
        states.message(lambda: None)
