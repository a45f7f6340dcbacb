"""The benchmark's peers run, and its table divides the right numbers. No time is asserted."""

import os

import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from scripts.bench import growth, ladder
from scripts.bench import run as bench


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("what", ["step", "forward", "training"])
def test_every_peer_runs(what, dtype):
    peers = bench.Problem(3, 2, 4, 5, dtype).peers[what]
    seconds = bench.median_seconds(peers, rounds=1, calls=1)
    assert seconds.keys() == peers.keys()
    assert all(value > 0 for value in seconds.values())


def test_a_rung_is_timed_beside_the_floor(monkeypatch):
    monkeypatch.setitem(bench.SHAPES, "b", (3, 2, 4, 5))
    for what, rungs in (("forward", ladder.FORWARD), ("training", ladder.TRAINING)):
        seconds = bench.time_ladder(("b", "float64", what), rounds=1)
        assert seconds.keys() == {*rungs, "floor"}


def test_a_case_is_measured_in_a_process_of_its_own():
    assert bench.in_a_fresh_process(os.getpid) != os.getpid()
    (row,) = bench.measure(bench.time_peers, [("a", "float64", "step")], rounds=1)
    assert (row["shape"], row["dtype"], row["pass"]) == ("a", "float64", "step")
    assert row["seconds"].keys() == {"ours", "notebook"}


def test_the_growth_is_timed_at_each_size(monkeypatch):
    monkeypatch.setattr(growth, "BASE", {"T": 2, "B": 3, "D": 4, "H": 5})
    monkeypatch.setitem(growth.SWEEPS, "T", (1, 2))
    monkeypatch.setitem(bench.SHAPES, "c", (2, 3, 4, 5))
    assert growth.time_sweep("T", rounds=1).keys() == {"1", "2"}
    assert growth.time_products("c", rounds=1).keys() == {"with the steps", "inputs first"}


def test_the_table_shows_our_time_over_the_peers():
    rows = [{"shape": "b", "dtype": "float32", "pass": "forward", "seconds": {"ours": 0.003, "torch": 0.002}}]
    assert "3.0000   torch 1.50" in bench.table(rows, [], {})


def test_memory_is_measured_in_mebibytes():
    assert 10 < bench.memory_in_use("VmRSS") <= bench.memory_in_use("VmHWM") < 10_000
