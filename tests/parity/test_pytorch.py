"""Every network that PyTorch has against its cell and autograd; the golden numbers are PyTorch's own."""

import os

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")  # before Keras is imported
pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")
pytest.importorskip("keras", reason="Keras is in the group `parity` too")
pytest.importorskip("onnxruntime", reason="ONNX Runtime is in the group `parity` too")

from lstm_tutorial import backpropagate, unroll
from tests.golden import read
from tests.parity import golden, pytorch
from tests.problems import problem, random_lengths, relative_error, results, split

SIZES = [(1, 1, 1), (1, 5, 2), (10, 20, 5), (7, 1, 3), (30, 50, 4)]
# Layer normalization takes out the size of a single input, and of its gradient only rounding is left.
PROBLEMS = [(kind, s) for kind in pytorch.CELLS for s in SIZES if kind != "LayerNormLSTM" or min(s[:2]) > 1]


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")  # Keras does so
def test_the_golden_numbers_are_what_the_frameworks_compute():
    """The committed numbers are those of PyTorch, Keras and ONNX Runtime, not ours."""
    for file, fresh in golden.cases().items():
        committed = read(file)
        assert committed.keys() == fresh.keys()
        assert all(committed[case].keys() == arrays.keys() for case, arrays in fresh.items())
        for case, arrays in fresh.items():
            for name, array in arrays.items():
                rtol, atol = (1e-5, 1e-6) if array.dtype == np.float32 else (1e-12, 1e-13)
                np.testing.assert_allclose(committed[case][name], array, rtol=rtol, atol=atol)


@pytest.mark.parametrize(("dtype", "allowed"), [(np.float64, 1e-12), (np.float32, 1e-4)], ids=str)
@pytest.mark.parametrize(("T", "B"), [(1, 1), (1, 7), (10, 3), (50, 2)])
@pytest.mark.parametrize(("kind", "sizes"), PROBLEMS, ids=str)
def test_sequences_and_gradients(kind, T, B, sizes, dtype, allowed):
    network, values = problem(T, B, T + B, dtype, sizes, network=kind)
    inputs, outputs = split(values)
    lengths = random_lengths(T, B)
    theirs = pytorch.sequence(network, values, lengths)
    ours = unroll(network, **inputs, lengths=lengths)
    gradients = {f"grad_{name}": g for name, g in backpropagate(ours.cache, **outputs).items()}
    assert (results(ours) | gradients).keys() == theirs.keys()
    for name, value in (results(ours) | gradients).items():
        assert value.dtype == theirs[name].dtype
        assert relative_error(value, theirs[name]) < allowed, name


def test_the_frameworks_have_as_many_parameters_as_the_chapter_on_the_gru_says():
    """For D = 4 and H = 5: two biases everywhere, but in Keras only for a GRU with the reset after."""
    import keras
    import torch

    def keras_size(layer):
        layer.build((None, None, 4))
        return layer.count_params()

    def torch_size(layer):
        return sum(array.numel() for array in layer.parameters())

    assert torch_size(torch.nn.GRU(4, 5)) == 3 * 5 * (4 + 5 + 2)
    assert torch_size(torch.nn.LSTM(4, 5)) == 4 * 5 * (4 + 5 + 2)
    assert keras_size(keras.layers.GRU(5)) == 3 * 5 * (4 + 5 + 2)
    assert keras_size(keras.layers.GRU(5, reset_after=False)) == 3 * 5 * (4 + 5 + 1)
    assert keras_size(keras.layers.LSTM(5)) == 4 * 5 * (4 + 5 + 1)
