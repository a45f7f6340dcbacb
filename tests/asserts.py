"""Assertions that several test files share. No test is here."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest


def assert_raises(error: type[Exception], message: str, call: Callable[[], Any]) -> None:
    """Assert that a call raises this error in exactly these words."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def assert_same(arrays: Mapping[str, Any], others: Mapping[str, Any]) -> None:
    """Assert that two dicts hold the same arrays under the same names, bit for bit."""
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        assert np.asarray(array).tobytes() == np.asarray(others[name]).tobytes(), name


def copies(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return copies of all arrays, by their names."""
    return {name: np.array(array) for name, array in arrays.items()}
