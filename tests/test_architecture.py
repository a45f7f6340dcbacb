"""Which file may import which, and: everything public can be made and used.

The rules are those of CONTRIBUTING.md. They are read from the source, so an import inside a function counts.
"""

import ast
import dataclasses
import importlib
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

import lstm_tutorial
from lstm_tutorial.optim import SGD, Adam, Optimizer
from lstm_tutorial.parameters import Parameters, Weight

PACKAGE = Path(lstm_tutorial.__file__).parent

ON_FUNCTIONS = {"checks", "activations", "parameters"}
MAY_IMPORT = {
    "checks": set(),
    "activations": {"checks"},
    "losses": {"checks"},
    "parameters": {"checks"},
    "lstm": ON_FUNCTIONS,
    "rnn": ON_FUNCTIONS,
    "variants": ON_FUNCTIONS,
    "optim": {"checks"},
    "tasks": {"checks"},
    "gradcheck": {"checks"},
    "sequence": {"checks", "lstm"},
    "train": {"checks", "lstm", "sequence", "optim"},
}
MODULES = {path.stem: path for path in PACKAGE.glob("*.py") if path.stem != "__init__"}


def imports_of(path):
    """Return the full names of the modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names = [alias.name for alias in node.names]
            yield from (
                [f"lstm_tutorial.{n}" for n in names] if node.module == "lstm_tutorial" else [node.module]
            )


@pytest.mark.parametrize("module", sorted(MODULES.keys() | MAY_IMPORT.keys()))
def test_who_imports_whom(module):
    """Every file stands in the table above, imports what it says, and beside that NumPy and Python alone."""
    imports = set(imports_of(MODULES[module]))
    own = {name.split(".")[1] for name in imports if name.startswith("lstm_tutorial.")}
    assert own <= MAY_IMPORT[module]
    foreign = {name.split(".")[0] for name in imports} - {"lstm_tutorial", "numpy"}
    assert foreign <= sys.stdlib_module_names


def test_nothing_is_pickled():
    """A pickle runs code when it is read; every array here is read and written as an array."""
    root = PACKAGE.parent
    for folder in ("lstm_tutorial", "scripts", "tests"):
        for path in (root / folder).rglob("*.py"):
            roots = {(name or "").split(".")[0] for name in imports_of(path)}
            assert not roots & {"pickle", "dill", "joblib", "shelve"}, path


def test_public_names_exist_and_are_documented():
    """`__all__` is what a reader gets: each name is there and says what it is."""
    assert len(set(lstm_tutorial.__all__)) == len(lstm_tutorial.__all__)
    for name in lstm_tutorial.__all__:
        assert inspect.getdoc(getattr(lstm_tutorial, name)), name


# Everything public can be made and used.


def public_classes():
    """Return the classes that the package defines, but for private ones and those for type checkers."""
    for module in map(importlib.import_module, [f"lstm_tutorial.{name}" for name in sorted(MODULES)]):
        for name, value in vars(module).items():
            if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                yield value


NETWORKS = [c for c in public_classes() if issubclass(c, Parameters) and c is not Parameters]
OPTIMIZERS = [c for c in public_classes() if issubclass(c, Optimizer) and c is not Optimizer]
BASES = {Parameters, Optimizer, Weight}


def test_every_public_class_is_known():
    """A network, an optimizer, the base of one, a record of values, or an interface: all are tried below."""
    assert {"LSTM", "RNN"} <= {network.__name__ for network in NETWORKS}
    assert {SGD, Adam} <= set(OPTIMIZERS)
    for c in public_classes():
        is_record = issubclass(c, tuple) or dataclasses.is_dataclass(c)
        is_interface = getattr(c, "_is_protocol", False)
        assert c in BASES or c in NETWORKS or c in OPTIMIZERS or is_record or is_interface, c


def over_time(network):
    """Return the two functions that run this kind of network over time and back."""
    name = "sequence" if network is lstm_tutorial.LSTM else network.__module__.split(".")[1]
    module = importlib.import_module(f"lstm_tutorial.{name}")
    return module.unroll, module.backpropagate


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_trains_two_steps_with_every_optimizer(network, optimizer, dtype):
    """Two steps downhill lower a squared error, move every weight, and keep the dtype."""
    unroll, backpropagate = over_time(network)
    model = network(3, 4, 2, rng=0, dtype=dtype)
    xs = np.random.default_rng(1).standard_normal((5, 3, 6)).astype(dtype)
    targets = np.random.default_rng(2).standard_normal((5, 2, 6)).astype(dtype)
    before = {name: array.copy() for name, array in model.parameters().items()}
    update = optimizer(0.01).update
    losses = []
    for _ in range(3):
        result = unroll(model, xs)
        loss, dys = lstm_tutorial.squared_error(result.ys, targets)
        losses.append(loss)
        if len(losses) < 3:
            update(model.parameters(), backpropagate(result.cache, dys=dys))
    assert losses[0] > losses[1] > losses[2]
    for name, array in model.parameters().items():
        assert array.dtype == dtype
        assert not np.array_equal(array, before[name]), name
