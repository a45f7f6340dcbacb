"""The record behind the chapter on gradients: derivatives by central differences, medians against findings.

Findings are medians that a separate prototype measured at the same sizes and the same draw of weights.
"""

from functools import partial
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import numerical_gradient, trace_sequence
from scripts.experiments import gradient_profile as experiment

FOUND_AT_LAG_10 = {"as drawn": 4e-4, "0": 5e-3, "1": 0.10, "2": 0.45, "3": 0.69, "5": 0.96}


@pytest.mark.parametrize("name", FOUND_AT_LAG_10)
def test_the_medians_are_of_the_size_found_before(name: str) -> None:
    """Within a factor of three at lag 10."""
    record = experiment.bands()
    kind = "rnn" if name == "as drawn" else "lstm"
    median = record["profiles"][kind][name]["median"][record["lags"].index(10)]
    assert FOUND_AT_LAG_10[name] / 3 < median < FOUND_AT_LAG_10[name] * 3


def test_both_meanings_of_the_derivative_against_central_differences() -> None:
    """The real graph: move c_t, run on. The direct path: move c_t, run on with every h as it was."""
    rng = np.random.default_rng(3)
    lstm = experiment.new_lstm(rng, 1.0)
    xs = rng.standard_normal((6, experiment.D, 1))  # (T, D, 1)
    trace = trace_sequence(lstm, xs)
    c = trace.c[0].copy()  # (H, 1), moved below

    def last_cell(hold_h: bool) -> Any:
        h, cell = trace.o[0] * np.tanh(c), c
        for t in range(1, len(xs)):
            _, h, cell = lstm.forward(xs[t], trace.h_prev[t] if hold_h else h, cell)
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


@pytest.mark.parametrize("kind", ["lstm", "rnn"])
def test_the_gradient_of_the_outputs_against_central_differences(kind: str) -> None:
    """What the profile follows: c where there is a cell state, h where there is none. Move it, run on."""
    rng = np.random.default_rng(4)
    network: Any = experiment.new_lstm(rng, 2.0) if kind == "lstm" else experiment.new_rnn(rng, 1.1)
    xs, direction = rng.standard_normal((4, experiment.D, 1)), rng.standard_normal((experiment.O, 1))
    states = network.initial_state()
    first = network.trace(xs[0], *(states if kind == "lstm" else [states]))
    moved = (first.c if kind == "lstm" else first.h).copy()  # (H, 1)

    def loss() -> float:
        state = [first.o * np.tanh(moved), moved] if kind == "lstm" else [moved]
        for x in xs[1:]:
            y, *state = network.forward(x, *state)
        return float((direction * y).sum())

    norms = experiment.gradient_by_lag(network, xs, network.Wy.T @ direction)
    assert norms[3] == pytest.approx(np.linalg.norm(numerical_gradient(loss, moved)), rel=1e-7)


def test_a_spectral_radius_is_what_it_says() -> None:
    """And chrono initialization gives every unit a span between one and the longest."""
    rng = np.random.default_rng(5)
    U = experiment.new_rnn(rng, 1.5).Wh[:, experiment.D :]
    assert abs(np.linalg.eigvals(U)).max() == pytest.approx(1.5)
    lstm = experiment.new_lstm(rng, "chrono")
    assert np.all((lstm.Wf_bias >= 0) & (lstm.Wf_bias <= np.log(experiment.T - 1)))
    np.testing.assert_array_equal(lstm.Wi_bias, -lstm.Wf_bias)
