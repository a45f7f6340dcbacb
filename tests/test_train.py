"""The training loop against one written out, its checkpoints against SIGKILL, truncation against differences.

`tests/interrupted.py` is the training that is killed here.
"""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import (
    LSTM,
    SGD,
    Adam,
    StepMetrics,
    backpropagate,
    check_gradients,
    clip_by_global_norm,
    global_norm,
    read_metrics,
    rnn,
    squared_error,
    train,
    truncated_bptt,
    unroll,
)
from tests import interrupted
from tests.test_gradcheck import refused

ROOT = Path(__file__).resolve().parents[1]
T, D, H, O, B = 4, 2, 3, 1, 5


def draw_batch(rng: np.random.Generator) -> Any:
    return rng.standard_normal((T, D, B)), rng.standard_normal((T, O, B))


def loss_of(network: Any, module: Any = None) -> Any:
    """Return what computes a network's loss and gradients; `module` has its `unroll` and `backpropagate`."""
    module = module or SimpleNamespace(unroll=unroll, backpropagate=backpropagate)

    def loss_and_gradients(batch: Any) -> Any:
        xs, targets = batch
        out = module.unroll(network, xs)
        loss, dys = squared_error(out.ys, targets)
        return loss, module.backpropagate(out.cache, dys=dys)

    return loss_and_gradients


def copies(arrays: Any) -> dict[str, Any]:
    return {name: array.copy() for name, array in arrays.items()}


def assert_same(arrays: Any, others: Any) -> None:
    """Assert that two dicts hold the same arrays, bit for bit."""
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        assert array.tobytes() == others[name].tobytes(), name


# ------------------------------------------------------------------------------------------------------------
# The loop
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", [None, 0.3, 1e9])
def test_the_loop_is_the_one_that_anyone_would_write(clip):
    lstm, other = LSTM(D, H, O, rng=0), LSTM(D, H, O, rng=0)
    optimizer, rng, expected = Adam(0.01), np.random.default_rng(1), []
    for step in range(1, 21):
        loss, gradients = loss_of(other)(draw_batch(rng))
        weights_only = {name: gradients[name] for name in other.parameters()}
        expected.append(StepMetrics(step, loss, global_norm(weights_only)))
        if clip is not None:
            weights_only, _ = clip_by_global_norm(weights_only, clip)
        optimizer.update(other.parameters(), weights_only)
    records = list(train(lstm, loss_of(lstm), draw_batch, Adam(0.01), steps=20, rng=1, clip=clip))
    assert records == expected
    assert_same(lstm.parameters(), other.parameters())


NETWORKS: dict[str, tuple[Any, Any]] = {"LSTM": (LSTM, None), "RNN": (rnn.RNN, rnn)}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("make_optimizer", [lambda: Adam(0.03), lambda: SGD(0.03, momentum=0.9)])
def test_networks_learn(name, make_optimizer):
    """Tell the sum of the first input over time: every network gets better at it by far."""
    make, module = NETWORKS[name]
    network = make(D, 8, O, rng=0)

    def draw(rng):
        xs = rng.uniform(-1, 1, (T, D, 20))  # (T, D, B)
        return xs, xs[:, :1].cumsum(axis=0)  # (T, O, B)

    training = train(network, loss_of(network, module), draw, make_optimizer(), steps=300, rng=0, clip=1.0)
    losses = [record.loss for record in training]
    assert np.mean(losses[-10:]) < 0.1 * np.mean(losses[:10])


def test_anything_with_parameters_is_a_network():
    w = np.array([5.0])
    model = SimpleNamespace(parameters=lambda: {"w": w})

    def loss_and_gradients(target):
        return (w[0] - target) ** 2, {"w": 2 * (w - target)}

    training = train(model, loss_and_gradients, lambda rng: 3.0, SGD(0.1), steps=80)
    losses = [record.loss for record in training]
    assert losses[0] == 4.0
    assert w[0] == pytest.approx(3.0, abs=1e-6)


def test_no_step_is_taken_that_nobody_asks_for():
    lstm = LSTM(D, H, O, rng=0)
    drawn: list[int] = []

    def draw(rng):
        drawn.append(len(drawn) + 1)
        return draw_batch(rng)

    before = copies(lstm.parameters())
    training = train(lstm, loss_of(lstm), draw, Adam(), steps=5, rng=0)
    assert drawn == []
    assert_same(lstm.parameters(), before)
    assert [next(training).step, next(training).step] == [1, 2]
    assert drawn == [1, 2]
    assert [record.step for record in training] == [3, 4, 5]
    assert drawn == [1, 2, 3, 4, 5]


def test_the_rng_is_what_batches_are_drawn_from():
    def losses(rng):
        lstm = LSTM(D, H, O, rng=0)
        return [record.loss for record in train(lstm, loss_of(lstm), draw_batch, Adam(), steps=3, rng=rng)]

    generator = np.random.default_rng(4)
    assert losses(4) == losses(generator)
    assert losses(generator) != losses(4)  # it has moved on
    assert losses(None) != losses(None)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_what_is_not_finite_stops_the_training(bad, where, tmp_path):
    w = np.array([1.0, 2.0])
    model = SimpleNamespace(parameters=lambda: {"w": w})
    steps: list[StepMetrics] = []

    def loss_and_gradients(batch):
        fails = len(steps) == 2
        return bad if fails and where == "loss" else 1.5, {
            "w": [bad if fails and where != "loss" else 3.0, 4.0]
        }

    training = train(
        model, loss_and_gradients, lambda rng: None, SGD(0.1), steps=5, checkpoint=tmp_path / "c", clip=1.0
    )
    steps.append(next(training))
    steps.append(next(training))
    before = w.copy()
    norm = {"loss": 5.0, "gradient": global_norm({"w": [bad, 4.0]})}[where]
    loss = bad if where == "loss" else 1.5
    refused(
        FloatingPointError,
        f"step 3: the loss is {loss} and the norm of the gradient {norm}",
        lambda: next(training),
    )
    assert np.array_equal(w, before)
    assert not list(tmp_path.iterdir())


def test_a_training_that_diverges_ends_in_an_error_and_not_in_warnings():
    lstm = LSTM(D, H, O, rng=0)
    with pytest.raises(FloatingPointError, match=r"^step \d+: the loss is inf and"):
        list(train(lstm, loss_of(lstm), draw_batch, SGD(20.0), steps=1000, rng=0))
    assert all(np.isfinite(array).all() for array in lstm.parameters().values())


def test_an_error_in_the_loss_says_in_which_step_it_happened():
    lstm = LSTM(D, H, O, rng=0)

    def draw(rng):
        batches.append(0)
        return np.full((T, D, B), np.nan if len(batches) == 3 else 1.0), np.ones((T, O, B))

    batches: list[int] = []
    with pytest.raises(ValueError, match="xs must be finite") as caught:
        list(train(lstm, loss_of(lstm), draw, Adam(), steps=5))
    assert caught.value.__notes__ == ["This happened in step 3 of training."]


# ------------------------------------------------------------------------------------------------------------
# Checkpoints
# ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Train without a break: what everything is at the end, the records, and the bytes of the checkpoint."""
    path = tmp_path_factory.mktemp("uninterrupted") / "checkpoint.npz"
    arrays, training = interrupted.make(path)
    records = list(training)
    return copies(arrays), records, path.read_bytes()


def finish(path: Path) -> tuple[Any, list[StepMetrics]]:
    """Continue a training from what is on the disk; return what everything is then, and all records."""
    before = read_metrics(path)
    arrays, training = interrupted.make(path)
    return arrays, before + list(training)


@pytest.mark.slow  # and SIGKILL is not on every system
@pytest.mark.parametrize("moment", interrupted.MOMENTS)
def test_killed_at_a_moment_it_resumes_bit_for_bit(moment, tmp_path, uninterrupted):
    path = tmp_path / "checkpoint.npz"
    command = [sys.executable, "-m", "tests.interrupted", str(path), moment]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    last = int(killed.stdout.split()[-1])
    assert last == (10 if "update" in moment else 13)
    assert len(read_metrics(path)) == (14 if moment == "after the move" else 7)
    arrays, records = finish(path)
    assert_same(arrays, uninterrupted[0])
    assert records == uninterrupted[1]
    assert path.read_bytes() == uninterrupted[2]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_killed_from_outside_again_and_again_it_resumes_bit_for_bit(tmp_path, uninterrupted):
    """Whoever kills it does not ask where it is: after a few lines, four times, each further on."""
    path = tmp_path / "checkpoint.npz"
    command = [sys.executable, "-m", "tests.interrupted", str(path), "never"]
    for lines in (2, 9, 8, 11):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(lines):
                assert process.stdout.readline()
            process.kill()
        assert process.returncode == -9
    arrays, records = finish(path)
    assert_same(arrays, uninterrupted[0])
    assert records == uninterrupted[1]


@pytest.mark.parametrize("stop", [1, 6, 7, 8, 39, 40, 41])
def test_stopped_after_any_step_it_resumes_bit_for_bit(stop, tmp_path, uninterrupted):
    path = tmp_path / "checkpoint.npz"
    _, first = interrupted.make(path, steps=stop)
    assert [record.step for record in first] == list(range(1, stop + 1))
    arrays, second = interrupted.make(path)
    records = list(second)
    assert records == uninterrupted[1][stop:]
    if stop <= interrupted.STEPS:
        assert_same(arrays, uninterrupted[0])


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_generator_of_numpy_is_restored(bits, tmp_path):
    def make(path, steps):
        rng = np.random.Generator(getattr(np.random, bits)(1))
        return interrupted.make(path, steps=steps, rng=rng)

    arrays, training = make(None, 9)
    records = list(training)
    list(make(tmp_path / "checkpoint", 4)[1])
    resumed, training = make(tmp_path / "checkpoint", 9)
    assert list(training) == records[4:]
    assert_same(resumed, arrays)


def test_a_callers_generator_continues_where_it_was(tmp_path):
    rng, fresh = np.random.default_rng(3), np.random.default_rng(8)
    list(interrupted.make(tmp_path / "c", steps=5, rng=rng)[1])
    interrupted.make(tmp_path / "c", steps=9, rng=fresh)
    assert fresh.random() == rng.random()


def test_when_checkpoints_are_written(tmp_path):
    path = tmp_path / "checkpoint"
    written: list[tuple[int, int]] = []
    for record in interrupted.make(path, steps=11, every=4)[1]:
        known = read_metrics(path)
        if not written or written[-1][1] != len(known):
            written.append((record.step, len(known)))
    assert written == [(1, 0), (4, 4), (8, 8), (11, 11)]


def test_checkpoints_come_every_hundred_steps_unless_told(tmp_path):
    w = np.array([1.0])
    model = SimpleNamespace(parameters=lambda: {"w": w})
    path = tmp_path / "c"
    training = train(
        model, lambda batch: (1.0, {"w": w}), lambda rng: None, SGD(0.1), steps=101, checkpoint=path
    )
    assert [len(read_metrics(path)) for record in training if record.step >= 99] == [0, 100, 101]


def test_records_are_read_back(tmp_path):
    path = tmp_path / "checkpoint"
    assert read_metrics(path) == []
    records = list(interrupted.make(path)[1])
    assert read_metrics(str(path)) == records
    assert all(type(value) in (int, float) for record in read_metrics(path) for value in record)


def test_a_checkpoint_holds_plain_arrays(tmp_path):
    path = tmp_path / "checkpoint.npz"
    arrays, training = interrupted.make(path)
    list(training)
    with np.load(path, allow_pickle=False) as file:
        stored = dict(file)
    names = list(LSTM(1, 1, 1).parameters())
    assert list(stored) == [
        *[f"parameters/{name}" for name in names],
        "optimizer/t",
        *[f"optimizer/{slot}/{name}" for slot in "mv" for name in names],
        "state/h",
        "state/c",
        "state/batches",
        "rng",
        "losses",
        "gradient_norms",
    ]
    assert all(array.dtype.kind in "fiU" for array in stored.values())
    for name in names:
        assert np.array_equal(stored[f"parameters/{name}"], arrays[name])


def test_a_write_that_fails_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint"
    _, training = interrupted.make(path)
    for _ in range(8):
        next(training)
    before = path.read_bytes()

    def disk_full(file, **arrays):
        file.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", disk_full)
    with pytest.raises(OSError, match="no space left"):
        list(training)
    assert path.read_bytes() == before


def test_what_is_written_is_on_the_disk_before_it_is_moved(tmp_path, monkeypatch):
    order: list[str] = []

    def noted(name, function):
        def call(*arguments):
            order.append(name)
            return function(*arguments)

        return call

    monkeypatch.setattr(os, "fsync", noted("fsync", os.fsync))
    monkeypatch.setattr(os, "replace", noted("replace", os.replace))
    list(interrupted.make(tmp_path / "checkpoint", steps=1)[1])
    assert order == ["fsync", "replace"]


# ------------------------------------------------------------------------------------------------------------
# What is refused
# ------------------------------------------------------------------------------------------------------------


def resume(path: Path, **changes: Any) -> Any:
    """Continue a training of an LSTM of (2, 3, 1) with Adam and no state, but for the changes."""
    lstm = changes.pop("lstm", None) or LSTM(2, 3, 1, rng=0)
    optimizer = changes.pop("optimizer", None) or Adam()
    options: dict[str, Any] = {"steps": 2, "rng": 0, "checkpoint": path} | changes
    return train(lstm, loss_of(lstm), draw_batch, optimizer, **options)


OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "another size": (
        {"lstm": LSTM(2, 4, 1)},
        "{} belongs to another training: parameters/Wc is float64 of shape (3, 5) there, "
        "float64 of shape (4, 6) here",
    ),
    "another dtype": (
        {"lstm": LSTM(2, 3, 1, dtype=np.float32)},
        "{} belongs to another training: parameters/Wc is float64 of shape (3, 5) there, "
        "float32 of shape (3, 5) here",
    ),
    "another network": (
        {"lstm": rnn.RNN(2, 3, 1)},
        "{} belongs to another training: parameters/Wc is float64 of shape (3, 5) there, absent here",
    ),
    "more state": (
        {"state": {"h": np.zeros(2)}},
        "{} belongs to another training: state/h is absent there, float64 of shape (2,) here",
    ),
    "another method": ({"optimizer": SGD(0.1)}, "state is not one of SGD: it holds {names}"),
    "another generator": (
        {"rng": np.random.Generator(np.random.MT19937(0))},
        "{} belongs to another training: its rng is a PCG64",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_checkpoint_of_another_training(what, tmp_path):
    path = tmp_path / "checkpoint.npz"
    list(resume(path))
    changes, message = OTHERS[what]
    lstm = changes.get("lstm", LSTM(2, 3, 1, rng=9))
    before, rng = copies(lstm.parameters()), np.random.default_rng(5)
    slots = sorted(["t", *[f"{slot}/{name}" for slot in "mv" for name in LSTM(1, 1, 1).parameters()]])
    message = message.format(path, names=slots)
    refused(ValueError, message, lambda: resume(path, **({"lstm": lstm, "rng": rng} | changes)))
    assert_same(lstm.parameters(), before)
    assert rng.random() == np.random.default_rng(5).random()


def test_files_that_are_no_checkpoints(tmp_path):
    path = tmp_path / "file"
    list(resume(path))
    whole = path.read_bytes()
    for content in (b"", b"some text", whole[: len(whole) // 2], b"PK\x03\x04"):
        path.write_bytes(content)
        for call in (read_metrics, resume):
            with pytest.raises(ValueError, match="is not a checkpoint: "):
                call(path)
    with path.open("wb") as file:
        np.save(file, np.ones(1))
    for call in (read_metrics, resume):
        with pytest.raises(ValueError, match="is not a checkpoint: "):
            call(path)
    with path.open("wb") as file:
        np.savez(file, b=np.ones(1), a=np.ones(1))
    for call in (read_metrics, resume):
        refused(ValueError, f"{path} is not a checkpoint: it holds ['a', 'b']", lambda call=call: call(path))


BAD: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no steps": ({"steps": 0}, ValueError, "steps must be a positive integer, got 0"),
    "steps in words": ({"steps": "ten"}, TypeError, "steps must be a positive integer, got 'ten'"),
    "checkpoints never": (
        {"checkpoint_every": 0},
        ValueError,
        "checkpoint_every must be a positive integer, got 0",
    ),
    "clipping to nothing": ({"clip": 0.0}, ValueError, "clip must be above 0, got 0.0"),
    "no generator": (
        {"rng": "seed"},
        TypeError,
        "rng must be None, an int or a numpy.random.Generator, got 'seed'",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_arguments_are_refused_at_once(what, tmp_path):
    changes, error, message = BAD[what]
    refused(error, message, lambda: resume(tmp_path / "c", **changes))


# ------------------------------------------------------------------------------------------------------------
# Truncated backpropagation
# ------------------------------------------------------------------------------------------------------------


def sequence(steps: int = 10) -> tuple[LSTM, Any, Any, Any, Any]:
    rng = np.random.default_rng(0)
    states = rng.standard_normal((2, H, B))  # h0 and c0
    lstm = LSTM(D, H, O, rng=rng)
    return lstm, rng.standard_normal((steps, D, B)), rng.standard_normal((steps, O, B)), *states


@pytest.mark.parametrize("length", [1, 3, 5, 10, 99])
def test_the_state_is_carried(length):
    """The chunks go through the states of the whole sequence, however it is cut."""
    lstm, xs, targets, h0, c0 = sequence()
    seen: list[Any] = []

    def loss(ys, wanted):
        seen.append((ys, wanted))
        return squared_error(ys, wanted)

    chunks = list(truncated_bptt(lstm, xs, targets, loss, length=length, h0=h0, c0=c0))
    assert len(chunks) == -(-10 // length)
    whole = unroll(lstm, xs, h0, c0)
    np.testing.assert_allclose(np.concatenate([ys for ys, _ in seen]), whole.ys, rtol=1e-12, atol=1e-14)
    assert np.array_equal(np.concatenate([wanted for _, wanted in seen]), targets)
    np.testing.assert_allclose(chunks[-1].h, whole.h, rtol=1e-12)
    np.testing.assert_allclose(chunks[-1].c, whole.c, rtol=1e-12)
    for chunk, (ys, wanted) in zip(chunks, seen, strict=True):
        assert chunk.loss == squared_error(ys, wanted)[0]


def test_the_gradient_is_cut():
    """The gradients of a chunk are those of its own loss where the state before it is a constant."""
    lstm, xs, targets, h0, c0 = sequence()
    h, c = h0, c0
    chunks = truncated_bptt(lstm, xs, targets, squared_error, length=4, h0=h0, c0=c0)
    for start, chunk in zip((0, 4, 8), chunks, strict=True):
        part = slice(start, start + 4)

        def value(part=part, h=h, c=c):
            return squared_error(unroll(lstm, xs[part], h, c).ys, targets[part])[0]

        arrays = lstm.parameters() | {"h0": h.copy(), "c0": c.copy()}
        gradients = {name: chunk.gradients[name] for name in lstm.parameters()}
        assert check_gradients(value, lstm.parameters(), gradients).max_error < 1e-8
        assert arrays["h0"].shape == chunk.gradients["h0"].shape == (H, B)
        h, c = chunk.h, chunk.c


def test_one_long_chunk_is_the_whole_gradient_and_short_ones_are_not():
    lstm, xs, targets, _, _ = sequence()
    out = unroll(lstm, xs)
    whole = backpropagate(out.cache, dys=squared_error(out.ys, targets)[1])
    (chunk,) = truncated_bptt(lstm, xs, targets, squared_error, length=10)
    assert_same(chunk.gradients, whole)
    halves = [c.gradients["Wf"] / 2 for c in truncated_bptt(lstm, xs, targets, squared_error, length=5)]
    assert not np.allclose(sum(halves), whole["Wf"], rtol=1e-3)


def test_weights_may_change_between_chunks():
    lstm, xs, targets, h0, c0 = sequence(6)
    chunks = truncated_bptt(lstm, xs, targets, squared_error, length=3, h0=h0, c0=c0)
    first = next(chunks)
    lstm.Wf_bias = np.full((H, 1), 2.0)
    second = next(chunks)
    out = unroll(lstm, xs[3:], first.h, first.c)
    assert np.array_equal(second.h, out.h)
    assert second.loss == squared_error(out.ys, targets[3:])[0]


def test_a_bad_length_is_refused():
    lstm, xs, targets, _, _ = sequence()
    refused(
        ValueError,
        "length must be a positive integer, got 0",
        lambda: list(truncated_bptt(lstm, xs, targets, squared_error, length=0)),
    )
