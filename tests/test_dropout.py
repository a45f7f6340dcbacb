"""Masks on the recurrent path; sequences, gradients and PyTorch under fixed masks are in `test_network`."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import LSTM, DropoutLSTM, backpropagate, check_gradients, dropout_mask, unroll
from tests.asserts import assert_raises, assert_same
from tests.problems import D, H, O, relative_error

RNG = np.random.default_rng(0)
XS = RNG.standard_normal((6, D, 4))  # (T, D, B)
MASKS = {"h": dropout_mask((H, 4), 0.4, rng=1), "candidate": dropout_mask((H, 4), 0.4, rng=2)}


def with_biases(network):
    """Draw every weight, so that nothing is zero."""
    for array in network.parameters().values():
        array[...] = RNG.standard_normal(array.shape)
    return network


def test_without_masks_it_is_the_lstm():
    """Results and gradients, to rounding: the LSTM's take the fast path."""
    ours, plain = (with_biases(kind(D, H, O, rng=0)) for kind in (DropoutLSTM, LSTM))
    for name, array in plain.parameters().items():
        setattr(ours, name, array)
    runs = [unroll(network, XS) for network in (ours, plain)]
    assert relative_error(runs[0].hs, runs[1].hs) < 1e-14
    found, expected = (backpropagate(run.cache, dhs=run.hs) for run in runs)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert relative_error(found[name], gradient) < 1e-13


@pytest.mark.parametrize("which", [("h",), ("candidate",), ("h", "candidate")], ids=" and ".join)
def test_gradients_agree_with_central_differences(which):
    """Under a fixed mask for each sequence, with lengths: every weight, input and initial state, to 1e-8."""
    network = with_biases(DropoutLSTM(D, H, O, rng=0)).with_masks(**{name: MASKS[name] for name in which})
    inputs: Any = {"xs": XS.copy(), "h0": RNG.standard_normal((H, 4)), "c0": RNG.standard_normal((H, 4))}

    def run():
        return unroll(network, **inputs, lengths=[6, 3, 0, 5])

    def backward(*incoming):
        return backpropagate(run().cache, **dict(zip(("dys", "dhs", "dh", "dc"), incoming, strict=True)))

    report = check_gradients(
        lambda: (run().ys, run().hs, run().h, run().c),
        network.parameters() | inputs,
        backward,
        tolerance=1e-8,
    )
    assert report.ok, str(report)


def test_one_mask_for_all_sequences_can_be_put_into_the_weights():
    """Of h into the columns that read it; the gradient of the weights then gets the mask as well."""
    network, mask = with_biases(DropoutLSTM(D, H, O, rng=0)), MASKS["h"][:, :1]  # (H, 1)
    thinned = network.copy()
    columns = np.concatenate((np.ones((1, D)), mask.T), axis=1)  # (1, D+H)
    names = ("Wf", "Wi", "Wc", "Wo")
    for name in names:
        setattr(thinned, name, getattr(network, name) * columns)
    runs = unroll(network.with_masks(h=mask), XS), unroll(thinned, XS)
    np.testing.assert_allclose(runs[0].hs, runs[1].hs, atol=1e-14)
    gradients = [backpropagate(run.cache, dhs=run.hs) for run in runs]
    for name in names:
        assert relative_error(gradients[0][name], gradients[1][name] * columns) < 1e-13


def test_a_unit_without_updates_only_forgets():
    """Its cell state is multiplied by its forget gate alone; to a unit that is kept, twice as much."""
    candidate = np.array([[0.0], [2.0], [2.0], [2.0], [2.0]])
    network = with_biases(DropoutLSTM(D, H, O, rng=0)).with_masks(candidate=candidate)
    c_prev = RNG.standard_normal((H, 4))
    step = network.trace(XS[0], np.zeros((H, 4)), c_prev)
    np.testing.assert_array_equal(step.c[0], (step.f * c_prev)[0])
    np.testing.assert_allclose(step.c[1:], (step.f * c_prev + 2 * step.i * step.c_tilde)[1:], rtol=1e-14)


def test_masks_leave_the_network_as_it_is():
    """The weights are shared, the masks are copies, and the network without them has none."""
    network = with_biases(DropoutLSTM(D, H, O, rng=0))
    before, masks = unroll(network, XS).hs, {name: mask.copy() for name, mask in MASKS.items()}
    other = network.with_masks(**masks)
    run = unroll(other, XS)
    masks["h"][...], masks["candidate"][...] = 7.0, 7.0
    assert_same({"hs": unroll(other, XS).hs}, {"hs": run.hs})
    assert_same({"hs": unroll(network, XS).hs}, {"hs": before})
    assert not np.array_equal(run.hs, before)
    network.Wf = np.zeros((H, D + H))
    assert_same(other.parameters(), network.parameters())


def test_bad_masks_are_refused():
    network = DropoutLSTM(D, H, O, rng=0)
    message = f"h must have shape ({H}, B), got ({D}, 4)"
    assert_raises(ValueError, message, lambda: network.with_masks(h=np.ones((D, 4))))
    message = "candidate must be finite in float64, got nan at [0, 0]"
    assert_raises(ValueError, message, lambda: network.with_masks(candidate=np.full((H, 1), np.nan)))
    message = f"a mask must have shape ({H}, 3) or ({H}, 1), got ({H}, 4)"
    for name, mask in MASKS.items():
        other = network.with_masks(**{name: mask})
        assert_raises(ValueError, message, partial(unroll, other, XS[:, :, :3]))
