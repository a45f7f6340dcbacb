"""Time how training grows with the sizes T, B, D and H, for the chapter "Why is my GPU slow?".

``OPENBLAS_NUM_THREADS=1 python -m scripts.bench.growth`` writes the record docs/records/growth.json. From the
medium shape of the benchmark, one size at a time is made smaller and larger. A second table compares two
ways to take the products of the forward pass: those of the inputs step by step with the others, or all of
them before the loop. Times are those of the processor, on one thread, and medians over interleaved rounds.
Look at ratios. No test depends on a time, and no GPU is used.
"""

import argparse
import datetime
import os
import platform
import time
from typing import Any

import numpy as np
from tqdm import tqdm

from lstm_tutorial import LSTM, backpropagate, unroll
from scripts.bench.run import SHAPES, Peers, in_a_fresh_process, median_seconds, processor
from scripts.experiments.records import rounded, with_checksum, write_record

BASE = dict(zip("TBDH", SHAPES["c"], strict=True))
SWEEPS = {
    "T": (25, 50, 100, 200, 400),
    "B": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "D": (16, 32, 64, 128, 256, 512),
    "H": (16, 32, 64, 128, 256, 512),
}


def training(T: int, B: int, D: int, H: int) -> Any:
    """Return a function that runs a batch forward and back."""
    rng = np.random.default_rng(0)
    lstm = LSTM(D, H, None, rng=rng, dtype="float32")
    xs = rng.standard_normal((T, D, B)).astype("float32")  # (T, D, B)
    dhs = rng.standard_normal((T, H, B)).astype("float32")  # (T, H, B)
    return lambda: backpropagate(unroll(lstm, xs).cache, dhs=dhs)


def time_sweep(size: str, rounds: int) -> dict[str, float]:
    """Time all values of one size, in one process."""
    peers = {str(value): training(**(BASE | {size: value})) for value in SWEEPS[size]}
    return median_seconds(peers, rounds, 1, time.process_time)


def products(T: int, B: int, D: int, H: int) -> Peers:
    """Return the products of a forward pass, taken in two ways; their results are thrown away."""
    rng = np.random.default_rng(0)
    W_x, W_h, W = (rng.standard_normal((4 * H, n)).astype("float32") for n in (D, H, D + H))
    xs, h, xh = (rng.standard_normal(shape).astype("float32") for shape in ((D, T * B), (H, B), (D + H, B)))
    a, all_a = np.empty((4 * H, B), "float32"), np.empty((4 * H, T * B), "float32")

    def with_the_steps() -> None:
        for _ in range(T):
            W.dot(xh, a)

    def inputs_first() -> None:
        W_x.dot(xs, all_a)
        for _ in range(T):
            W_h.dot(h, a)

    return {"with the steps": with_the_steps, "inputs first": inputs_first}


def time_products(shape: str, rounds: int) -> dict[str, float]:
    """Time both ways at one shape of the benchmark."""
    return median_seconds(products(*SHAPES[shape]), rounds, 20 if shape == "b" else 1, time.process_time)


def main() -> None:
    """Measure and write the record."""
    parser = argparse.ArgumentParser(description="Measure how the time grows, and write the record.")
    parser.add_argument("--rounds", type=int, default=11, help="interleaved rounds (default: 11)")
    rounds = parser.parse_args().rounds
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        parser.error("set OPENBLAS_NUM_THREADS=1: the times of several threads would be added")
    record = {
        "title": "Growth with the sizes",
        "command": "OPENBLAS_NUM_THREADS=1 python -m scripts.bench.growth",
        "what": "median processor seconds of a forward and a backward pass, float32, one thread",
        "date": datetime.date.today().isoformat(),
        "rounds": rounds,
        "machine": {"processor": processor(), "system": platform.system()},
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "base": BASE,
        "seconds": {s: in_a_fresh_process(time_sweep, s, rounds) for s in tqdm(SWEEPS, disable=None)},
        "products": {s: in_a_fresh_process(time_products, s, rounds) for s in "bcd"},
    }
    write_record("growth", with_checksum(rounded(record, 3)))


if __name__ == "__main__":
    main()
