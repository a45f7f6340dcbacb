"""Weights by name: live, of fixed shape, one array for everybody who holds it.

What is refused is in `test_checks`; what is computed with the weights, in `test_lstm`.
"""

import copy
from functools import partial
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import GRU, LSTM, RNN, DropoutLSTM, LayerNormLSTM
from lstm_tutorial.parameters import Weight
from tests.asserts import assert_same, copies

D, H, O = 3, 4, 2
NAMES = ["Wf", "Wf_bias", "Wi", "Wi_bias", "Wc", "Wc_bias", "Wo", "Wo_bias", "Wy", "Wy_bias"]
MATRICES, BIASES = NAMES[::2], NAMES[1::2]


@pytest.fixture
def lstm():
    return LSTM(D, H, O, rng=0)


def step(lstm):
    """Take a step whose every result depends on every weight."""
    rng = np.random.default_rng(1)
    return lstm.forward(*(rng.standard_normal((n, 2)) for n in (D, H, H)))


def test_names_shapes_and_order(lstm):
    """The ten arrays of the original, in its order."""
    shapes = {name: array.shape for name, array in lstm.parameters().items()}
    assert list(shapes) == NAMES
    assert [shapes[name] for name in MATRICES] == [(H, D + H)] * 4 + [(O, H)]
    assert [shapes[name] for name in BIASES] == [(H, 1)] * 4 + [(O, 1)]


def test_no_two_weights_share_memory(lstm):
    arrays = list(lstm.parameters().values())
    assert not any(np.shares_memory(a, b) for k, a in enumerate(arrays) for b in arrays[:k])


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_live(lstm, name):
    """Writing into the dict's array writes into the network: this is how an optimizer updates it."""
    lstm.parameters()[name] += 1
    before = step(LSTM(D, H, O, rng=0))
    np.testing.assert_array_equal(getattr(lstm, name), getattr(LSTM(D, H, O, rng=0), name) + 1)
    assert not all(np.array_equal(a, b) for a, b in zip(before, step(lstm), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_an_assignment_takes_effect_everywhere(lstm, name):
    """In the attribute, in every dict and in `forward`, and in no other weight; it keeps no hold."""
    earlier = lstm.parameters()
    before, expected = step(lstm), copies(earlier)
    new = getattr(lstm, name) + 0.5
    setattr(lstm, name, new)
    expected[name] = new.copy()
    for found in (earlier, lstm.parameters(), {name: getattr(lstm, name) for name in NAMES}):
        assert_same(found, expected)
    after = step(lstm)
    assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    new[...] = 0
    for a, b in zip(after, step(lstm), strict=True):
        np.testing.assert_array_equal(a, b)


def test_assignments_in_place_and_of_lists(lstm):
    lstm.Wf *= 2
    np.testing.assert_array_equal(lstm.Wf, 2 * LSTM(D, H, O, rng=0).Wf)
    lstm.Wy_bias = [[1], [2]]
    np.testing.assert_array_equal(lstm.Wy_bias, [[1.0], [2.0]])
    lstm.Wi = np.asfortranarray(lstm.Wi[::-1])
    np.testing.assert_array_equal(lstm.Wi, LSTM(D, H, O, rng=0).Wi[::-1])


def test_the_same_numbers_in_both_dtypes():
    """A seed gives one network: in float32 it is the float64 one, rounded."""
    single, double = (LSTM(D, H, O, rng=7, dtype=dtype).parameters() for dtype in (np.float32, np.float64))
    for name in NAMES:
        np.testing.assert_array_equal(single[name], double[name].astype(np.float32))


def test_a_deep_copy_is_independent(lstm):
    twin, before = copy.deepcopy(lstm), copies(lstm.parameters())
    assert_same(twin.parameters(), before)
    for array in twin.parameters().values():
        array[...] = 0
    assert_same(lstm.parameters(), before)
    assert not step(twin)[0].any()


def test_the_draws_are_those_of_the_generator():
    """Each matrix in turn, from a standard normal, so that the example can be drawn by hand."""
    rng = np.random.default_rng(3)
    lstm = LSTM(D, H, O, rng=3)
    for name in MATRICES:
        rows, columns = getattr(lstm, name).shape
        np.testing.assert_array_equal(
            getattr(lstm, name), rng.standard_normal((rows, columns)) / np.sqrt(columns)
        )


def test_biases_start_at_zero_but_for_the_forget_gate():
    lstm = LSTM(D, H, O, forget_bias=1.5)
    assert (lstm.Wf_bias == 1.5).all()
    assert not any(getattr(lstm, name).any() for name in BIASES if name != "Wf_bias")
    assert not LSTM(D, H, O).Wf_bias.any()


def test_rng():
    """A seed repeats; a generator is advanced; None differs; global state is neither read nor touched."""
    np.testing.assert_array_equal(LSTM(D, H, O, rng=5).Wf, LSTM(D, H, O, rng=np.random.default_rng(5)).Wf)
    rng = np.random.default_rng(5)
    assert not np.array_equal(LSTM(D, H, O, rng=rng).Wf, LSTM(D, H, O, rng=rng).Wf)
    assert not np.array_equal(LSTM(D, H, O).Wf, LSTM(D, H, O).Wf)
    before = np.random.get_state(legacy=False)  # noqa: NPY002
    LSTM(D, H, O)
    np.testing.assert_equal(np.random.get_state(legacy=False), before)  # noqa: NPY002


@pytest.mark.parametrize("kind", [LSTM, RNN, GRU, partial(GRU, reset="before"), LayerNormLSTM, DropoutLSTM])
def test_a_network_draws_its_matrices_and_nothing_else(kind):
    """So what the caller draws next from the same generator depends on the sizes alone."""
    rng, other = np.random.default_rng(5), np.random.default_rng(5)
    weights = kind(D, H, O, rng=rng).parameters()
    matrices = [array for name, array in weights.items() if len(name) == 2]  # Wf, say, and no bias
    other.standard_normal(sum(array.size for array in matrices))
    assert rng.bit_generator.state == other.bit_generator.state


def test_a_network_says_what_it_is():
    """Also where its sizes are NumPy's integers."""
    sizes: Any = np.int64(D), np.int32(H), np.uint8(O)
    lstm = LSTM(*sizes)
    assert repr(lstm) == "LSTM(3, 4, 2, dtype=float64)"
    assert (lstm.input_size, lstm.hidden_size, lstm.output_size) == (D, H, O)
    assert type(lstm.hidden_size) is int


def test_a_weight_read_on_the_class_describes_itself():
    """Documentation tools read attributes on the class."""
    assert isinstance(LSTM.Wf, Weight)
    assert LSTM.Wf.name == "Wf"
