"""Time an LSTM on one GPU, for the chapter "Why is my GPU slow?".

``OPENBLAS_NUM_THREADS=1 python -m scripts.bench.gpu`` needs a GPU, takes a few minutes and writes the record
docs/records/gpu.json: the time of a forward and a backward pass for batches of 1 to 512 sequences, by
PyTorch's `nn.LSTM` with and without cuDNN, by a loop over `nn.LSTMCell`, and on the processor of the same
machine, where our package is timed as well; how it grows with the length; what number formats and packed
sequences change; one long series, read as one stream and as many; a single step; and what the GPU reaches at
best. All ways have the weights of our `LSTM`, and their results are compared with ours.

Times are medians over interleaved rounds. Look at ratios. No test depends on a time.
"""

import datetime
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.backends import cudnn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.profiler import ProfilerActivity, profile

from lstm_tutorial import LSTM, unroll
from lstm_tutorial.interop import to_pytorch
from scripts.bench import growth
from scripts.bench.run import Peers, median_seconds, processor
from scripts.experiments.records import rounded, with_checksum, write_record

Size = tuple[int, int, int]
"""Steps, inputs and units: T, D, H."""
SIZES: dict[str, Size] = {"medium": (100, 64, 128), "wide": (100, 512, 1024)}
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
ONE_CORE_STATES = 2**16
"""One core is timed with batches of at most so many states, B*H: larger ones would take it long."""
LENGTHS = (25, 50, 100, 200, 400, 800)
USUAL = 32
"""The batch size of the comparisons that have only one."""
SERIES, STREAMS = 51_200, (1, 8, 64, 512)
"""The steps of the long series, and how many streams it is cut into."""


class Way(NamedTuple):
    """A way to run a layer."""

    run: Callable[[Any, Any], Any]
    """Takes an `nn.LSTM` and inputs, (T, B, D); returns hidden states, (T, B, H)."""
    cudnn: bool = True
    tf32: bool = False
    """PyTorch's default is True: cuDNN may round the factors of a product to TF32, 10 bits of 23."""

    def __call__(self, layer: Any, xs: Any) -> Any:
        """Run the layer with these settings."""
        with self.settings():
            return self.run(layer, xs)

    def settings(self) -> AbstractContextManager[None]:
        """Return a block in which PyTorch has these settings; the backward pass must run in it, too."""
        block: AbstractContextManager[None] = cudnn.flags(enabled=self.cudnn, allow_tf32=self.tf32)
        return block


def whole(layer: Any, xs: Any) -> Any:
    """Run all steps in one call."""
    return layer(xs)[0]


def by_cells(layer: Any, xs: Any) -> Any:
    """Do for each step what `nn.LSTMCell` does."""
    weights = layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0
    h = c = xs.new_zeros(xs.shape[1], layer.hidden_size)  # (B, H)
    hs = []
    for x in xs:
        h, c = torch.lstm_cell(x, (h, c), *weights)
        hs.append(h)
    return torch.stack(hs)


def packed(layer: Any, xs: Any) -> Any:
    """Run a `PackedSequence` whose sequences have all T steps."""
    return layer(pack_padded_sequence(xs, [len(xs)] * xs.shape[1]))[0].data.reshape(*xs.shape[:2], -1)


WAYS = {"cuDNN": Way(whole), "without cuDNN": Way(whole, cudnn=False), "LSTMCell": Way(by_cells)}
TF32, PACKED = Way(whole, tf32=True), Way(packed)


def network(D: int, H: int) -> LSTM:
    """Return the network that all ways run."""
    return LSTM(D, H, None, rng=0, dtype="float32", forget_bias=1.0)


def layer_and_inputs(size: Size, B: int, device: str) -> tuple[Any, Any]:
    """Return the network as an `nn.LSTM`, and inputs for it, (T, B, D)."""
    T, D, H = size
    xs = np.random.default_rng(1).standard_normal((T, D, B)).astype("float32")  # (T, D, B)
    layer, _ = to_pytorch(network(D, H))
    return layer.to(device), torch.tensor(xs.transpose(0, 2, 1).copy(), device=device)


def training(way: Way, layer: Any, xs: Any) -> Callable[[], Any]:
    """Return a function that runs a batch forward and back, and returns the gradients."""
    xs = xs.clone().requires_grad_()
    dhs = torch.ones_like(way(layer, xs).detach())

    def forward_and_back() -> Any:
        with way.settings():
            return torch.autograd.grad(way.run(layer, xs), [xs, *layer.parameters()], dhs)

    return forward_and_back


# What is measured


def seconds(peers: Peers, rounds: int = 11, calls: int = 3) -> dict[str, float]:
    """Time the peers; a time ends when the GPU has done what it was given."""

    def now() -> float:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return time.perf_counter()

    return median_seconds(peers, rounds, calls, now)


def time_batches(size: Size, device: str) -> dict[str, dict[str, float]]:
    """Time all ways, and the processor, at every batch size."""
    T, D, H = size
    times: dict[str, dict[str, float]] = {}
    for B in BATCHES:
        found = seconds(
            {name: training(way, *layer_and_inputs(size, B, device)) for name, way in WAYS.items()}
        )
        on_processor = training(WAYS["cuDNN"], *layer_and_inputs(size, B, "cpu"))
        found |= seconds({"all cores": on_processor}, rounds=3, calls=1)
        if B * H <= ONE_CORE_STATES:
            with one_thread():
                ours = growth.training(T, B, D, H)
                found |= seconds({"one core": on_processor, "NumPy, one core": ours}, rounds=3, calls=1)
        for name, value in found.items():
            times.setdefault(name, {})[str(B)] = value
    return times


def time_lengths(size: Size, device: str) -> dict[str, float]:
    """Time sequences of several lengths."""
    _, D, H = size
    return seconds(
        {str(T): training(WAYS["cuDNN"], *layer_and_inputs((T, D, H), USUAL, device)) for T in LENGTHS}
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Give PyTorch one thread on the processor."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def time_formats(size: Size, device: str) -> dict[str, float]:
    """Time number formats, a packed batch, and weights that are not in one block of memory."""
    layer, xs = layer_and_inputs(size, USUAL, device)
    half, _ = layer_and_inputs(size, USUAL, device)
    apart, _ = layer_and_inputs(size, USUAL, device)
    apart.weight_hh_l0 = nn.Parameter(apart.weight_hh_l0.detach().clone())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")
        return seconds(
            {
                "float32": training(WAYS["cuDNN"], layer, xs),
                "TF32": training(TF32, layer, xs),
                "float16": training(WAYS["cuDNN"], half.half(), xs.half()),
                "packed": training(PACKED, layer, xs),
                "weights apart": training(WAYS["cuDNN"], apart, xs),
            }
        )


def differences(size: Size, device: str) -> dict[str, float]:
    """Return how far the hidden states of each way are from ours in float64, at most."""
    layer, xs = layer_and_inputs(size, USUAL, device)
    _, D, H = size
    inputs = xs.cpu().numpy().transpose(0, 2, 1).astype(np.float64)  # (T, D, B)
    exact = LSTM(D, H, None)
    for name, weight in network(D, H).parameters().items():
        exact.parameters()[name][...] = weight
    hs = unroll(exact, inputs).hs.transpose(0, 2, 1)  # (T, B, H)

    def off(found: Any) -> float:
        return float(abs(found.detach().cpu().double().numpy().reshape(hs.shape) - hs).max())

    found = {name: off(way(layer, xs)) for name, way in (WAYS | {"TF32": TF32, "packed": PACKED}).items()}
    return found | {"float16": off(WAYS["cuDNN"](layer.half(), xs.half()))}


def count_kernels(size: Size, device: str) -> dict[str, int]:
    """Count what each way starts on the GPU for one batch, forward and back."""
    counts = {}
    for name, way in WAYS.items():
        run = training(way, *layer_and_inputs(size, USUAL, device))
        run()  # not counted: first calls prepare
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA], acc_events=True) as profiler:
            run()
            torch.cuda.synchronize()
        counts[name] = sum(event.device_type == torch.autograd.DeviceType.CUDA for event in profiler.events())
    return counts


def reading(streams: int, device: str) -> Callable[[], Any]:
    """Return a function that reads the long series in so many streams, and goes back through each chunk."""
    T, D, H = SIZES["medium"]
    layer, _ = layer_and_inputs((T, D, H), 1, device)
    xs = torch.randn(SERIES // streams, streams, D, device=device)

    def read() -> Any:
        state = None
        for chunk in xs.split(T):
            hs, state = layer(chunk, state)
            gradients = torch.autograd.grad(hs, list(layer.parameters()), torch.ones_like(hs))
            state = tuple(part.detach() for part in state)  # carried, and cut
        return gradients

    return read


def time_streams(device: str) -> dict[str, dict[str, float]]:
    """Time the long series, read as one stream and as many: on the GPU, and on one core."""
    times = {"GPU": seconds({str(n): reading(n, device) for n in STREAMS}, rounds=3, calls=1)}
    with one_thread():
        return times | {"one core": seconds({str(n): reading(n, "cpu") for n in STREAMS}, rounds=3, calls=1)}


def time_one_step(size: Size, device: str) -> dict[str, float]:
    """Time one forward step of one sequence: on the GPU, on the processor, and by our `forward`."""
    _, D, H = size
    ours = network(D, H)
    h, c = ours.initial_state(1)  # (H, 1) each
    x = np.ones((D, 1), "float32")  # (D, 1)
    layers = {name: layer_and_inputs((1, D, H), 1, to) for name, to in (("GPU", device), ("one core", "cpu"))}
    peers: Peers = {name: partial(whole, *both) for name, both in layers.items()}
    with torch.inference_mode(), one_thread():
        return seconds(peers | {"NumPy, one core": lambda: ours.forward(x, h, c)}, calls=200)


def time_products(size: Size, B: int, device: str) -> dict[str, float]:
    """Time the products of a forward pass alone: of the inputs with each step, or before all steps.

    Each way is recorded once as a CUDA graph and then played, so that no time is lost in starting operations.
    """
    T, D, H = size
    W_x, W_h, W, xs, h, xh = (
        torch.randn(shape, device=device)
        for shape in ((4 * H, D), (4 * H, H), (4 * H, D + H), (D, T * B), (H, B), (D + H, B))
    )

    def with_the_steps() -> None:
        for _ in range(T):
            W @ xh

    def inputs_first() -> None:
        W_x @ xs
        for _ in range(T):
            W_h @ h

    peers: Peers = {}
    for name, products in (("with the steps", with_the_steps), ("inputs first", inputs_first)):
        products()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            products()
        peers[name] = graph.replay
    return seconds(peers)


def best_rates(device: str) -> dict[str, float]:
    """Measure the GPU at its best: operations a second of a large product, bytes a second of a copy."""
    n = 8192
    a, b = torch.randn(n, n, device=device), torch.randn(n, n, device=device)
    rates = {}
    for name, allowed in (("float32", False), ("TF32", True)):
        torch.backends.cuda.matmul.allow_tf32 = allowed
        rates[name] = 2 * n**3 / seconds({"product": lambda: a @ b})["product"]
    torch.backends.cuda.matmul.allow_tf32 = False
    source = torch.randn(2**28, device=device)  # 1 GiB
    target = torch.empty_like(source)
    copied = seconds({"copy": lambda: target.copy_(source)})["copy"]
    return rates | {"bytes": 2 * source.nbytes / copied}


def main() -> None:
    """Measure and write the record."""
    if not torch.cuda.is_available() or os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        raise SystemExit("a GPU is needed, and OPENBLAS_NUM_THREADS=1: NumPy is timed on one core")
    device = "cuda"
    cudnn.allow_tf32 = False
    medium = SIZES["medium"]
    off = differences(medium, device)
    assert all(off[name] < 1e-5 for name in (*WAYS, "packed")), off
    record = {
        "title": "An LSTM on a GPU",
        "command": "OPENBLAS_NUM_THREADS=1 python -m scripts.bench.gpu",
        "what": "median seconds of a forward and a backward pass, float32, by PyTorch; lower is faster",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": {
            "GPU": torch.cuda.get_device_name(),
            "processor": processor(),
            "cores": torch.get_num_threads(),
            "system": platform.system(),
        },
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__.partition("+")[0],
            "CUDA": torch.version.cuda,
            "cuDNN": cudnn.version(),
        },
        "sizes": {name: dict(zip("TDH", size, strict=True)) for name, size in SIZES.items()},
        "usual_batch": USUAL,
        "best": best_rates(device),
        "difference": off,
        "kernels": count_kernels(medium, device),
        "seconds": {name: time_batches(size, device) for name, size in SIZES.items()},
        "lengths": time_lengths(medium, device),
        "formats": {name: time_formats(size, device) for name, size in SIZES.items()},
        "products": {name: time_products(size, USUAL, device) for name, size in SIZES.items()},
        "one_step": {name: time_one_step(size, device) for name, size in SIZES.items()},
        "series": SERIES,
        "streams": time_streams(device),
    }
    write_record("gpu", with_checksum(rounded(record, 3)))


if __name__ == "__main__":
    main()
