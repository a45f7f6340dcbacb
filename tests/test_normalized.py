"""Layer normalization on paper, and what it takes out; sequences and gradients are in `test_network`."""

import numpy as np
import pytest

from lstm_tutorial import LSTM, LayerNormLSTM, unroll
from lstm_tutorial.normalized import EPSILON, normalize
from tests.asserts import assert_raises

RNG = np.random.default_rng(0)


def test_a_step_on_paper():
    """Two units: normalized, two numbers are 1 and -1, so all that is normalized can be written down."""
    network = LayerNormLSTM(1, 2, None, rng=0)
    for name in ("Wf", "Wi", "Wc", "Wo"):
        setattr(network, name, [[300.0, 0.0, 0.0], [-300.0, 0.0, 0.0]])  # of the input, and nothing of h
    network.Wf_bias, network.c_gain, network.c_bias = [[2.0], [2.0]], [[3.0], [3.0]], [[0.5], [0.5]]
    network.gain_x = np.full((4, 2, 1), 0.25)
    trace = network.trace([[7.0]], [[0.0], [0.0]], [[4.0], [10.0]])
    signs = np.array([[1.0], [-1.0]])

    def squash(a):
        return 1 / (1 + np.exp(-a))

    f, i, c_tilde = squash(0.25 * signs + 2), squash(0.25 * signs), np.tanh(0.25 * signs)
    o = i
    c = f * [[4.0], [10.0]] + i * c_tilde
    assert c[0] < c[1]
    for name, value in {"f": f, "i": i, "c_tilde": c_tilde, "o": o, "c": c}.items():
        np.testing.assert_allclose(getattr(trace, name), value, rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(trace.h, o * np.tanh(-3 * signs + 0.5), rtol=1e-4)


def test_columns_are_normalized_each_by_itself():
    """Mean zero and deviation one, whatever stands in the other columns; equal numbers become zeros."""
    a = RNG.standard_normal((4, 5, 3)) * [1.0, 1e3, 1.0] + [0.0, 1e4, -7.0]
    n, deviation = normalize(a)
    assert deviation.shape == (1, 1, 3)
    np.testing.assert_allclose(n.mean(axis=(0, 1)), 0, atol=1e-12)
    np.testing.assert_allclose(n.std(axis=(0, 1)), 1, rtol=1e-4)
    np.testing.assert_allclose(normalize(a[:, :, 1:2])[0], n[:, :, 1:2], rtol=1e-11)
    zeros, root = normalize(np.full((5, 2), 3.0))
    assert not zeros.any()
    assert root == pytest.approx(np.full((1, 2), EPSILON**0.5))


def test_the_scale_of_inputs_and_matrices_does_not_matter():
    """A thousand times the inputs, and each matrix times a number of its own: the same hidden states."""
    network, xs = LayerNormLSTM(6, 8, None, rng=0), RNG.standard_normal((7, 6, 3))
    plain = LSTM(6, 8, None, rng=0)
    scaled = network.copy()
    for name in ("Wf", "Wi", "Wc", "Wo"):
        setattr(scaled, name, getattr(network, name) * np.repeat([50.0, 20.0], [6, 8]))
    hs = unroll(network, xs).hs
    np.testing.assert_allclose(unroll(network, 1000 * xs).hs, hs, atol=1e-3)
    np.testing.assert_allclose(unroll(scaled, xs).hs, hs, atol=1e-3)
    assert abs(unroll(plain, 1000 * xs).hs - unroll(plain, xs).hs).max() > 0.5


def test_the_cell_state_goes_on_as_it_is():
    """With a forget gate that is open and nothing added, `c` stays, and `h` shows its normalization."""
    network = LayerNormLSTM(2, 4, None, rng=0, forget_bias=800.0)
    network.Wi_bias = np.full((4, 1), -800.0)
    c0 = np.array([[1.0], [2.0], [3.0], [60.0]])
    run = unroll(network, RNG.standard_normal((9, 2, 1)), c0=c0)
    np.testing.assert_array_equal(run.c, c0)


def test_the_weights_and_what_is_refused():
    """An LSTM's for the same seed, and four more arrays."""
    network, plain = LayerNormLSTM(3, 4, 2, rng=0, forget_bias=1.0), LSTM(3, 4, 2, rng=0, forget_bias=1.0)
    for name, array in plain.parameters().items():
        np.testing.assert_array_equal(network.parameters()[name], array)
    more = {name: array for name, array in network.parameters().items() if name not in plain.parameters()}
    assert {name: array.shape for name, array in more.items()} == {
        "gain_x": (4, 4, 1),
        "gain_h": (4, 4, 1),
        "c_gain": (4, 1),
        "c_bias": (4, 1),
    }
    assert all((array == (name != "c_bias")).all() for name, array in more.items())
    message = "hidden_size must be at least 2 with layer normalization, got 1"
    assert_raises(ValueError, message, lambda: LayerNormLSTM(3, 1, 2))


@pytest.mark.parametrize(("dtype", "size"), [(np.float64, 1e200), (np.float32, 1e20)])
def test_a_square_that_overflows_is_no_zero(dtype, size):
    """The normalized numbers would be finite, but squares on the way are not: an error, no wrong number."""
    network, x = LayerNormLSTM(2, 3, 1, rng=0, dtype=dtype), np.array([[1.0], [2.0]], dtype)
    h, c = network.initial_state()
    assert np.isfinite(network.forward(1e5 * x, h, c)[1]).all()
    with pytest.raises(FloatingPointError, match=r"^step 0"):
        network.forward(size * x, h, c)
    with pytest.raises(FloatingPointError, match=r"^step 0"):
        unroll(network, size * x[None])


def test_a_bad_size_draws_nothing():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with pytest.raises(ValueError, match=r"^hidden_size"):
        LayerNormLSTM(2, 1, 1, rng=rng)
    with pytest.raises(ValueError, match=r"^forget_bias"):
        LSTM(2, 3, 1, rng=rng, dtype=np.float32, forget_bias=1e39)
    assert rng.bit_generator.state == before
