"""What the chapters on frameworks say of PyTorch, Keras and ONNX Runtime, they still answer."""

import os

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")  # before Keras is imported
pytest.importorskip("keras", reason="Keras is in the group `parity`, which is large and not installed here")

from scripts.experiments.records import read_record, record_digest
from scripts.frameworks import one_layer as frameworks

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

RECORD = read_record("frameworks")


def test_the_record_was_not_edited():
    assert RECORD["digest"] == record_digest(RECORD)
    assert RECORD["below"] == frameworks.BELOW


@pytest.mark.parametrize("framework", frameworks.BELOW)
def test_the_difference_is_below_its_bound(framework):
    assert frameworks.differences()[framework] < frameworks.BELOW[framework]


def test_the_frameworks_answer_as_recorded():
    found, recorded = frameworks.facts(), dict(RECORD["facts"])
    assert_same_layer(found.pop("layer"), recorded.pop("layer"))
    assert found == recorded


def assert_same_layer(layer, other):
    """Compare the weights, which come from a seed, exactly, and what was computed from them to 1e-12."""
    weights, others = layer.pop("weights"), other.pop("weights")
    assert weights == others
    assert layer.keys() == other.keys()
    for name, numbers in layer.items():
        np.testing.assert_allclose(numbers, other[name], rtol=0, atol=1e-12)
