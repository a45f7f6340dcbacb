"""The committed numbers for the losses and the optimizers are PyTorch's own, not ours."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from tests.golden import read
from tests.parity import training


@pytest.mark.parametrize("case", read("losses"))
def test_the_golden_losses_are_what_pytorch_computes(case):
    same(read("losses")[case], training.loss_case(case))


@pytest.mark.parametrize("case", read("optimizers"))
def test_the_golden_updates_are_what_pytorch_computes(case):
    same(read("optimizers")[case], training.optimizer_case(case))


def same(golden, fresh):
    """Assert that two cases hold the same arrays."""
    assert fresh.keys() == golden.keys()
    for name, value in fresh.items():
        np.testing.assert_allclose(golden[name], value, rtol=1e-13, atol=1e-13, err_msg=name)
