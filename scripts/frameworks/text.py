"""The comedies by PyTorch's `nn.LSTM`: the same first weights, the same recipe, the same masks.

``python -m scripts.frameworks.text`` writes docs/records/pytorch_text.json: the first losses, the bits per
letter of each epoch and of the test text, and the CPU seconds, with one thread, beside those of our own run
right after it. It is compared with an arm of ``scripts/experiments/text.py``. Of PyTorch's two biases only
one is trained, since we have one.
"""

import datetime
import time
from collections.abc import Iterator
from math import log
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from lstm_tutorial import cosine_schedule, dropout_mask, interop
from lstm_tutorial.text import comedies, streams
from scripts.experiments.records import rounded, with_checksum, write_record
from scripts.experiments.text import ARMS, EPOCH, VALIDATION_STREAMS, chunks, new_network, run

ARM = "small LSTM"
SEED = 0


class Model:
    """An `nn.LSTM` and its read-out, with the first weights of an arm."""

    def __init__(self, settings: dict[str, Any], size: int, rng: np.random.Generator) -> None:
        self.lstm, self.read_out = interop.to_pytorch(new_network(settings, size, rng))
        self.lstm.bias_hh_l0.requires_grad_(False)  # zeros
        self.size = size

    def inputs(self, letters: Any) -> Any:
        """Return letters, (K, B), one-hot and scaled, (K, B, D)."""
        return torch.eye(self.size)[letters] * self.size**0.5

    def bits_per_letter(self, text: Any, batch_size: int) -> float:
        """Return how surprised the model is by a text."""
        columns, state, nats = torch.from_numpy(streams(text, batch_size)), None, 0.0
        with torch.no_grad():
            for start in range(0, len(columns) - 1, 512):
                letters = columns[start : start + 513]
                hs, state = self.lstm(self.inputs(letters[:-1]), state)
                ys = self.read_out(hs).flatten(0, 1)  # (K*B, O)
                nats += float(cross_entropy(ys, letters[1:].flatten())) * (len(letters) - 1)
        return nats / (len(columns) - 1) / log(2)


def train(settings: dict[str, Any], model: Model, rng: np.random.Generator) -> Iterator[float]:
    """Take the steps of `scripts.experiments.text`, one loss each."""
    lstm, H, B = model.lstm, settings["hidden_size"], settings["batch_size"]
    trained = [p for p in (*lstm.parameters(), *model.read_out.parameters()) if p.requires_grad]
    rate = cosine_schedule(settings["learning_rate"], settings["steps"])
    adam, state = torch.optim.Adam(trained), None
    batches = chunks(comedies().train, B, settings["length"])
    for step, (letters, is_first) in zip(range(1, settings["steps"] + 1), batches, strict=False):
        columns = torch.from_numpy(letters)
        gates = [
            dropout_mask((H, H), settings["drop_connect"], rng=rng) for _ in range(4)
        ]  # f, i, c_tilde, o
        kept = torch.from_numpy(
            np.concatenate([gates[k] for k in (1, 0, 2, 3)])
        ).float()  # as PyTorch has them
        mask = dropout_mask((len(letters) - 1, H, B), settings["dropout"], rng=rng)  # (K, H, B)
        whole = lstm.weight_hh_l0.detach().clone()
        with torch.no_grad():
            lstm.weight_hh_l0.mul_(kept)
        hs, state = lstm(model.inputs(columns[:-1]), None if is_first else state)
        ys = model.read_out(hs * torch.from_numpy(mask).float().transpose(1, 2))  # (K, B, O)
        loss = cross_entropy(ys.flatten(0, 1), columns[1:].flatten())
        adam.zero_grad()
        loss.backward()
        state = tuple(part.detach() for part in state)
        with torch.no_grad():
            lstm.weight_hh_l0.copy_(whole)
            lstm.weight_hh_l0.grad.mul_(kept)
        torch.nn.utils.clip_grad_norm_(trained, settings["clip"])
        adam.param_groups[0]["lr"] = rate(step)
        adam.step()
        yield float(loss.detach())


def measure() -> dict[str, Any]:
    """Train, test the weights of the epoch that is best on the validation text, and time our own run."""
    torch.set_num_threads(1)
    settings, text, rng = ARMS[ARM], comedies(), np.random.default_rng(SEED)
    started = time.process_time()
    model = Model(settings, len(text.alphabet), rng)
    losses, validation, tests = [], [], []
    for loss in train(settings, model, rng):
        losses.append(loss)
        if len(losses) % EPOCH == 0:
            validation.append(model.bits_per_letter(text.validation, VALIDATION_STREAMS))
            if validation[-1] == min(validation):
                tests.append(model.bits_per_letter(text.test, 1))
    middle = time.process_time()
    for _ in run(settings, SEED):
        pass
    return {
        "first_losses": rounded(losses[:10], 7),
        "validation": rounded(validation, 6),
        "test": rounded(tests[-1], 6),
        "cpu_seconds": round(middle - started, 1),
        "our_cpu_seconds": round(time.process_time() - middle, 1),
    }


def main() -> None:
    """Write the record."""
    about = {
        "title": "The comedies by PyTorch",
        "command": "python -m scripts.frameworks.text",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {"torch": torch.__version__.partition("+")[0]},
        "arm": ARM,
        "seed": SEED,
    }
    write_record("pytorch_text", with_checksum(about | measure()))


if __name__ == "__main__":
    main()
