"""Every rung of the ladder of `scripts/bench/ladder.py` gives the same numbers."""

import numpy as np
import pytest

from lstm_tutorial import LSTM
from scripts.bench import ladder


@pytest.fixture
def sequence():
    rng = np.random.default_rng(3)
    lstm = LSTM(3, 4, 2, rng=rng, forget_bias=1.0)
    return lstm, rng.standard_normal((9, 3, 2)), rng.standard_normal((9, 4, 2))


@pytest.mark.parametrize("rung", ladder.FORWARD)
def test_hidden_states_agree(rung, sequence):
    lstm, xs, _ = sequence
    np.testing.assert_allclose(ladder.FORWARD[rung](lstm, xs), ladder.plain_loop(lstm, xs), atol=1e-14)


@pytest.mark.parametrize("rung", ladder.TRAINING)
def test_gradients_agree(rung, sequence):
    expected = ladder.plain_loop_back(*sequence)
    for name, gradient in ladder.TRAINING[rung](*sequence).items():
        if name in expected:
            np.testing.assert_allclose(gradient, expected[name], atol=1e-13)
