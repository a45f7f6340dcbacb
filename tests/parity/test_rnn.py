"""The plain network against `torch.nn.RNN` and autograd; its golden numbers are PyTorch's own."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from tests.golden import read
from tests.parity import rnn as parity
from tests.test_rnn import in_and_out, ours, problem


@pytest.mark.parametrize("case", read("rnn"))
def test_the_golden_numbers_are_what_pytorch_computes(case):
    """The committed numbers are PyTorch's own, not ours."""
    golden, fresh = read("rnn")[case], parity.case(case)
    assert fresh.keys() == golden.keys()
    for name, value in fresh.items():
        np.testing.assert_allclose(golden[name], value, rtol=1e-13, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("T", [1, 2, 10, 50])
@pytest.mark.parametrize("B", [1, 3, 7])
def test_sequences_and_gradients(T, B):
    rnn, values = problem(T, B, seed=T + B)
    theirs = parity.sequence(rnn, values)
    for name, value in ours(rnn, *in_and_out(values)).items():
        assert np.linalg.norm(value - theirs[name]) <= 1e-12 * np.linalg.norm(theirs[name]), name
