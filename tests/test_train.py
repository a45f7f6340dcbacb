"""The training loop against one written out, its checkpoints against SIGKILL, truncation against differences.

`tests/interrupted.py` is the training that is killed here.
"""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lstm_tutorial
from lstm_tutorial import (
    LSTM,
    RNN,
    SGD,
    Adam,
    StepMetrics,
    backpropagate,
    check_gradients,
    clip_by_global_norm,
    global_norm,
    read_metrics,
    squared_error,
    train,
    truncated_bptt,
    unroll,
)
from tests import interrupted
from tests.asserts import assert_raises, assert_same, copies

ROOT = Path(__file__).resolve().parents[1]
T, D, H, O, B = 4, 2, 3, 1, 5
NETWORKS = ["LSTM", "RNN", "GRU", "Variant"]


def draw_batch(rng: np.random.Generator) -> Any:
    return rng.standard_normal((T, D, B)), rng.standard_normal((T, O, B))


def loss_of(network: Any) -> Any:
    """Return the function that computes a network's loss and gradients."""

    def loss_and_gradients(batch: Any) -> Any:
        xs, targets = batch
        out = unroll(network, xs)
        loss, dys = squared_error(out.ys, targets)
        return loss, backpropagate(out.cache, dys=dys)

    return loss_and_gradients


# The loop


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
    history = list(train(lstm, loss_of(lstm), draw_batch, Adam(0.01), steps=20, rng=1, clip=clip))
    assert history == expected
    assert_same(lstm.parameters(), other.parameters())


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("make_optimizer", [lambda: Adam(0.03), lambda: SGD(0.03, momentum=0.9)])
def test_networks_learn(name, make_optimizer):
    """The sum of the first input over time: every network gets better at it by far."""
    network = getattr(lstm_tutorial, name)(D, 8, O, rng=0)

    def draw(rng):
        xs = rng.uniform(-1, 1, (T, D, 20))  # (T, D, B)
        return xs, xs[:, :1].cumsum(axis=0)  # (T, O, B)

    training = train(network, loss_of(network), draw, make_optimizer(), steps=300, rng=0, clip=1.0)
    losses = [metrics.loss for metrics in training]
    assert np.mean(losses[-10:]) < 0.1 * np.mean(losses[:10])


def test_anything_with_parameters_is_a_network():
    w = np.array([5.0])
    model = SimpleNamespace(parameters=lambda: {"w": w})

    def loss_and_gradients(target):
        return (w[0] - target) ** 2, {"w": 2 * (w - target)}

    training = train(model, loss_and_gradients, lambda rng: 3.0, SGD(0.1), steps=80)
    losses = [metrics.loss for metrics in training]
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
    assert [metrics.step for metrics in training] == [3, 4, 5]
    assert drawn == [1, 2, 3, 4, 5]


def test_the_rng_is_what_batches_are_drawn_from():
    def losses(rng):
        lstm = LSTM(D, H, O, rng=0)
        return [metrics.loss for metrics in train(lstm, loss_of(lstm), draw_batch, Adam(), steps=3, rng=rng)]

    generator = np.random.default_rng(4)
    assert losses(4) == losses(generator)
    assert losses(generator) != losses(4)  # it has moved on
    assert losses(None) != losses(None)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_what_is_not_finite_stops_the_training(bad, where, tmp_path):
    w = np.array([1.0, 2.0])
    model = SimpleNamespace(parameters=lambda: {"w": w})
    loss, gradient = {"loss": (bad, 3.0), "gradient": (1.5, bad)}[where]
    results = iter([(1.5, {"w": [3.0, 4.0]})] * 2 + [(loss, {"w": [gradient, 4.0]})])
    options: dict[str, Any] = {"checkpoint": tmp_path / "c", "clip": 1.0}
    training = train(model, lambda batch: next(results), lambda rng: None, SGD(0.1), steps=5, **options)
    next(training), next(training)
    before, norm = w.copy(), global_norm({"w": [gradient, 4.0]})
    message = f"step 3 of training: the loss is {loss} and the norm of the gradient {norm}"
    assert_raises(FloatingPointError, message, lambda: next(training))
    assert np.array_equal(w, before)
    assert not list(tmp_path.iterdir())


def test_a_training_that_diverges_ends_in_an_error_and_not_in_warnings():
    lstm = LSTM(D, H, O, rng=0)
    with pytest.raises(FloatingPointError, match=r"^step \d+ of training: "):
        list(train(lstm, loss_of(lstm), draw_batch, SGD(20.0), steps=1000, rng=0))
    assert all(np.isfinite(array).all() for array in lstm.parameters().values())


@pytest.mark.parametrize("error", [ValueError("bad"), FloatingPointError("step 7: too large")], ids=repr)
def test_an_error_in_the_loss_says_in_which_step_it_happened(error):
    losses = iter([1.0, 1.0])

    def loss_and_gradients(batch):
        for loss in losses:
            return loss, {"w": [1.0]}
        raise error

    w = np.ones(1)
    model = SimpleNamespace(parameters=lambda: {"w": w})
    with pytest.raises(type(error)) as caught:
        list(train(model, loss_and_gradients, lambda rng: None, Adam(), steps=5))
    if isinstance(error, FloatingPointError):
        assert str(caught.value) == "step 3 of training: step 7: too large"
    else:
        assert str(caught.value) == "bad"
        assert caught.value.__notes__ == ["This happened in step 3 of training."]


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    """In single precision, the square of the third gradient overflows; the loss and the norm do not."""
    path, w = tmp_path / "checkpoint", np.array([1.0, 2.0], np.float32)
    model = SimpleNamespace(parameters=lambda: {"w": w})

    def training(*gradients):
        left = iter(gradients)
        loss = lambda batch: (1.0, {"w": [1.0, next(left)]})  # noqa: E731
        return train(model, loss, lambda rng: None, Adam(), steps=3, checkpoint=path, checkpoint_every=1)

    broken = training(1.0, 1.0, 1e21)
    next(broken), next(broken)
    before, saved = w.copy(), path.read_bytes()
    message = "step 3 of training: update 3 would leave v of 'w' not finite"
    assert_raises(FloatingPointError, message, lambda: next(broken))
    assert np.array_equal(w, before)
    assert path.read_bytes() == saved
    w[:] = 0
    assert [metrics.step for metrics in training(1.0)] == [3]
    assert np.all(abs(w - before) < 0.002)


# Checkpoints


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Train without a break: what everything is at the end, the history, and the bytes of the checkpoint."""
    path = tmp_path_factory.mktemp("uninterrupted") / "checkpoint.npz"
    arrays, training = interrupted.make(path)
    history = list(training)
    return copies(arrays), history, path.read_bytes()


def finish(path: Path) -> tuple[Any, list[StepMetrics]]:
    """Continue a training from what is on the disk; return what everything is then, and the whole history."""
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
    arrays, history = finish(path)
    assert_same(arrays, uninterrupted[0])
    assert history == uninterrupted[1]
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
    arrays, history = finish(path)
    assert_same(arrays, uninterrupted[0])
    assert history == uninterrupted[1]


@pytest.mark.parametrize("stop", [1, 6, 7, 8, 39, 40])
def test_stopped_after_any_step_it_resumes_bit_for_bit(stop, tmp_path, uninterrupted):
    path = tmp_path / "checkpoint.npz"
    _, first = interrupted.make(path, steps=stop)
    assert [metrics.step for metrics in first] == list(range(1, stop + 1))
    arrays, second = interrupted.make(path)
    history = list(second)
    assert history == uninterrupted[1][stop:]
    assert_same(arrays, uninterrupted[0])


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_generator_of_numpy_is_restored(bits, tmp_path):
    def make(path, steps):
        rng = np.random.Generator(getattr(np.random, bits)(1))
        return interrupted.make(path, steps=steps, rng=rng)

    arrays, training = make(None, 9)
    history = list(training)
    list(make(tmp_path / "checkpoint", 4)[1])
    resumed, training = make(tmp_path / "checkpoint", 9)
    assert list(training) == history[4:]
    assert_same(resumed, arrays)


def test_the_call_restores_nothing_and_the_first_step_everything(tmp_path):
    rng, fresh = np.random.default_rng(3), np.random.default_rng(8)
    stored, training = interrupted.make(tmp_path / "c", steps=5, rng=rng)
    list(training)
    arrays, training = interrupted.make(tmp_path / "c", steps=5, rng=fresh)
    assert_same(arrays, interrupted.make(None)[0])
    assert fresh.bit_generator.state == np.random.default_rng(8).bit_generator.state
    assert list(training) == []  # all five steps have been taken before
    assert_same(arrays, stored)
    assert fresh.random() == rng.random()


@pytest.mark.parametrize(("options", "expected"), [({"checkpoint_every": 4}, [4, 8, 11]), ({}, [11])])
def test_when_checkpoints_are_written(options, expected, tmp_path):
    path, written, steps = tmp_path / "checkpoint", [], []
    for metrics in resume(path, steps=11, **options):
        steps.append(metrics)
        known = read_metrics(str(path))
        assert known == steps[: len(known)]
        assert all(type(value) in (int, float) for metrics in known for value in metrics)
        if len(known) == len(steps):
            written.append(metrics.step)
    assert written == expected


def test_a_checkpoint_holds_plain_arrays(tmp_path):
    path = tmp_path / "checkpoint.npz"
    arrays, training = interrupted.make(path)
    list(training)
    with np.load(path, allow_pickle=False) as file:
        stored = dict(file)
    weights, state = arrays.keys() - interrupted.STATE, interrupted.STATE
    expected = {f"parameters/{n}" for n in weights} | {f"state/{n}" for n in state}
    expected |= {"optimizer/t", *[f"optimizer/{slot}/{n}" for slot in "mv" for n in weights]}
    assert stored.keys() == expected | {"rng", "losses", "gradient_norms"}
    assert all(array.dtype.kind in "fiU" for array in stored.values())
    assert_same({n: stored[f"parameters/{n}"] for n in weights}, {n: arrays[n] for n in weights})


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


# What is refused


def resume(path: Path, **changes: Any) -> Any:
    """Continue a training of an LSTM of (2, 3, 1) with Adam and no state, but for the changes."""
    lstm = changes.pop("lstm", None) or LSTM(2, 3, 1, rng=0)
    optimizer = changes.pop("optimizer", None) or Adam()
    options: dict[str, Any] = {"steps": 2, "rng": 0, "checkpoint": path} | changes
    return train(lstm, loss_of(lstm), draw_batch, optimizer, **options)


def assert_refused_unchanged(path: Path, message: str, **changes: Any) -> None:
    """Assert that a call of `train` is refused and leaves weights, optimizer and generator alone."""
    live: dict[str, Any] = {"lstm": LSTM(2, 3, 1, rng=9), "optimizer": Adam()}
    live |= {"rng": np.random.default_rng(5)} | changes
    weights, optimizer, bits = live["lstm"].parameters(), live["optimizer"], live["rng"].bit_generator
    optimizer.update(weights, copies(weights))
    before, state = copies(weights | optimizer.state()), str(bits.state)
    with pytest.raises(ValueError, match=re.escape(message)):
        resume(path, **live)
    assert_same(weights | optimizer.state(), before)
    assert str(bits.state) == state


WEIGHTS = "optimizer/m/Wc is float64 of shape (3, 5) there, "


@pytest.mark.parametrize(
    ("argument", "value", "difference"),
    [
        ("lstm", LSTM(2, 4, 1), WEIGHTS + "float64 of shape (4, 6) here"),
        ("lstm", LSTM(2, 3, 1, dtype=np.float32), WEIGHTS + "float32 of shape (3, 5) here"),
        ("lstm", RNN(2, 3, 1), WEIGHTS + "absent here"),
        ("optimizer", SGD(0.1), WEIGHTS + "absent here"),
        ("state", {"h": np.zeros(2)}, "state/h is absent there, float64 of shape (2,) here"),
        ("rng", np.random.Generator(np.random.MT19937(0)), "state must be for a MT19937 PRNG"),
    ],
)
def test_a_checkpoint_of_another_training(argument, value, difference, tmp_path):
    path = tmp_path / "checkpoint.npz"
    list(resume(path))
    message = f"{path} belongs to another training: {difference}"
    assert_refused_unchanged(path, message, **{argument: value})


def test_steps_below_those_of_the_checkpoint(tmp_path):
    path = tmp_path / "checkpoint.npz"
    list(resume(path, steps=3))
    assert_refused_unchanged(path, f"steps must be at least 3, as {path} is, got 2", steps=2)
    assert list(resume(path, steps=3)) == []


def test_files_that_are_no_checkpoints(tmp_path):
    path = tmp_path / "file"
    list(resume(path))
    whole = path.read_bytes()
    array = io.BytesIO()
    np.save(array, np.ones(1))
    for content in (b"", b"some text", whole[: len(whole) // 2], b"PK\x03\x04", array.getvalue()):
        path.write_bytes(content)
        assert_refused_unchanged(path, f"{path} is not a checkpoint: ")
        with pytest.raises(ValueError, match="is not a checkpoint: "):
            read_metrics(path)


def test_a_damaged_file_is_refused_or_read_right(tmp_path):
    """One byte is changed: in the arrays, in their headers, in the directory of the archive."""
    path = tmp_path / "checkpoint.npz"
    list(resume(path))
    whole, refused = path.read_bytes(), 0
    with np.load(path) as file:
        right = dict(file)
    directory = whole.index(b"PK\x01\x02")  # the most delicate part
    lstm, optimizer = LSTM(2, 3, 1, rng=9), Adam()
    before = copies(lstm.parameters() | optimizer.state())
    for where in (*range(0, directory, directory // 60), *range(directory, len(whole), 13)):
        path.write_bytes(whole[:where] + bytes([whole[where] ^ 0xFF]) + whole[where + 1 :])
        try:
            resume(path, lstm=lstm, optimizer=optimizer)
            with np.load(path) as file:
                assert_same(dict(file), right)
        except ValueError as error:
            refused += str(path) in str(error)
    assert refused > 80
    assert_same(lstm.parameters() | optimizer.state(), before)


OTHER = "belongs to another training: "
NONE = "is not a checkpoint: "


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("extra", np.ones(1), OTHER + "extra is float64 of shape (1,) there"),
        ("rng", None, NONE + "it holds "),
        ("rng", np.array("dice"), OTHER + "Expecting value"),
        ("rng", np.array("{}"), OTHER),
        ("losses", np.array([1, np.inf]), NONE + "a loss or a norm is not finite"),
        ("losses", np.ones(3), NONE + "losses are float64 of shape (3,), norms float64 of shape (2,)"),
        ("losses", np.array(["a", "b"]), NONE + "losses are <U1 of shape (2,)"),
        ("parameters/Wy", np.full((1, 3), np.nan), NONE + "parameters/Wy is not finite"),
        ("optimizer/t", None, OTHER + "optimizer/t is absent there"),
        ("optimizer/t", np.array(1.5), OTHER + "state['t'] must be a number of updates"),
        ("optimizer/t", np.array(np.nan), NONE + "optimizer/t is not finite"),
        ("optimizer/v/Wy", np.full((1, 3), np.inf), NONE + "optimizer/v/Wy is not finite"),
        ("optimizer/v/Wy", np.ones((3, 1)), OTHER + "optimizer/v/Wy is float64 of shape (3, 1) there"),
        ("optimizer/m/Wy", np.ones((1, 3), "f4"), OTHER + "optimizer/m/Wy is float32 of shape (1, 3) there"),
        ("optimizer/m/Wf", None, OTHER + "optimizer/m/Wf is absent there"),
    ],
)
def test_edited_contents_are_refused_whole(name, value, message, tmp_path):
    path = tmp_path / "checkpoint.npz"
    list(resume(path))
    with np.load(path) as file:
        arrays = dict(file) | {name: value}
    np.savez(path, **{n: array for n, array in arrays.items() if array is not None})
    assert_refused_unchanged(path, f"{path} {message}")
    if name == "losses":
        with pytest.raises(ValueError, match=re.escape(message)):
            read_metrics(path)


@pytest.mark.parametrize("where", ["missing/checkpoint", "file/checkpoint", "folder"])
def test_a_path_that_cannot_be_written_is_refused_at_once(where, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match=r"checkpoint must be a file that can be written: .*'.*'$"):
        resume(tmp_path / where)
    resume(tmp_path / "good")  # looks, and leaves nothing behind
    assert sorted(tmp_path.rglob("*")) == before


def test_state_that_holds_objects_is_refused_at_once(tmp_path):
    message = "state['best'] must hold plain values, got dtype object"
    state = {"best": np.array([None])}
    assert_raises(TypeError, message, lambda: resume(tmp_path / "c", state=state))


# Truncated backpropagation


def sequence(name: str = "LSTM", steps: int = 10) -> tuple[Any, Any, Any, dict[str, Any]]:
    """Return a network, inputs, targets and initial states."""
    rng = np.random.default_rng(0)
    network = getattr(lstm_tutorial, name)(D, H, O, rng=rng)
    states = {"h0": rng.standard_normal((H, B))}
    if unroll(network, np.empty((0, D, B))).c is not None:
        states["c0"] = rng.standard_normal((H, B))
    return network, rng.standard_normal((steps, D, B)), rng.standard_normal((steps, O, B)), states


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("length", [1, 3, 5, 10, 99])
def test_the_state_is_carried(name, length):
    """The chunks go through the states of the whole sequence, however it is cut."""
    network, xs, targets, states = sequence(name)
    seen: list[Any] = []

    def loss(ys, wanted):
        seen.append((ys, wanted))
        return squared_error(ys, wanted)

    chunks: list[Any] = list(truncated_bptt(network, xs, targets, loss, length=length, **states))
    assert len(chunks) == -(-10 // length)
    whole = unroll(network, xs, **states)
    np.testing.assert_allclose(np.concatenate([ys for ys, _ in seen]), whole.ys, rtol=1e-12, atol=1e-14)
    assert np.array_equal(np.concatenate([wanted for _, wanted in seen]), targets)
    np.testing.assert_allclose(chunks[-1].h, whole.h, rtol=1e-12)
    assert (chunks[-1].c is None) == ("c0" not in states)
    if "c0" in states:
        np.testing.assert_allclose(chunks[-1].c, whole.c, rtol=1e-12)
    for chunk, (ys, wanted) in zip(chunks, seen, strict=True):
        assert chunk.loss == squared_error(ys, wanted)[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_is_cut(name):
    """The gradients of a chunk are those of its own loss where the state before it is a constant."""
    network, xs, targets, states = sequence(name)
    h, c = states["h0"], states.get("c0")
    chunks = truncated_bptt(network, xs, targets, squared_error, length=4, **states)
    for start, chunk in zip((0, 4, 8), chunks, strict=True):
        part = slice(start, start + 4)

        def value(part=part, h=h, c=c):
            return squared_error(unroll(network, xs[part], h, c).ys, targets[part])[0]

        assert check_gradients(value, network.parameters(), chunk.gradients).max_error < 1e-8
        h, c = chunk.h, chunk.c


def test_weights_may_change_between_chunks():
    lstm, xs, targets, states = sequence(steps=6)
    chunks = truncated_bptt(lstm, xs, targets, squared_error, length=3, **states)
    first = next(chunks)
    lstm.Wf_bias = np.full((H, 1), 2.0)
    second = next(chunks)
    out = unroll(lstm, xs[3:], first.h, first.c)
    assert np.array_equal(second.h, out.h)
    assert second.loss == squared_error(out.ys, targets[3:])[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_done_to_a_chunk_does_not_change_the_next(name):
    network, xs, targets, states = sequence(name)
    expected = [
        chunk.loss for chunk in truncated_bptt(network, xs, targets, squared_error, length=4, **states)
    ]
    losses = []
    for chunk in truncated_bptt(network, xs, targets, squared_error, length=4, **states):
        losses.append(chunk.loss)
        for state in (chunk.h, chunk.c):
            if state is not None:
                state[...] = 5.0
    assert losses == expected
