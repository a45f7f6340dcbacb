"""The sequence path against PyTorch's autograd; its golden numbers are PyTorch's own."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from tests.golden import read
from tests.parity import sequence as parity


@pytest.mark.parametrize("case", parity.CASES)
def test_the_golden_numbers_are_what_pytorch_computes(case):
    golden, fresh = read("sequence")[case], parity.case(case)
    assert fresh.keys() == golden.keys()
    for name, value in fresh.items():
        np.testing.assert_allclose(golden[name], value, rtol=1e-13, atol=1e-13, err_msg=name)


def test_the_golden_jacobians_are_what_pytorch_computes():
    golden, fresh = read("jacobians")["T50"], parity.jacobian_case()
    assert fresh.keys() == golden.keys()
    for name, value in fresh.items():
        np.testing.assert_allclose(golden[name], value, rtol=1e-12, atol=1e-13, err_msg=name)
