"""Run experiments and keep their records: how runs are measured, stored and resumed, and when they are stale.

A record is a JSON file in docs/records. It is written again after every finished run, so that an interrupted
experiment resumes where it stopped. All runs of a record are stale when the code of its script changed; its
text ``ABOUT`` may change freely. What a network learns is decided by the scripts.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib
import multiprocessing
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from tqdm import tqdm

from scripts.experiments import records
from scripts.experiments.records import rounded

HERE = Path(__file__).parent
POINTS = 100  # a learning curve has about this many points
REPEATED = 10  # the number of first losses that a record keeps, for the test that repeats them

NAMES = [
    "adding",
    "copying",
    "embedded_reber",
    "continual_reber",
    "adding_1997",
    "temporal_order",
    "long_lag",
    "two_sequence",
    "ablation_reber",
    "ablation_adding",
    "gradient_profile",
    "one_bit",
    "inside",
    "gru",
    "sizes",
    "text",
    "ngrams",
    "forecast",
    "parity_bits",
]
"""All experiments, in the order of the pages."""

Settings = dict[str, Any]
Run = dict[str, Any]


class Step(NamedTuple):
    """What is known after one batch of an experiment."""

    loss: float
    """The loss of the batch, before its update."""
    sequences: int
    """The number of sequences that have been shown so far."""
    solved: bool = False
    """Whether the criterion is met."""
    result: dict[str, Any] | None = None
    """What else was measured, at the last step."""


class Experiment(Protocol):
    """What the script of an experiment defines."""

    ABOUT: dict[str, str]
    """What is measured, what the paper did, and what differs."""
    SEEDS: Sequence[int]
    """Every arm is run once with each seed."""
    ARMS: dict[str, Settings]
    """What is compared, by name, with every setting."""

    def run(self, settings: Settings, seed: int) -> Iterator[Step]:
        """Train or measure one network; the run ends with the last step that is yielded."""


def load(name: str) -> Experiment:
    """Import the script of an experiment."""
    return cast(Experiment, importlib.import_module(f"scripts.experiments.{name}"))


def measure(name: str, arm: str, seed: int) -> Run:
    """Do one run of an experiment and return what the record keeps of it."""
    experiment = load(name)
    started = time.process_time()
    steps = list(experiment.run(experiment.ARMS[arm], seed))
    losses, last = [step.loss for step in steps], steps[-1]
    window = max(1, experiment.ARMS[arm].get("steps", 1) // POINTS)
    windows = [slice(k, k + window) for k in range(0, len(steps), window)]
    return {
        "seed": seed,
        "solved": bool(last.solved),
        "steps": len(steps),
        "sequences": last.sequences,
        "cpu_seconds": round(time.process_time() - started, 2),
        "result": rounded(last.result or {}, 6),
        "first_losses": rounded(losses[:REPEATED], 9),
        "curve": {  # averaged over windows of equal length
            "sequences": [steps[w][-1].sequences for w in windows],
            "loss": rounded([float(np.mean(losses[w])) for w in windows], 5),
        },
    }


# ----------------------------------------------------------------------------------------------------
# Records
# ----------------------------------------------------------------------------------------------------


def code_digest(name: str) -> str:
    """Return the digest of a script without its ``ABOUT``, and of the experiments' modules that it imports.

    The harness and the records do not count, because no loss depends on them.
    """
    source = (HERE / f"{name}.py").read_text(encoding="utf-8")
    code = [re.sub(r"^ABOUT = \{.*?^\}", "", source, flags=re.MULTILINE | re.DOTALL)]
    for module in re.findall(r"^from scripts\.experiments\.(\w+) import", source, re.MULTILINE):
        if module not in ("harness", "records"):
            code.append(code_digest(module))
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:16]


def read_record(name: str) -> dict[str, Any]:
    """Return a record, or one without runs where there is none yet."""
    return records.read_record(name) if records.record_path(name).exists() else {"code": "", "arms": {}}


def finished_runs(name: str) -> dict[tuple[str, int], Run]:
    """Return the runs of a record that are not stale, by arm and seed."""
    experiment, record = load(name), read_record(name)
    if record["code"] != code_digest(name):
        return {}
    return {
        (arm, run["seed"]): run
        for arm, kept in record["arms"].items()
        for run in kept["runs"]
        if arm in experiment.ARMS and run["seed"] in experiment.SEEDS
    }


def write_record(name: str, runs: dict[tuple[str, int], Run]) -> None:
    """Write the record of an experiment with these runs."""
    experiment = load(name)
    arms = {
        arm: {
            "settings": settings,
            "runs": [runs[arm, seed] for seed in experiment.SEEDS if (arm, seed) in runs],
        }
        for arm, settings in experiment.ARMS.items()
    }
    record = {
        "experiment": name,
        **experiment.ABOUT,
        "seeds": list(experiment.SEEDS),
        "complete": len(runs) == len(experiment.ARMS) * len(experiment.SEEDS),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "lstm_tutorial": version("lstm-tutorial"),
        },
        "cpu_seconds": round(sum(run["cpu_seconds"] for run in runs.values()), 1),
        "code": code_digest(name),
        "arms": arms,
    }
    records.write_record(name, records.with_checksum(record))


def write_texts(name: str) -> None:
    """Bring the texts of a record up to date where only they changed."""
    record = read_record(name)
    if record["arms"] and record | load(name).ABOUT != record:
        records.write_record(name, records.with_checksum(record | load(name).ABOUT))


# ----------------------------------------------------------------------------------------------------
# Many runs
# ----------------------------------------------------------------------------------------------------

Job = tuple[str, str, int]  # experiment, arm and seed


def pending(name: str) -> list[Job]:
    """Return the runs that an experiment still needs."""
    experiment, done = load(name), finished_runs(name)
    return [
        (name, arm, seed) for seed in experiment.SEEDS for arm in experiment.ARMS if (arm, seed) not in done
    ]


def run_all(names: Iterable[str], workers: int, *, again: bool = False) -> None:
    """Bring the records of these experiments up to date, with a progress bar over the runs."""
    names = list(names)
    if again:
        for name in names:
            records.record_path(name).unlink(missing_ok=True)
    jobs = [job for name in names for job in pending(name)]
    runs = {name: finished_runs(name) for name in names}
    for (name, arm, seed), run in tqdm(_finished(jobs, workers), total=len(jobs), unit="run", disable=None):
        runs[name][arm, seed] = run
        write_record(name, runs[name])
    for name in names:
        write_texts(name)


def _finished(jobs: list[Job], workers: int) -> Iterator[tuple[Job, Run]]:
    """Yield runs as they finish, from this many processes with one thread each."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the workers, which import NumPy anew
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(measure, *job): job for job in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)
