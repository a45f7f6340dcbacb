"""The record behind the chapter on gradients: one seed repeated, medians held against findings.

Findings are medians that a separate prototype measured at the same sizes and the same draw of weights.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import LSTM
from lstm_tutorial.gradcheck import numerical_gradient
from scripts.experiments import gradient_profile as experiment
from scripts.experiments import one_bit
from scripts.experiments.records import read_record

FOUND_AT_LAG_10 = {"as drawn": 4e-4, "0": 5e-3, "1": 0.10, "2": 0.45, "3": 0.69, "5": 0.96}


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """Return the committed record."""
    return read_record("gradient_profile")


def test_the_first_seed_repeats(record: dict[str, Any]) -> None:
    """The script measures today what it measured for the record."""
    first = experiment.measure(experiment.SEEDS[:1])
    for kind, profiles in record["first_seed"].items():
        assert profiles.keys() == first[kind].keys()
        for name, values in profiles.items():
            np.testing.assert_allclose(first[kind][name]["median"], values, rtol=2e-3)


@pytest.mark.parametrize("name", FOUND_AT_LAG_10)
def test_the_medians_are_of_the_size_found_before(record: dict[str, Any], name: str) -> None:
    """Within a factor of three at lag 10."""
    kind = "rnn" if name == "as drawn" else "lstm"
    median = record["profiles"][kind][name]["median"][record["lags"].index(10)]
    assert FOUND_AT_LAG_10[name] / 3 < median < FOUND_AT_LAG_10[name] * 3


def test_both_meanings_of_the_derivative_against_central_differences() -> None:
    """The real graph: move c_t, run on. The direct path: move c_t, run on with every h as it was."""
    rng = np.random.default_rng(3)
    lstm = experiment.new_lstm(rng, 1.0)
    xs = rng.standard_normal((6, experiment.D, 1))  # (T, D, 1)
    traces = experiment.traces_of(lstm, xs)
    c = traces[0].c.copy()  # (H, 1), moved below

    def last_cell(hold_h: bool) -> Any:
        h, cell = traces[0].o * np.tanh(c), c
        for x, trace in zip(xs[1:], traces[1:], strict=True):
            _, h, cell = lstm.forward(x, trace.h_prev if hold_h else h, cell)
        return cell[:, 0]  # (H,)

    sizes = []
    for hold_h in (True, False):
        rows = [
            numerical_gradient(partial(lambda unit, hold: float(last_cell(hold)[unit]), k, hold_h), c)
            for k in range(experiment.H)
        ]
        sizes.append(np.linalg.norm(rows) / np.sqrt(experiment.H))
    direct, real = experiment.two_paths(lstm, xs)
    assert direct[5] == pytest.approx(sizes[0], rel=1e-7)
    assert real[5] == pytest.approx(sizes[1], rel=1e-7)
    assert abs(sizes[0] - sizes[1]) > 0.01 * sizes[0]


def test_the_gradient_at_c_against_central_differences() -> None:
    """What the profile follows is the derivative of the read-out with respect to an earlier cell state."""
    rng = np.random.default_rng(4)
    lstm = LSTM(experiment.D, experiment.H, experiment.O, rng=rng, forget_bias=2.0)
    xs, direction = rng.standard_normal((4, experiment.D, 1)), rng.standard_normal((experiment.O, 1))
    traces = experiment.traces_of(lstm, xs)
    c = traces[0].c.copy()  # (H, 1), moved below

    def loss() -> float:
        h, cell = traces[0].o * np.tanh(c), c
        for x in xs[1:]:
            y, h, cell = lstm.forward(x, h, cell)
        return float((direction * y).sum())

    norms = experiment.lstm_gradients(lstm, xs, lstm.Wy.T @ direction)
    assert norms[3] == pytest.approx(np.linalg.norm(numerical_gradient(loss, c)), rel=1e-7)


def test_a_spectral_radius_is_what_it_says() -> None:
    """And chrono initialisation gives every unit a span between one and the longest."""
    rng = np.random.default_rng(5)
    U = experiment.new_rnn(rng, 1.5).Wh[:, experiment.D :]
    assert abs(np.linalg.eigvals(U)).max() == pytest.approx(1.5)
    lstm = experiment.new_lstm(rng, "chrono")
    assert np.all((lstm.Wf_bias >= 0) & (lstm.Wf_bias <= np.log(experiment.CHRONO_SPAN - 1)))
    np.testing.assert_array_equal(lstm.Wi_bias, -lstm.Wf_bias)


@pytest.mark.parametrize("arm", one_bit.STARTS)
def test_the_first_losses_of_one_bit_repeat(arm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest lag of every arm begins today as it did for the record."""
    monkeypatch.setitem(one_bit.SETTINGS, "steps", one_bit.REPEATED)
    kept = read_record("one_bit")["runs"][arm]["10"][0]
    fresh = one_bit.run(arm, 10, one_bit.SEEDS[0])
    assert fresh["left"] == pytest.approx(kept["left"], rel=1e-3)
    np.testing.assert_allclose(fresh["first_losses"], kept["first_losses"], rtol=1e-6)


def test_the_batches_of_one_bit_are_the_task_of_the_page() -> None:
    """One marked bit in front, noise behind it, nothing else marked."""
    xs, bits = one_bit.draw_batch(np.random.default_rng(0), lag=7, batch_size=1000)
    assert xs.shape == (8, 2, 1000)
    np.testing.assert_array_equal(xs[0, 0], bits[0])
    np.testing.assert_array_equal(xs[0, 1], 1.0)
    assert not xs[1:, 1].any()
    assert set(np.unique(bits)) == {-1.0, 1.0}
    assert np.std(xs[1:, 0]) == pytest.approx(1.0, abs=0.03)
