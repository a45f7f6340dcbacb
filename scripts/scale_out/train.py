"""Train the package's LSTM with PyTorch on several workers: processes on one machine or on several.

``torchrun --nproc-per-node 2 --max-restarts 3 -m scripts.scale_out.train trained.safetensors`` starts two
workers here. They compute on GPUs and exchange gradients with nccl where there are GPUs, and with gloo on
processors. If a worker dies, torchrun starts all of them again, and they go on from the last checkpoint,
which lies beside the result. ``--kill-after 13`` has one of them die once, after its 13th step.

Set ``TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1``. Otherwise torchrun keeps one store of addresses for all
restarts, and a worker that is started again can read there the address of a dead one, and waits for it.

In every step, all workers draw the same batch, take a share of its columns each, and end with the same
weights. So the number of workers changes neither the batches nor, but for rounding, the result. Nothing is
measured here.
"""

import argparse
import os
import signal
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from lstm_tutorial import LSTM
from lstm_tutorial.files import written_whole
from lstm_tutorial.interop import from_pytorch, save, to_pytorch
from lstm_tutorial.tasks import Sequences, adding

T, B, H = 20, 32, 16
STEPS, EVERY = 40, 10
"""How many steps are taken, and how many lie between two checkpoints."""
LEARNING_RATE = 0.01


def first_network() -> LSTM:
    """Return the network with its first weights."""
    return LSTM(2, H, 1, rng=0, forget_bias=1.0)


def draw(step: int) -> Sequences:
    """Draw the whole batch of a step: the same in every process, and again after a restart."""
    return adding(B, T, rng=np.random.default_rng([1, step]))


# --8<-- [start:model]
class Model(nn.Module):  # type: ignore[misc]
    """The network in one module: one wrapper sees all weights."""

    def __init__(self, network):
        super().__init__()
        self.lstm, self.read_out = to_pytorch(network)
        self.lstm.bias_hh_l0.requires_grad_(False)  # one bias

    def forward(self, xs):  # (T, B, D)
        """Return the answer at the last step."""
        hs, _ = self.lstm(xs)  # (T, B, H)
        return self.read_out(hs[-1])  # (B, O)

    def network(self):
        """Return the network of the package."""
        return from_pytorch(self.lstm, self.read_out)

    # --8<-- [end:model]


# --8<-- [start:share]
def share_of(batch, columns, device):
    """Return inputs and targets of some columns, for PyTorch."""
    xs = batch.xs[..., columns].transpose(0, 2, 1)  # (T, B, D)
    targets = batch.targets[:, columns].T  # (B, O)
    return [torch.tensor(a, device=device) for a in (xs, targets)]


def loss_of(parallel, xs, targets, workers):
    """Return this worker's part of the loss of the whole batch.

    DDP averages the gradients, so the part is taken times the workers.
    """
    squares = (parallel(xs) - targets).square().sum()
    return workers * squares / B
    # --8<-- [end:share]


# --8<-- [start:start]
def start():
    """Join the other workers: return rank, number of workers, device."""
    device, backend = "cpu", "gloo"
    if torch.cuda.is_available():
        device, backend = "cuda", "nccl"
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    give_up = timedelta(seconds=60)  # if nobody answers
    distributed.init_process_group(backend, timeout=give_up)
    workers = distributed.get_world_size()
    return distributed.get_rank(), workers, device
    # --8<-- [end:start]


# --8<-- [start:train]
def train(checkpoint, kill_after):
    """Train as one of the workers, and return the network."""
    rank, workers, device = start()
    mine = slice(rank, None, workers)  # if two: every second column
    model = Model(first_network()).to(device)
    parallel = DistributedDataParallel(model)
    weights = [w for w in model.parameters() if w.requires_grad]
    optimizer = torch.optim.Adam(weights, LEARNING_RATE)
    done = resume(checkpoint, model, optimizer)
    if rank == 0:
        print(f"{workers} workers go on after step {done}")
    for step in range(done + 1, STEPS + 1):
        xs, targets = share_of(draw(step), mine, device)
        loss = loss_of(parallel, xs, targets, workers)
        optimizer.zero_grad()
        loss.backward()  # gradients are averaged over the workers
        optimizer.step()  # the same step in each of them
        if rank == 0 and step % EVERY == 0:
            write_checkpoint(checkpoint, step, model, optimizer)
            print(f"checkpoint after step {step}")
        if rank == workers - 1 and step == kill_after:
            die_once(step)
    distributed.destroy_process_group()
    return model.network()
    # --8<-- [end:train]


# --8<-- [start:checkpoint]
def write_checkpoint(path, step, model, optimizer):
    """Write all that the next step depends on."""
    arrays = {"step": np.array(step)}
    for name, weight in model.state_dict().items():
        arrays[f"model/{name}"] = weight.cpu().numpy()
    for k, slots in optimizer.state_dict()["state"].items():
        for name, slot in slots.items():
            arrays[f"optimizer/{k}/{name}"] = slot.cpu().numpy()
    with written_whole(path) as file:  # whole or not at all
        np.savez(file, allow_pickle=False, **arrays)


def resume(path, model, optimizer):
    """Read the last checkpoint, if any, and return its step."""
    if not path.exists():
        return 0
    with np.load(path) as arrays:
        tensors = {n: torch.tensor(arrays[n]) for n in arrays.files}
    states = model.state_dict()
    model.load_state_dict({n: tensors[f"model/{n}"] for n in states})
    slots: dict[int, dict] = {}
    for name in tensors:
        if name.startswith("optimizer/"):
            _, k, slot = name.split("/")
            slots.setdefault(int(k), {})[slot] = tensors[name]
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": slots, "param_groups": groups})
    return int(tensors["step"])
    # --8<-- [end:checkpoint]


def die_once(step: int) -> None:
    """End this process at once, as a power cut does, unless torchrun has restarted it already."""
    if os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        print(f"a worker is killed after step {step}", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Train as one of the workers; the first of them writes the result."""
    parser = argparse.ArgumentParser(description="Train an LSTM on several workers; start it with torchrun.")
    parser.add_argument("result", type=Path, help="the file that the trained network is written to")
    parser.add_argument("--kill-after", type=int, metavar="STEP", help="kill a worker once, after this step")
    arguments = parser.parse_args()
    network = train(arguments.result.with_suffix(".checkpoint.npz"), arguments.kill_after)
    if os.environ["RANK"] == "0":
        save(network, arguments.result)


if __name__ == "__main__":
    main()
