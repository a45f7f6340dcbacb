"""Parity of bits: the backward passes of sLSTM and minLSTM, and the task itself.

That the forward steps are those of other packages is tested in `tests/parity/test_successors.py`.
"""

import numpy as np
import pytest

from lstm_tutorial import backpropagate_layers, check_gradients, layer_parameters, unroll_layers
from scripts.experiments.parity_bits import ARMS, new_layers, parity


@pytest.mark.parametrize("arm", ARMS)
def test_gradients_over_time_are_those_of_central_differences(arm: str) -> None:
    rng = np.random.default_rng(1)
    layers = new_layers(ARMS[arm] | {"hidden_size": 4}, rng)
    for array in layer_parameters(layers).values():
        array += 0.5 * rng.standard_normal(array.shape)  # no weight and no bias is zero
    xs = rng.standard_normal((6, 1, 3))  # (T, D, B)
    report = check_gradients(
        lambda: unroll_layers(layers, xs).ys,
        layer_parameters(layers) | {"xs": xs},
        lambda dys: backpropagate_layers(unroll_layers(layers, xs).cache, dys=dys),
    )
    assert report.max_error < 1e-8


def test_the_target_is_the_parity_of_the_bits_so_far() -> None:
    xs, targets = parity(2, 5, np.random.default_rng(0))
    for b, column in enumerate(xs[:, 0].T):
        odd = [sum(column[: t + 1]) % 2 for t in range(5)]
        assert targets[:, 1, b].tolist() == odd
    assert (targets.sum(axis=1) == 1).all()
