"""Everything public is documented, and can be made and used.

Which file may import which stands in the contracts of pyproject.toml, which `make check` holds.
"""

import dataclasses
import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest

import lstm_tutorial
from lstm_tutorial import LSTM, RNN, SGD, Adam, backpropagate, squared_error, unroll
from lstm_tutorial.network import Network
from lstm_tutorial.optim import Optimizer
from lstm_tutorial.parameters import Weight

PACKAGE = Path(lstm_tutorial.__file__).parent

MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")


def test_public_names_exist_and_are_documented():
    """`__all__` is what a reader gets: each name is there and says what it is."""
    assert len(set(lstm_tutorial.__all__)) == len(lstm_tutorial.__all__)
    for name in lstm_tutorial.__all__:
        assert inspect.getdoc(getattr(lstm_tutorial, name)), name


def public_classes():
    """Return the classes that the package defines, but for private ones and those for type checkers."""
    for module in map(importlib.import_module, [f"lstm_tutorial.{name}" for name in MODULES]):
        for name, value in vars(module).items():
            if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                yield value


CLASSES = list(public_classes())
BASES = {Network, Optimizer}
NETWORKS = [c for c in CLASSES if issubclass(c, Network) and c not in BASES]
OPTIMIZERS = [c for c in CLASSES if issubclass(c, Optimizer) and c not in BASES]


def test_every_public_class_is_known():
    """A network, an optimizer, the base of one, a record of values, or an interface: all are tried below."""
    assert {LSTM, RNN} <= set(NETWORKS)
    assert {SGD, Adam} <= set(OPTIMIZERS)
    for c in CLASSES:
        is_record = issubclass(c, tuple) or dataclasses.is_dataclass(c)
        is_interface = getattr(c, "_is_protocol", False)
        assert c in (*BASES, *NETWORKS, *OPTIMIZERS, Weight) or is_record or is_interface, c


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_trains_two_steps_with_every_optimizer(network, optimizer, dtype):
    """Two steps downhill lower a squared error, move every weight, and keep the dtype."""
    model = network(3, 4, 2, rng=0, dtype=dtype)
    xs = np.random.default_rng(1).standard_normal((5, 3, 6)).astype(dtype)
    targets = np.random.default_rng(2).standard_normal((5, 2, 6)).astype(dtype)
    before = {name: array.copy() for name, array in model.parameters().items()}
    update = optimizer(0.01).update
    losses = []
    for _ in range(3):
        result = unroll(model, xs)
        loss, dys = squared_error(result.ys, targets)
        losses.append(loss)
        if len(losses) < 3:
            update(model.parameters(), backpropagate(result.cache, dys=dys))
    assert losses[0] > losses[1] > losses[2]
    for name, array in model.parameters().items():
        assert array.dtype == dtype
        assert not np.array_equal(array, before[name]), name
