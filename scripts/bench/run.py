"""Measure the sequence path beside its peers, on one thread: ``make bench``.

A case is one shape, dtype and pass. Each of its times is the median over interleaved rounds: a round calls
every peer in turn, so that a machine which is slower for a while is slower for all. The peers of a case share
one process, and every case has a fresh one, so that none finds the memory as another left it. They are
PyTorch's ``nn.LSTM``, the bare matrix products at the same shapes ("floor"), a plain loop over the single
step, and the original notebook's class. Writes the record docs/records/bench.json and prints its ratios as a
table. No test depends on a time.

Ours computes the read-out too, with O outputs; PyTorch's layer and the floor have none.
"""

import argparse
import datetime
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from lstm_tutorial import LSTM, backpropagate, unroll
from scripts.bench import ladder, notebook
from scripts.experiments.records import with_checksum, write_record

SHAPES = {  # name: (T, B, D, H)
    "a": (1, 1, 10, 20),
    "b": (100, 1, 10, 20),
    "c": (100, 32, 64, 128),
    "d": (256, 64, 128, 256),
}
O = 5
Peers = dict[str, Callable[[], Any]]


def median_seconds(
    peers: Peers, rounds: int, calls: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Time every peer once a round and return the median of each, in seconds a call."""
    times: dict[str, list[float]] = {name: [] for name in peers}
    for peer in peers.values():
        peer()  # not counted: first calls allocate
    for _ in range(rounds):
        for name, peer in peers.items():
            start = clock()
            for _ in range(calls):
                peer()
            times[name].append((clock() - start) / calls)
    return {name: float(np.median(values)) for name, values in times.items()}


class Problem:
    """One shape and dtype: the same weights and inputs for everyone."""

    def __init__(self, T: int, B: int, D: int, H: int, dtype: str) -> None:
        rng = np.random.default_rng(0)
        self.shape = T, B, D, H
        self.lstm = LSTM(D, H, O, rng=rng, dtype=dtype, forget_bias=1.0)
        self.xs = rng.standard_normal((T, D, B)).astype(dtype)  # (T, D, B)
        self.dhs = rng.standard_normal((T, H, B)).astype(dtype)  # (T, H, B)
        self.notebook = notebook.LSTM(self.lstm)
        torch_dtype = getattr(torch, dtype)
        self.torch_lstm = torch.nn.LSTM(D, H, dtype=torch_dtype)
        self.torch_xs = torch.tensor(self.xs.transpose(0, 2, 1).copy())  # (T, B, D)
        self.torch_dhs = torch.tensor(self.dhs.transpose(0, 2, 1).copy())  # (T, B, H)
        self.matrices: dict[tuple[int, int], Any] = {}
        self.peers = {
            "step": self.step_peers(),
            "forward": self.forward_peers(),
            "training": self.training_peers(),
        }

    def step_peers(self) -> Peers:
        """Take one step, validation included, beside the notebook's."""
        h, c = self.lstm.initial_state(self.shape[1])
        x = self.xs[0]
        return {
            "ours": lambda: self.lstm.forward(x, h, c),
            "notebook": lambda: self.notebook.forward(x, h, c, verbose=False),
        }

    def forward_peers(self) -> Peers:
        """Run the whole sequence, keeping what the backward pass needs, as ours and PyTorch do by default."""

        def loop(step: Callable[..., Any]) -> None:
            h, c = self.lstm.initial_state(self.shape[1])
            for x in self.xs:
                _, h, c = step(x, h, c)

        return {
            "ours": lambda: unroll(self.lstm, self.xs),
            "torch": lambda: self.torch_lstm(self.torch_xs),
            "floor": self.forward_products,
            "loop": lambda: loop(self.lstm.forward),
            "notebook": lambda: loop(partial(self.notebook.forward, verbose=False)),
        }

    def training_peers(self) -> Peers:
        """Run the whole sequence and back, for the gradients of weights, inputs and initial states."""

        def ours() -> None:
            backpropagate(unroll(self.lstm, self.xs).cache, dhs=self.dhs)

        def torch_training() -> None:
            self.torch_lstm.zero_grad()
            xs = self.torch_xs.detach().requires_grad_()
            self.torch_lstm(xs)[0].backward(self.torch_dhs)

        def loop() -> None:
            ladder.plain_loop_back(self.lstm, self.xs, self.dhs)

        def products() -> None:
            self.forward_products()
            self.backward_products()

        return {"ours": ours, "torch": torch_training, "floor": products, "loop": loop}

    def forward_products(self) -> None:
        """Do the products that nobody can avoid: all gates' weights times one step's inputs."""
        T, B, D, H = self.shape
        W, z, a = self.matrix(4 * H, D + H + 1), self.matrix(D + H + 1, B), self.matrix(4 * H, B)
        for _ in range(T):
            W.dot(z, a)

    def backward_products(self) -> None:
        """Do those of the backward pass: one a step, and one long product for the weights' gradient."""
        T, B, D, H = self.shape
        W_T, da, dz = self.matrix(D + H, 4 * H), self.matrix(4 * H, B), self.matrix(D + H, B)
        for _ in range(T):
            W_T.dot(da, dz)
        self.matrix(4 * H, T * B).dot(self.matrix(D + H + 1, T * B).T)

    def matrix(self, rows: int, columns: int) -> Any:
        """Return a matrix of this shape, always the same one."""
        if (rows, columns) not in self.matrices:
            matrix = np.random.default_rng(rows).standard_normal((rows, columns))
            self.matrices[rows, columns] = matrix.astype(self.xs.dtype)
        return self.matrices[rows, columns]


Case = tuple[str, str, str]
"""Shape, dtype and pass."""

CASES: list[Case] = [("a", "float64", "step")] + [
    (shape, dtype, what)
    for shape in "bcd"
    for dtype in ("float32", "float64")
    for what in ("forward", "training")
]
LADDER_CASES: list[Case] = [
    (shape, dtype, what)
    for shape, dtype in (("b", "float64"), ("c", "float32"), ("d", "float32"))
    for what in ("forward", "training")
]


def time_peers(case: Case, rounds: int) -> dict[str, float]:
    """Time ours and its peers in one case."""
    shape, dtype, what = case
    return median_seconds(Problem(*SHAPES[shape], dtype).peers[what], *effort(shape, rounds))


def time_ladder(case: Case, rounds: int) -> dict[str, float]:
    """Time the rungs of `scripts/bench/ladder.py` side by side, and the floor with them."""
    shape, dtype, what = case
    problem = Problem(*SHAPES[shape], dtype)
    peers: Peers = {name: partial(rung, problem.lstm, problem.xs) for name, rung in ladder.FORWARD.items()}
    if what == "training":
        arrays = problem.lstm, problem.xs, problem.dhs
        peers = {name: partial(rung, *arrays) for name, rung in ladder.TRAINING.items()}
    return median_seconds(peers | {"floor": problem.peers[what]["floor"]}, *effort(shape, rounds))


def effort(shape: str, rounds: int) -> tuple[int, int]:
    """Return the rounds, fewer for the largest shape, and the calls in a round, more for the small shapes."""
    if shape == "d":
        return max(3, rounds // 3), 1
    return rounds, {"a": 2000, "b": 20, "c": 1}[shape]


def in_a_fresh_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own, with one thread, and return its result."""
    with ProcessPoolExecutor(1, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        return pool.submit(function, *arguments).result()


def measure(
    time_case: Callable[[Case, int], dict[str, float]], cases: list[Case], rounds: int
) -> list[dict[str, Any]]:
    """Time every case, with a bar on a terminal."""
    return [
        dict(zip(("shape", "dtype", "pass"), case, strict=True))
        | {"seconds": in_a_fresh_process(time_case, case, rounds)}
        for case in tqdm(cases, desc=time_case.__name__, disable=None)
    ]


# Memory: each peer in a process of its own, since a process never gives its peak back.

MEMORY_SHAPE = (1000, 32, 64, 128)
MEMORY_PEERS = ("ours", "ours, checkpoint_every=32", "ours, forward only", "torch")


def peak_of(what: str) -> float:
    """Run one peer forward, and back if it can, and return how far it raised the process's peak, in MiB."""
    problem = Problem(*MEMORY_SHAPE, "float32")
    dh = np.ones(problem.dhs.shape[1:], "float32")  # (H, B)
    small = Problem(2, *MEMORY_SHAPE[1:], "float32")
    backpropagate(unroll(small.lstm, small.xs).cache, dhs=small.dhs)  # not counted: first calls allocate
    small.torch_lstm(small.torch_xs)[0].backward(small.torch_dhs)
    before = memory_in_use("VmRSS")
    if what == "torch":
        xs = problem.torch_xs.requires_grad_()
        _, (h, _) = problem.torch_lstm(xs)
        h[0].backward(torch.tensor(dh.T.copy()))
    elif what == "ours, forward only":
        unroll(problem.lstm, problem.xs, keep_cache=False)
    else:
        every = None if what == "ours" else 32
        result = unroll(problem.lstm, problem.xs, checkpoint_every=every)
        backpropagate(result.cache, dh=dh)
    return memory_in_use("VmHWM") - before


def memory_in_use(which: str) -> float:
    """Ask Linux for the process's memory in use (VmRSS) or its peak (VmHWM), in MiB."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{which}:"))


def table(rows: list[dict[str, Any]], rungs: list[dict[str, Any]], memory: dict[str, float]) -> str:
    """Write the measurements as text: milliseconds of ours, ours over each peer, each rung over the floor."""
    lines = [f"{'shape':6}{'dtype':9}{'pass':10}{'ours, ms':>10}   ours / peer"]
    for row in rows:
        ours = row["seconds"]["ours"]
        ratios = [f"{peer} {ours / s:.2f}" for peer, s in row["seconds"].items() if peer != "ours"]
        case = f"{row['shape']:6}{row['dtype']:9}{row['pass']:10}"
        lines.append(f"{case}{ours * 1e3:10.4f}   {', '.join(ratios)}")
    lines += [f"peak memory, {name}: {mebibytes:.1f} MiB" for name, mebibytes in memory.items()]
    for row in rungs:
        ratios = [f"{name} {s / row['seconds']['floor']:.2f}" for name, s in row["seconds"].items()]
        lines.append(f"ladder, {row['shape']} {row['dtype']} {row['pass']}: {', '.join(ratios)}")
    return "\n".join(lines)


def processor() -> str:
    """Name the processor, as far as Linux tells."""
    with open("/proc/cpuinfo") as lines:
        names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
        return next(names, platform.machine())


def main() -> None:
    """Measure, print the table, write the record."""
    parser = argparse.ArgumentParser(description="Measure times and memory, and write their record.")
    parser.add_argument("--rounds", type=int, default=21, help="interleaved rounds a case (default: 21)")
    rounds = parser.parse_args().rounds
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        parser.error("two threads on a busy machine are slower than one: use `make bench`")
    rows = measure(time_peers, CASES, rounds)
    rungs = measure(time_ladder, LADDER_CASES, rounds)
    memory = {peer: in_a_fresh_process(peak_of, peer) for peer in MEMORY_PEERS}
    print(table(rows, rungs, memory))
    record = {
        "what": "median seconds a call, one thread, interleaved rounds; peak memory in MiB",
        "shapes": {name: dict(zip("TBDH", shape, strict=True)) for name, shape in SHAPES.items()},
        "rounds": rounds,
        "machine": {"processor": processor(), "system": platform.system()},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
        },
        "date": datetime.date.today().isoformat(),
        "rows": rows,
        "ladder": rungs,
        "memory_mib": memory,
    }
    write_record("bench", with_checksum(record))


if __name__ == "__main__":
    main()
