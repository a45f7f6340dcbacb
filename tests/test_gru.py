"""The GRU on paper, and what its two forms have; sequences, gradients and PyTorch are in `test_network`."""

import numpy as np
import pytest

from lstm_tutorial import GRU


@pytest.mark.parametrize(
    ("reset", "inside"), [("after", 0.5 * (2 * 0.5 + 0.25)), ("before", 2 * (0.5 * 0.5))]
)
def test_a_step_on_paper(reset, inside):
    """One unit with both gates at a half, by their zero weights: the forms differ in the hidden bias."""
    gru = GRU(1, 1, 1, reset=reset)
    for array in gru.parameters().values():
        array[...] = 0
    gru.Wn, gru.Wn_bias, gru.Wy, gru.Wy_bias = [[3.0, 2.0]], [[0.125]], [[2.0]], [[1.0]]
    if reset == "after":
        gru.Wn_hidden_bias = [[0.25]]
    trace = gru.trace([[0.1]], [[0.5]])
    assert trace.r == trace.z == [[0.5]]
    np.testing.assert_allclose(trace.n, np.tanh(3 * 0.1 + 0.125 + inside), rtol=1e-15)
    np.testing.assert_allclose(trace.h, 0.5 * trace.n + 0.5 * 0.5, rtol=1e-15)
    np.testing.assert_allclose(trace.y, 2 * trace.h + 1, rtol=1e-15)


def test_the_weights_of_both_forms():
    """Three matrices on [x; h_prev] and their biases; one bias more inside the product."""
    names = ["Wr", "Wr_bias", "Wz", "Wz_bias", "Wn", "Wn_bias"]
    after, before = GRU(3, 4, 2, rng=0), GRU(3, 4, 2, rng=0, reset="before")
    assert list(before.parameters()) == [*names, "Wy", "Wy_bias"]
    assert list(after.parameters()) == [*names, "Wn_hidden_bias", "Wy", "Wy_bias"]
    for name, array in before.parameters().items():
        np.testing.assert_array_equal(array, after.parameters()[name])
        assert array.shape == {"Wy": (2, 4), "Wy_bias": (2, 1)}.get(
            name, (4, 1) if "bias" in name else (4, 7)
        )
    assert not any(array.any() for name, array in after.parameters().items() if "bias" in name)
    assert np.std(GRU(30, 70, 1, rng=0).Wz) == pytest.approx(1 / 10, rel=0.05)
    with pytest.raises(ValueError, match="Wn_hidden_bias cannot be set"):
        before.Wn_hidden_bias = np.zeros((4, 1))
