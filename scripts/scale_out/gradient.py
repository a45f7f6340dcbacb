"""Compute the gradient of one batch on two workers.

``torchrun --nproc-per-node 2 -m scripts.scale_out.gradient FOLDER`` splits the first batch of the training
into halves, and then into shares of 20 and 12 columns. For each, the first worker writes the averaged
gradient as a network whose weights are that gradient, because both have the same names and shapes. Nothing
is trained here, and nothing compared: that is in `scripts.scale_out.measure`.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from lstm_tutorial.interop import save
from scripts.scale_out.train import B, Model, draw, first_network, loss_of, share_of, start

SPLITS = {"halves": 16, "unequal": 20}
"""How many of the columns the first worker gets; the second gets the rest."""


def averaged_gradient(columns: slice, workers: int, device: str) -> Any:
    """Return the gradient that every worker has after the backward pass, as a network."""
    model = Model(first_network()).to(device)
    parallel = DistributedDataParallel(model)  # must live until the backward pass has ended
    xs, targets = share_of(draw(1), columns, device)
    loss_of(parallel, xs, targets, workers).backward()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.zeros_like(weight) if weight.grad is None else weight.grad)
    return model.network()


def main() -> None:
    """Compute the gradient for each way to split the batch; the first worker writes it."""
    parser = argparse.ArgumentParser(description="Average the gradients of two workers; start with torchrun.")
    parser.add_argument("folder", type=Path, help="where the gradients are written to")
    folder = parser.parse_args().folder
    rank, workers, device = start()
    for name, first in SPLITS.items():
        columns = (slice(0, first), slice(first, B))[rank]
        gradient = averaged_gradient(columns, workers, device)
        if rank == 0:
            save(gradient, folder / f"{name}.safetensors")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
