"""States and lengths in PyTorch: what it computes, and what it says to the usual mistakes.

``python -m scripts.frameworks.states`` writes the record docs/records/pytorch_states.json, from which the
chapters on batches, states and layers take their numbers and messages. ``tests/parity`` measures again and
compares. Times are not measured, and no number here depends on the processor beyond its rounding.
"""

import datetime
import warnings
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from scripts.experiments.records import rounded, with_checksum, write_record

T, B, D, H = 8, 3, 10, 20
LENGTHS = [3, 5, 8]


# --8<-- [start:stream]
def train_on_stream(lstm, chunks, cut=True, retain=False):
    """Update after each chunk, and carry the state."""
    optimizer = torch.optim.SGD(lstm.parameters(), lr=0.1)
    state = None  # zeros
    for xs in chunks:  # (T, B, D) each
        hs, state = lstm(xs, state)  # state is the pair (h, c)
        loss = hs.square().mean()
        loss.backward(retain_graph=retain)
        optimizer.step()
        optimizer.zero_grad()
        if cut:
            state = tuple(part.detach() for part in state)
    # --8<-- [end:stream]


# --8<-- [start:packed]
def run_packed(lstm, padded, lengths):
    """Run a padded batch, (T, B, D), and read no padding."""
    packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)
    packed_hs, (h, c) = lstm(packed)  # h, c of the last valid steps
    hs, _ = pad_packed_sequence(packed_hs)  # (T, B, H)
    return hs, h, c
    # --8<-- [end:packed]


def layer(seed: int = 0, **options: Any) -> Any:
    """Return a layer in float64 with weights of this seed."""
    torch.manual_seed(seed)
    return nn.LSTM(D, H, dtype=torch.float64, **options)


def batch(seed: int = 1) -> Any:
    """Return a batch of three sequences, (T, B, D), with zeros after the valid steps of each."""
    torch.manual_seed(seed)
    xs = torch.randn(T, B, D, dtype=torch.float64)
    for b, length in enumerate(LENGTHS):
        xs[length:, b] = 0.0
    return xs


def message(call: Any) -> str:
    """Return the first sentence of the error that a call raises."""
    try:
        call()
    except RuntimeError as error:
        return str(error).partition(". ")[0].partition(": [")[0]
    raise AssertionError("no error")


def off(found: Any, right: Any) -> float:
    """Return how far off a result is, relative to its size."""
    return float((found - right).norm() / right.norm())


def graph_nodes(chunks: list[Any]) -> list[int]:
    """Return how many operations a backward pass goes through after each chunk, if nothing is cut."""
    lstm, state, counts = layer(), None, []
    for xs in chunks:
        hs, state = lstm(xs, state)
        seen, ahead = set(), [hs.square().mean().grad_fn]
        while ahead:
            node = ahead.pop()
            if node is not None and node not in seen:
                seen.add(node)
                ahead += [after for after, _ in node.next_functions]
        counts.append(len(seen))
    return counts


def states() -> dict[str, Any]:
    """Measure what happens to a carried state."""
    chunks = [batch(seed) for seed in range(4)]
    train_on_stream(layer(), chunks)  # raises nothing
    nodes = graph_nodes(chunks)
    return {
        "not_cut": message(lambda: train_on_stream(layer(), chunks, cut=False)),
        "retained": message(lambda: train_on_stream(layer(), chunks, cut=False, retain=True)),
        "backward_operations": [count / nodes[0] for count in nodes],
    }


def padding() -> dict[str, Any]:
    """Measure how far off a batch is from its sequences alone, packed and only padded, at its worst."""
    xs, lengths = batch(), torch.tensor(LENGTHS)
    found: dict[str, Any] = {
        "batch_sizes": pack_padded_sequence(xs, lengths, enforce_sorted=False).batch_sizes.tolist(),
        "not_sorted": message(lambda: pack_padded_sequence(xs, lengths)),
    }
    for name, lstm in (("one_direction", layer()), ("two_directions", layer(bidirectional=True))):
        packed_hs, packed_h, _ = run_packed(lstm, xs, lengths)
        padded_hs, (padded_h, _) = lstm(xs)
        errors: dict[str, list[float]] = {}
        for b, length in enumerate(LENGTHS[:-1]):  # the longest has no padding
            hs, (h, _) = lstm(xs[:length, [b]])
            for kind, all_hs, all_h in (("packed", packed_hs, packed_h), ("padded", padded_hs, padded_h)):
                errors.setdefault(f"{kind}_outputs", []).append(off(all_hs[:length, b], hs[:, 0]))
                errors.setdefault(f"{kind}_final", []).append(off(all_h[:, b], h[:, 0]))
        found[name] = {what: float(torch.tensor(values).max()) for what, values in errors.items()}
    return found


def directions() -> dict[str, bool]:
    """Tell where the two halves of ``h_n`` stand in ``output``."""
    output, (h_n, _) = layer(bidirectional=True)(batch())
    return {
        "forward_is_last": torch.equal(output[-1, :, :H], h_n[0]),
        "backward_is_last": torch.equal(output[-1, :, H:], h_n[1]),
        "backward_is_first": torch.equal(output[0, :, H:], h_n[1]),
    }


def dropout() -> dict[str, Any]:
    """Measure what the argument ``dropout`` does with one layer and with two."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        one = layer(dropout=0.5)
    two = layer(num_layers=2, dropout=0.5)
    xs = batch()
    return {
        "warning": str(caught[0].message).partition(",")[0],
        "one_layer_repeats": torch.equal(one(xs)[0], one(xs)[0]),
        "two_layers_repeat": torch.equal(two(xs)[0], two(xs)[0]),
        "two_layers_repeat_in_eval": torch.equal(two.eval()(xs)[0], two(xs)[0]),
    }


def measure() -> dict[str, Any]:
    """Measure everything, with numbers rounded to three digits, and rounding errors to 0."""
    with torch.no_grad():
        found = {"padding": padding(), "directions": directions(), "dropout": dropout()}
    kept: dict[str, Any] = rounded(_without_rounding_errors(found | {"states": states()}), 3)
    return kept


def _without_rounding_errors(value: Any) -> Any:
    """Return a structure with 0 in place of what is below 1e-12."""
    if isinstance(value, dict):
        return {key: _without_rounding_errors(entry) for key, entry in value.items()}
    return 0.0 if isinstance(value, float) and abs(value) < 1e-12 else value


def main() -> None:
    """Write the record."""
    about = {
        "title": "States and lengths in PyTorch",
        "command": "python -m scripts.frameworks.states",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {"torch": torch.__version__.partition("+")[0]},
    }
    write_record("pytorch_states", with_checksum(about | measure()))


if __name__ == "__main__":
    main()
