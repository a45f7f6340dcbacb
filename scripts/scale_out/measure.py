"""Measure what several workers reach, for the chapter "Beyond one machine".

``python -m scripts.scale_out.measure`` starts the programs of this folder with torchrun, compares their
results with those of NumPy in one process, and writes a record: without a GPU docs/records/scale_out.json, of
two workers that exchange gradients with gloo, and with GPUs docs/records/scale_out_gpu.json, of one worker
for each of them and nccl. Averaged gradients are compared where there are two workers.
tests/parity/test_scale_out.py measures again and compares. Times are not measured here.
"""

import datetime
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from lstm_tutorial import Adam, squared_error, train
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.interop import load
from scripts.experiments.common import loss_at_last_step
from scripts.experiments.records import with_checksum, write_record
from scripts.files import ROOT
from scripts.scale_out.gradient import SPLITS
from scripts.scale_out.train import EVERY, LEARNING_RATE, STEPS, draw, first_network

BELOW = 1e-10
"""The bound on all differences, in float64."""
WORKERS = torch.cuda.device_count() or 2
"""One for each GPU; two where there is none."""
KILL_AFTER = 13
"""The step after which a worker is killed: not one with a checkpoint."""


def torchrun(program: str, *arguments: str) -> list[str]:
    """Start a program on all workers, which torchrun may start again; return the lines that it prints."""
    options = ["--standalone", "--nproc-per-node", str(WORKERS), "--max-restarts", "3"]
    command = [sys.executable, "-m", "torch.distributed.run", *options, "-m", f"scripts.scale_out.{program}"]
    environment = os.environ | {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}  # see scripts.scale_out.train
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr}")
    return done.stdout.splitlines()


def difference(found: dict[str, FloatArray], expected: dict[str, FloatArray]) -> float:
    """Return the largest difference of two sets of arrays with the same names."""
    assert found.keys() == expected.keys()
    return float(np.max([abs(found[name] - expected[name]).max() for name in expected]))  # NaN if one is NaN


def gradient_differences() -> dict[str, float]:
    """Return how far the averaged gradients of two workers are from NumPy's of the whole batch."""
    network = first_network()
    _, gradients = loss_at_last_step(network, squared_error)(draw(1))
    expected = {name: gradients[name] for name in network.parameters()}
    with TemporaryDirectory() as folder:
        torchrun("gradient", folder)
        averaged = {name: load(Path(folder) / f"{name}.safetensors") for name in SPLITS}
    return {name: difference(network.parameters(), expected) for name, network in averaged.items()}


def weights_of_one_process() -> dict[str, FloatArray]:
    """Train with NumPy in one process, on the same batches."""
    network = first_network()
    steps = iter(range(1, STEPS + 1))
    training = train(
        network,
        loss_at_last_step(network, squared_error),
        lambda _: draw(next(steps)),
        Adam(LEARNING_RATE),
        steps=STEPS,
    )
    for _ in training:
        pass
    return network.parameters()


def weights_of_workers(*arguments: str) -> tuple[dict[str, FloatArray], list[str]]:
    """Train on all workers; return the weights and what was printed."""
    with TemporaryDirectory() as folder:
        result = Path(folder) / "trained.safetensors"
        lines = torchrun("train", str(result), *arguments)
        return load(result).parameters(), lines


def killed() -> tuple[dict[str, FloatArray], list[str]]:
    """Do the same, with one of the workers killed on the way."""
    return weights_of_workers("--kill-after", str(KILL_AFTER))


def main() -> None:
    """Measure and write the record."""
    one = weights_of_one_process()
    undisturbed, lines = weights_of_workers()
    survived, lines_of_killed = killed()
    found = {"trained": difference(undisturbed, one), "killed": difference(survived, one)}
    if WORKERS == 2:
        found |= gradient_differences()
    assert max(found.values()) < BELOW, found
    record = {
        "title": f"{WORKERS} {'worker' if WORKERS == 1 else 'workers'}",
        "command": "python -m scripts.scale_out.measure",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {"numpy": np.__version__, "torch": torch.__version__.partition("+")[0]},
        "below": BELOW,
        "steps": STEPS,
        "checkpoint_every": EVERY,
        "kill_after": KILL_AFTER,
        "split": SPLITS,
        "lines": lines,
        "lines_of_killed": lines_of_killed,
        "same_bits_as_undisturbed": difference(survived, undisturbed) == 0,
    }
    write_record("scale_out_gpu" if torch.cuda.is_available() else "scale_out", with_checksum(record))


if __name__ == "__main__":
    main()
