"""The benchmark's peers run, and its table divides the right numbers. No time is asserted."""

import os

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from scripts.bench import gpu, growth, ladder
from scripts.bench import run as bench
from scripts.experiments.records import read_record, record_digest


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


def test_all_ways_of_the_gpu_benchmark_run_our_network():
    """No GPU is needed for that; float16 has three digits."""
    off = gpu.differences((4, 3, 5), "cpu")
    assert off.keys() == {*gpu.WAYS, "TF32", "packed", "float16"}
    assert off.pop("float16") < 1e-2
    assert all(difference < 1e-6 for difference in off.values())


def test_the_gpu_benchmark_times_every_way(monkeypatch):
    monkeypatch.setattr(gpu, "BATCHES", (1, 2))
    monkeypatch.setattr(gpu, "LENGTHS", (2, 3))
    monkeypatch.setattr(gpu, "SERIES", 400)
    monkeypatch.setattr(gpu, "STREAMS", (2, 4))
    monkeypatch.setitem(gpu.SIZES, "medium", (20, 3, 5))
    with gpu.one_thread():  # several have nothing to do here, and wait for each other
        batches = gpu.time_batches((4, 3, 5), "cpu")
        assert batches.keys() == {*gpu.WAYS, "all cores", "one core", "NumPy, one core"}
        assert all(times.keys() == {"1", "2"} for times in batches.values())
        assert gpu.time_lengths((4, 3, 5), "cpu").keys() == {"2", "3"}
        assert {"float16", "weights apart"} < gpu.time_formats((4, 3, 5), "cpu").keys()
        assert gpu.time_one_step((4, 3, 5), "cpu").keys() == {"GPU", "one core", "NumPy, one core"}
        assert [times.keys() for times in gpu.time_streams("cpu").values()] == [{"2", "4"}, {"2", "4"}]


def test_the_gradients_of_all_ways_are_the_same():
    layer, xs = gpu.layer_and_inputs((4, 3, 5), 2, "cpu")
    ways = [gpu.training(way, layer, xs)() for way in (*gpu.WAYS.values(), gpu.PACKED)]
    for gradients in zip(*ways, strict=True):
        for gradient in gradients[1:]:
            np.testing.assert_allclose(gradient, gradients[0], rtol=1e-4, atol=1e-5)


def test_the_record_of_the_gpu_was_not_edited():
    record = read_record("gpu")
    assert record["digest"] == record_digest(record)
    assert record["sizes"].keys() == gpu.SIZES.keys()
    assert all(record["difference"][name] < 1e-5 for name in (*gpu.WAYS, "packed"))


def test_the_table_shows_our_time_over_the_peers():
    rows = [{"shape": "b", "dtype": "float32", "pass": "forward", "seconds": {"ours": 0.003, "torch": 0.002}}]
    assert "3.0000   torch 1.50" in bench.table(rows, [], {})


def test_memory_is_measured_in_mebibytes():
    assert 10 < bench.memory_in_use("VmRSS") <= bench.memory_in_use("VmHWM") < 10_000
