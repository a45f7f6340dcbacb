"""The LSTM on one page: its formulas count parameters, and its orders of gates are those of the notation."""

import re

import pytest

from lstm_tutorial import GRU, LSTM
from tests.docs.pages import text_of
from tests.docs.test_notation import rosetta

PAGE = "reference/summary.md"


def count(formula: str, D: int, H: int, O: int) -> int:
    """Evaluate a formula of the page."""
    product = re.sub(r"(?<=[\w)])\\,(?=[\w(])", "*", formula)  # a thin space multiplies
    return int(eval(product, {"D": D, "H": H, "O": O}))


@pytest.mark.parametrize(("D", "H", "O"), [(1, 1, 1), (10, 20, 5), (3, 4, 2)])
def test_the_formulas_count_the_parameters(D: int, H: int, O: int) -> None:
    section = text_of(PAGE).split("## Number of parameters")[1].split("\n## ")[0]
    layer, read_out, two_biases = re.findall(r"(?:4|O)\\,[^$]*?\)(?= |\$)", section)

    def size(network: LSTM | GRU) -> int:
        return sum(array.size for array in network.parameters().values())

    assert count(layer, D, H, O) == size(LSTM(D, H, None))
    assert count(read_out, D, H, O) == size(LSTM(D, H, O)) - size(LSTM(D, H, None))
    assert count(two_biases, D, H, O) == size(LSTM(D, H, None)) + 4 * H
    assert "A GRU has 3 in place of 4" in section
    assert count(layer.replace("4", "3"), D, H, O) == size(GRU(D, H, None, reset="before"))


def test_the_orders_are_those_of_the_notation() -> None:
    """There, tests hold our order and PyTorch's against the code."""
    rows = re.findall(
        r"^\| \[?([\w ]+?)(?:\]\(\S+\))? \| (\w, \w, \w, \w) \|", text_of(PAGE), flags=re.MULTILINE
    )
    orders = {name.split()[0].strip("`"): column["order of the gates"] for name, column in rosetta().items()}
    ours = {name.split()[0]: order for name, order in rows}
    assert ours.pop("TensorFlow") == "i, j, f, o"  # the notation leaves it out
    assert ours == {name: orders[name] for name in ("this", "PyTorch", "Keras", "ONNX")}
