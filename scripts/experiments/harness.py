"""Run the experiments and keep their records: what is measured, how it is stored, when it is out of date.

A record is a JSON file in docs/records. It is rewritten after every finished run, so that an interrupted
experiment goes on where it stopped. A run is done again when the code of its script or the settings of its
arm changed; texts (docstrings, ``ABOUT``) may change freely. Three experiments have no arms and are measured
in one piece, by a function of their own. What a network learns is not decided here.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import hashlib
import importlib
import json
import multiprocessing
import os
import platform
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

import lstm_tutorial
from scripts.experiments import records
from scripts.experiments.records import rounded

HERE = Path(__file__).parent
POINTS = 100  # a learning curve has at most about so many points
REPEATED = 100  # so many first losses are kept, for the test that repeats them


class Step(NamedTuple):
    """What is known after one batch of an experiment."""

    loss: float
    """The loss of the batch, before its update."""
    sequences: int
    """How many sequences have been shown so far."""
    solved: bool = False
    """Whether the criterion is met; the run ends then."""
    result: dict[str, float] | None = None
    """What else was measured, at the last step."""


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
]
"""The experiments whose scripts have arms and seeds, in the order of the pages."""

WHOLE = ["gradient_profile", "one_bit", "inside"]
"""The experiments that are measured in one piece."""


def load(name: str) -> Any:
    """Import the script of an experiment."""
    return importlib.import_module(f"scripts.experiments.{name}")


# ----------------------------------------------------------------------------------------------------
# One run
# ----------------------------------------------------------------------------------------------------


def measure(name: str, arm: str, seed: int) -> dict[str, Any]:
    """Train one network of an experiment and return what the record keeps of it."""
    experiment = load(name)
    settings = experiment.ARMS[arm]
    started = time.process_time()
    losses: list[float] = []
    sequences: list[int] = []
    step = Step(float("nan"), 0)
    for step in experiment.run(settings, seed):
        losses.append(step.loss)
        sequences.append(step.sequences)
    return {
        "seed": seed,
        "solved": bool(step.solved),
        "steps": len(losses),
        "sequences": step.sequences,
        "cpu_seconds": round(time.process_time() - started, 2),
        "result": rounded(step.result or {}, 6),
        "first_losses": rounded(losses[:REPEATED], 9),
        "curve": _thinned(sequences, losses, settings["steps"]),
    }


def _thinned(sequences: list[int], losses: list[float], most_steps: int) -> dict[str, list[float]]:
    """Average the losses over windows of equal length, so that a full run has about POINTS of them."""
    window = max(1, most_steps // POINTS)
    starts = range(0, len(losses), window)
    return {
        "sequences": [sequences[min(s + window, len(losses)) - 1] for s in starts],
        "loss": rounded([float(np.mean(losses[s : s + window])) for s in starts], 5),
    }


# ----------------------------------------------------------------------------------------------------
# Records
# ----------------------------------------------------------------------------------------------------


def code_digest(name: str) -> str:
    """Return the digest of a script's code, and of the experiments' code that it imports.

    Docstrings, comment lines, texts, seeds and the settings of the arms do not count. Lines are compared, not
    syntax trees, whose form is another one in every version of Python.
    """
    source = (HERE / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    texts = {line for node in _texts_of(tree) for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = enumerate(source.splitlines(), 1)
    code = [line for k, line in lines if k not in texts and line.strip() and line.strip()[0] != "#"]
    imported = {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    for module in sorted(imported):
        package, _, other = module.rpartition(".")
        if package == "scripts.experiments" and other != "harness":
            code.append(code_digest(other))
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:16]


def _texts_of(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements of a script that are no code: docstrings, texts, seeds and settings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node) is not None:
            yield node.body[0]
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        if {target.id for target in targets if isinstance(target, ast.Name)} & {"ABOUT", "ARMS", "SEEDS"}:
            yield statement


def read_record(name: str) -> dict[str, Any]:
    """Return a record, or one without runs where there is none yet."""
    return records.read_record(name) if records.record_path(name).exists() else {"code": "", "arms": {}}


def finished_runs(name: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the runs of a record that still hold, by arm and seed."""
    experiment, record = load(name), read_record(name)
    if record["code"] != code_digest(name):
        return {}
    return {
        (arm, run["seed"]): run
        for arm, kept in record["arms"].items()
        if arm in experiment.ARMS and kept["settings"] == _as_json(experiment.ARMS[arm])
        for run in kept["runs"]
        if run["seed"] in experiment.SEEDS
    }


def _as_json(settings: dict[str, Any]) -> Any:
    """Return settings as they come back from a file."""
    return json.loads(json.dumps(settings))


def write_record(name: str, runs: dict[tuple[str, int], dict[str, Any]]) -> None:
    """Write the record of an experiment with these runs, whole or not at all."""
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
        **_provenance(name, sum(run["cpu_seconds"] for run in runs.values())),
        "arms": arms,
    }
    records.write_record(name, records.sealed(record))


def _provenance(name: str, cpu_seconds: float) -> dict[str, Any]:
    """Return what a record says of its own making."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "lstm_tutorial": lstm_tutorial.__version__,
        },
        "cpu_seconds": round(cpu_seconds, 1),
        "code": code_digest(name),
    }


def write_texts(name: str) -> None:
    """Bring the texts of a record up to date where only they changed."""
    record = read_record(name)
    if record["arms"] and record | load(name).ABOUT != record:
        records.write_record(name, records.sealed(record | load(name).ABOUT))


# ----------------------------------------------------------------------------------------------------
# Experiments in one piece
# ----------------------------------------------------------------------------------------------------


def is_stale(name: str) -> bool:
    """Say whether the script of an experiment in one piece changed since its record was written."""
    if not records.record_path(name).exists():
        return True
    record = records.read_record(name)
    return bool(record["code"] != code_digest(name) or record["seeds"] != list(load(name).SEEDS))


def write_whole(name: str) -> None:
    """Measure an experiment in one piece, and write its record."""
    started = time.process_time()
    measured = load(name).measure_all()
    head = {"experiment": name, **load(name).ABOUT, "seeds": list(load(name).SEEDS)}
    record = head | _provenance(name, time.process_time() - started) | measured
    records.write_record(name, records.sealed(record))
    print(f"{name:16s} {record['cpu_seconds']:7.1f} s")


def main_whole(name: str) -> None:
    """Measure an experiment in one piece from the command line, whether or not it is stale."""
    argparse.ArgumentParser(description=f"Repeat the experiment {name} and write its record.").parse_args()
    write_whole(name)


# ----------------------------------------------------------------------------------------------------
# Many runs
# ----------------------------------------------------------------------------------------------------


def pending(name: str) -> list[tuple[str, str, int]]:
    """Return the runs that an experiment still needs: name, arm and seed."""
    experiment, done = load(name), finished_runs(name)
    return [
        (name, arm, seed) for seed in experiment.SEEDS for arm in experiment.ARMS if (arm, seed) not in done
    ]


def run_all(wanted: Iterable[str], workers: int) -> None:
    """Bring the records of these experiments up to date, with a bar that counts finished runs."""
    wanted = list(wanted)
    jobs = [job for name in wanted for job in pending(name)]
    runs = {name: finished_runs(name) for name in wanted}
    for (name, arm, seed), run in tqdm(_finished(jobs, workers), total=len(jobs), unit="run", disable=None):
        runs[name][arm, seed] = run
        write_record(name, runs[name])
    for name in wanted:
        write_texts(name)


def _finished(
    jobs: list[tuple[str, str, int]], workers: int
) -> Iterator[tuple[tuple[str, str, int], dict[str, Any]]]:
    """Yield runs as they finish, from so many processes with one thread each."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the workers, which import NumPy anew
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures: dict[Future[dict[str, Any]], tuple[str, str, int]] = {
            pool.submit(measure, *job): job for job in jobs
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def main(wanted: list[str]) -> None:
    """Run experiments from the command line and say in a line per arm what came out."""
    parser = argparse.ArgumentParser(description="Repeat experiments and write their records.")
    parser.add_argument("names", nargs="*", default=wanted, help="experiments; all that are stale if none")
    parser.add_argument("--workers", type=int, default=2, help="processes, one thread each (default 2)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the workers end as well
    run_all(arguments.names, arguments.workers)
    for name in arguments.names:
        for arm, kept in read_record(name)["arms"].items():
            solved = [run for run in kept["runs"] if run["solved"]]
            sequences = sorted(run["sequences"] for run in solved)
            seconds = sum(run["cpu_seconds"] for run in kept["runs"])
            print(f"{name:16s} {arm:34s} {len(solved)}/{len(kept['runs'])} {seconds:7.1f} s", sequences)
