"""What CONTRIBUTING.md shows is so: the network that it adds has right gradients and trains."""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import SGD, backpropagate, check_gradients, squared_error, trace_sequence, unroll

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LENGTHS = [6, 0, 3]  # of three columns: full, empty, and with padding


def code() -> str:
    """Return the Python of the section, one block after the other."""
    (section,) = re.findall(r"^## Adding a network\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL)
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def network_type() -> Any:
    """Run the code and return the class that it defines."""
    names: dict[str, Any] = {"__name__": "leaky"}
    exec(compile(code(), "CONTRIBUTING.md", "exec"), names)
    return names["Leaky"]


def test_the_code_is_short():
    assert 20 < len(code().splitlines()) < 40


def test_the_gradients_over_time(network_type):
    """Those of all weights, inputs and initial states, through every result, by central differences."""
    rng = np.random.default_rng(0)
    network = network_type(3, 4, 2, rng=1)
    for name in ("Wz_bias", "Wn_bias", "Wy_bias"):
        setattr(network, name, rng.standard_normal(getattr(network, name).shape))
    inputs: dict[str, Any] = {"xs": rng.standard_normal((6, 3, 3))}  # (T, D, B)
    inputs["h0"] = rng.standard_normal((4, 3))  # (H, B)

    def run(**options: Any) -> Any:
        return unroll(network, **inputs, lengths=LENGTHS, **options)

    for checkpoint_every in (None, 2):
        cache = run(checkpoint_every=checkpoint_every).cache
        report = check_gradients(
            lambda: run()[:3],  # ys, hs, h
            network.parameters() | inputs,
            lambda dys, dhs, dh, cache=cache: backpropagate(cache, dys=dys, dhs=dhs, dh=dh),
        )
        assert report.ok, report
        assert report.max_error < 1e-8


def test_two_steps_downhill_lower_the_loss(network_type):
    rng = np.random.default_rng(2)
    network = network_type(3, 4, 2, rng=3)
    xs, targets = rng.standard_normal((6, 3, 5)), rng.standard_normal((6, 2, 5))  # (T, D, B), (T, O, B)
    optimizer, losses = SGD(0.1), []
    for _ in range(3):
        result = unroll(network, xs)
        loss, dys = squared_error(result.ys, targets)
        losses.append(loss)
        optimizer.update(network.parameters(), backpropagate(result.cache, dys=dys))
    assert losses[0] > losses[1] > losses[2]


def test_a_trace_can_be_changed(network_type):
    """With the gate held open and the candidate at zero, nothing of the initial state is lost."""
    network, xs, h0 = network_type(3, 4, 2, rng=4), np.ones((5, 3, 2)), np.full((4, 2), 0.5)

    def hold(t: int, name: str, value: Any) -> None:
        if name != "h":
            value[...] = {"z": 1.0, "n": 0.0}[name]

    np.testing.assert_array_equal(trace_sequence(network, xs, h0).h, unroll(network, xs, h0).hs)
    assert (trace_sequence(network, xs, h0, intervene=hold).h == 0.5).all()


def test_the_layers_are_those_that_are_checked():
    """In the order of the contract that `make check` runs."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    package, *_ = config["tool"]["importlinter"]["contracts"]
    assert package["containers"] == ["lstm_tutorial"]
    assert "```text\n" + "\n".join(package["layers"]) + "\n```" in TEXT
