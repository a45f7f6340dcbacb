"""Measure how the cost of recurrences and of attention grows with the number of steps, on one thread.

``python -m scripts.bench.lengths`` writes the record docs/records/lengths.json. A linear recurrence is
computed by a loop and by a scan, mLSTM step by step and all at once, beside attention and the LSTM. All peers
of one length take turns, as in `scripts.bench.run`, but what is measured is CPU time, which other programs
change less. The peers get ready-made pre-activations, or queries, keys and values; only the LSTM multiplies
by weights. No test depends on a time.
"""

import datetime
import os
import platform
import time
from functools import partial

import numpy as np

from lstm_tutorial import LSTM, unroll
from scripts.bench.run import Peers, in_a_fresh_process, median_seconds, processor
from scripts.experiments import successors
from scripts.experiments.records import with_checksum, write_record

LENGTHS = [64, 256, 1024, 4096]
SIZE = 64
"""Units of the LSTM and of the linear recurrence; d of mLSTM and attention."""


def peers_at(T: int) -> Peers:
    """Return what is timed at this length: one sequence, float64."""
    rng = np.random.default_rng(0)
    lstm, xs = LSTM(SIZE, SIZE, None, rng=rng), rng.standard_normal((T, SIZE, 1))  # (T, D, B)
    a, b = successors.min_lstm(*rng.standard_normal((3, T, SIZE, 1)))  # (T, H, B) each
    q, k, v = rng.standard_normal((3, T, SIZE))  # (T, d) each
    a_f, a_i = rng.standard_normal((2, T))  # (T,) each
    return {
        "LSTM": partial(unroll, lstm, xs, keep_cache=False),
        "loop": partial(successors.loop, a, b),
        "scan": partial(successors.scan, a, b),
        "mLSTM, steps": partial(successors.mlstm, q, k, v, a_f, a_i),
        "mLSTM, parallel": partial(successors.mlstm_parallel, q, k, v, a_f, a_i),
        "attention": partial(successors.attention, q, k, v),
    }


def measure(T: int, rounds: int) -> dict[str, float]:
    """Time every peer at this length."""
    return median_seconds(peers_at(T), rounds, max(1, 512 // T), time.process_time)


def main(rounds: int = 9) -> None:
    """Measure, print the times in milliseconds, write the record."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        raise SystemExit("set OPENBLAS_NUM_THREADS=1: the record is of one thread")
    rows = [{"T": T, "seconds": in_a_fresh_process(measure, T, rounds)} for T in LENGTHS]
    for row in rows:
        print(row["T"], {name: round(1e3 * seconds, 2) for name, seconds in row["seconds"].items()})
    record = {
        "what": "median CPU seconds for one whole sequence, one thread, interleaved rounds",
        "size": SIZE,
        "rounds": rounds,
        "machine": {"processor": processor(), "system": platform.system()},
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "date": datetime.date.today().isoformat(),
        "rows": rows,
    }
    write_record("lengths", with_checksum(record))


if __name__ == "__main__":
    main()
