"""The LSTM's fast path equals the plain loop of `Network`, down to gates that are nearly closed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import LSTM, Variant, backpropagate, unroll
from lstm_tutorial.network import Network
from tests.problems import D, H, O, problem, random_lengths, relative_error, results, split


def plain(lstm: LSTM) -> Variant:
    """Return the network with the same weights that runs by the plain loop: the variant without a change."""
    network = Variant(lstm.input_size, lstm.hidden_size, lstm.output_size, dtype=lstm.dtype)
    for name, array in lstm.parameters().items():
        setattr(network, name, array)
    return network


@settings(max_examples=40)
@given(
    T=st.integers(0, 40),
    B=st.integers(0, 5),
    seed=st.integers(0, 2**16),
    sizes=st.tuples(*[st.integers(1, 9)] * 3),
    ragged=st.booleans(),
    every=st.none() | st.integers(1, 50),
)
def test_the_fast_path_equals_the_plain_loop(T, B, seed, sizes, ragged, every):
    """Results and all gradients, to 1e-12 in float64."""
    lstm, values = problem(T, B, seed, sizes=sizes)
    inputs, outputs = split(values)
    lengths = random_lengths(T, B, seed) if ragged else None
    found = []
    for network in (lstm, plain(lstm)):
        unrolled = unroll(network, **inputs, lengths=lengths, checkpoint_every=every)
        found.append(results(unrolled) | backpropagate(unrolled.cache, **outputs))
    assert list(found[0]) == list(found[1])
    for name, value in found[0].items():
        assert relative_error(value, found[1][name]) < 1e-12, name


@pytest.mark.parametrize("every", [None, 13])
def test_a_long_sequence_is_cut_into_blocks(monkeypatch, every):
    """How many steps have their local derivatives computed at once changes nothing but the speed."""
    lstm, values = problem(29, 3)
    inputs, outputs = split(values)
    expected = backpropagate(unroll(lstm, **inputs).cache, **outputs)
    monkeypatch.setattr("lstm_tutorial.fast.BLOCK_BYTES", 1)
    monkeypatch.setattr("lstm_tutorial.fast.BLOCK_STEPS", 4)
    for name, gradient in backpropagate(
        unroll(lstm, **inputs, checkpoint_every=every).cache, **outputs
    ).items():
        assert relative_error(gradient, expected[name]) < 1e-13, name


@pytest.mark.parametrize(("dtype", "allowed"), [(np.float32, 1e-5), (np.float64, 1e-12)])
@pytest.mark.parametrize("bias", [-5, -18, -40, -80])
@pytest.mark.parametrize("gate", ["i", "f", "o"])
def test_nearly_closed_gates_keep_their_relative_accuracy(gate, bias, dtype, allowed):
    """As `forward` does: what a gate lets through is tiny, and has the same leading digits."""
    lstm, values = problem(1, 4, dtype=dtype)
    setattr(lstm, f"W{gate}_bias", np.full((H, 1), bias))
    if gate == "f":
        lstm.Wi_bias = np.full((H, 1), -1e4)  # nothing is added, so that what is kept can be seen
    elif gate == "i":
        values["c0"] *= 0  # nothing is kept
    inputs, _ = split(values)
    ours = unroll(lstm, **inputs)
    _, h, c = lstm.forward(values["xs"][0], values["h0"], values["c0"])
    assert (c != 0).all()
    np.testing.assert_allclose(ours.c, c, rtol=allowed, atol=0)
    np.testing.assert_allclose(ours.h, h, rtol=allowed, atol=0)


def test_gates_beyond_the_range_of_the_exponential_saturate():
    """No warning, no infinity: a gate is then exactly 0 or 1."""
    lstm, values = problem(3, 2, dtype=np.float32)
    lstm.Wf_bias, lstm.Wi_bias = np.full((H, 1), 1e4), np.full((H, 1), -1e4)
    ours = unroll(lstm, values["xs"], c0=values["c0"])
    np.testing.assert_array_equal(ours.c, values["c0"])
    assert (lstm.input_size, lstm.output_size) == (D, O)


class Leaky(LSTM):
    """An LSTM with another equation, in `step`."""

    def step(self, x, h_prev, c_prev, intervene=None):
        """Take the step of the LSTM, and half of its h."""
        step = super().step(x, h_prev, c_prev, intervene)
        return step._replace(h=step.h / 2)


class Scaled(LSTM):
    """An LSTM with another equation, in `preactivations`."""

    def preactivations(self, x, h_prev):
        """Return half of those of the LSTM."""
        return super().preactivations(x, h_prev) / 2


class Halved(Network):
    """What halves h in a step of any network that is mixed with it."""

    def step(self, *arguments, **options):
        """Take a step, and half of its h."""
        step = super().step(*arguments, **options)
        return step._replace(h=step.h / 2)


class Mixed(Halved, LSTM):
    """An LSTM with another equation, which a mixin brings."""


@pytest.mark.parametrize("kind", [Leaky, Scaled, Mixed])
def test_a_subclass_with_other_equations_runs_by_them(kind):
    """`unroll` computes what `forward` does, step by step."""
    network, xs = kind(D, H, O, rng=0), np.random.default_rng(1).standard_normal((5, D, 2))
    state = network.initial_state(2)
    unrolled = unroll(network, xs)
    for t, x in enumerate(xs):
        y, *state = network.forward(x, *state)
        assert relative_error(unrolled.ys[t], y) < 1e-13


def test_a_subclass_may_have_a_path_of_its_own():
    class Own(Leaky):
        def run(self, xs, state):
            raise NotImplementedError("its own")

    with pytest.raises(NotImplementedError, match="its own"):
        unroll(Own(D, H, O), np.zeros((2, D, 1)))
