"""One step against `torch.nn.LSTMCell` and autograd, over sizes, batches, dtypes and seeds."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

from tests.golden import read
from tests.parity import pytorch
from tests.test_lstm import SIZES, problem


def incoming_for(size, seed, dtype):
    """Draw a gradient for each of the three results."""
    rng = np.random.default_rng([seed, 1])
    _, H, O, B = size
    shapes = {"dy": (O, B), "dh": (H, B), "dc": (H, B)}
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


@pytest.mark.parametrize(("dtype", "allowed"), [(np.float64, 1e-12), (np.float32, 1e-4)], ids=str)
@pytest.mark.parametrize(("seed", "size"), list(enumerate(SIZES)), ids=str)
def test_step_and_gradients(seed, size, dtype, allowed):
    lstm, inputs = problem(*size, seed=seed, dtype=dtype)
    incoming = incoming_for(size, seed, dtype)
    theirs = pytorch.step(lstm, inputs, incoming)
    trace = lstm.trace(**inputs)
    ours = {"y": trace.y, "h": trace.h, "c": trace.c}
    ours |= {f"d{name}": value for name, value in lstm.backward(trace, **incoming).items()}
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert value.dtype == theirs[name].dtype
        np.testing.assert_allclose(value, theirs[name], rtol=allowed, atol=allowed, err_msg=name)


@pytest.mark.parametrize("case", read("lstm_step"))
def test_the_golden_numbers_are_what_pytorch_computes(case):
    """The committed numbers are PyTorch's own, not ours."""
    from tests.parity.golden import step_case

    golden = read("lstm_step")[case]
    fresh = step_case(case)
    assert fresh.keys() == golden.keys()
    for name, value in fresh.items():
        np.testing.assert_allclose(golden[name], value, rtol=1e-13, atol=1e-13, err_msg=name)
