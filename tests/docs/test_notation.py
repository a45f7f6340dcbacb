"""Every row of the notation tables against the running package: the symbol, the code name and the shape.

The table is parsed from the page itself. A symbol is spelled out by rules, so that a wrong one does not
match its code name; the code is evaluated among the values of a real step, forward and backward, so that a
name that does not exist or has another shape fails.
"""

import ast
import inspect
import re
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstm_tutorial
from lstm_tutorial import GRU, LSTM, RNN, backpropagate, network, squared_error, unroll
from lstm_tutorial.gradcheck import STEP
from lstm_tutorial.interop import ORDERS
from tests.docs.pages import all_pages, tables_of, text_of

SIZES = {"D": 3, "H": 5, "O": 2, "B": 4, "T": 7}
PAGE = "reference/notation.md"
COLUMNS = ["Symbol", "Code", "Shape", "Meaning"]


def rows() -> list[tuple[str, ...]]:
    """Return section, symbol, code and shape of every row of the tables of symbols."""
    return [
        (section, row[0].strip("$"), row[1].strip("`"), row[2])
        for section, table in tables_of(PAGE)
        if table[0] == COLUMNS
        for row in table[1:]
    ]


@pytest.fixture(scope="module")
def live() -> dict[str, Any]:
    """Take a step and a sequence, forward and backward, and return the values by the package's names."""
    rng = np.random.default_rng(0)
    D, H, O, B, T = SIZES.values()
    lstm, rnn, gru = LSTM(D, H, O, rng=rng), RNN(D, H, O, rng=rng), GRU(D, H, O, rng=rng)
    x, h, c = (rng.standard_normal((n, B)) for n in (D, H, H))  # (D, B), (H, B), (H, B)
    step = lstm.trace(x, h, c)._asdict()
    sequences: dict[str, Any] = {"xs": rng.standard_normal((T, D, B)), "h0": h, "c0": c}
    unrolled = unroll(lstm, **sequences)
    examples = {
        "xh": np.concatenate((x, h)),  # (D+H, B)
        "gradients": lstm.backward(lstm.trace(x, h, c), dh=np.ones((H, B))),
        "unrolled": unrolled,
        "over_time": backpropagate(unrolled.cache, dys=np.ones((T, O, B))),
        "loss": squared_error(unrolled.ys, np.zeros((T, O, B)))[0],
        "STEP": STEP,
        "u": step["c"],
        "v": step["f"],
        "s": step["f"],
        "W": np.eye(H),
        "jacobian": np.eye(H),
        "np": np,
    }
    preactivations = dict(zip(("a_f", "a_i", "a_c", "a_o"), lstm.preactivations(x, h), strict=True))  # (H, B)
    of_gates = {f"d{name}": value for name, value in preactivations.items()}  # (H, B)
    gates_of_gru = {name: getattr(gru.trace(x, h), name) for name in "rzn"}  # (H, B)
    of_values = {f"d{name}": value for name, value in step.items()}  # a gradient has the shape of its value
    sizes = {"input_size": D, "hidden_size": H, "output_size": O, "batch_size": B, "lag": 3, "t_max": 50.0}
    public = {name: getattr(lstm_tutorial, name) for name in lstm_tutorial.__all__}
    parameters = gru.parameters() | rnn.parameters() | lstm.parameters()
    steps = step | of_values | preactivations | of_gates | gates_of_gru
    found: dict[str, Any] = public | steps | parameters | sizes | sequences | examples
    return found


def spelled(symbol: str) -> str:
    r"""Spell a symbol as code: ``\forget{f_t}`` is f, ``h_{t-1}`` is h_prev, ``b_f`` is Wf_bias."""
    name = re.sub(r"\\(forget|inp|cand|outp|cell|hid)\{(.*)\}", r"\2", symbol)
    name = re.sub(r"\\mathrm\{d\}", "d", name)
    name = re.sub(r"^(\w+)_1, \\dots, \1_T$", r"\1s", name)
    name = re.sub(r"a_\{\\tilde c\}", "a_c", name)
    name = re.sub(r"\\tilde c", "c_tilde", name)
    name = name.replace("_{t-1}", "_prev").removesuffix("_t").removesuffix("_T").replace("_0", "0")
    name = re.sub(r"\b(d?)b_(\w)", r"\1W\2_bias", name)
    return re.sub(r"W_(\w)$", r"W\1", name)


def bare(code: str) -> str:
    """Return the name in a piece of code: ``unrolled.hs`` is hs, ``gradients["Wf"]`` is dWf."""
    code = re.sub(r'^(?:gradients|over_time)\["(\w+)"\]$', r"d\1", code)
    code = re.sub(r"^W(\w) @ xh \+ W\1_bias$", r"a_\1", code)
    return code.removeprefix("unrolled.")


# The sections where a symbol and its code are one name, and the symbols that are not spelled.
NAMED = {"One step", "Weights", "The plain network", "The gated recurrent unit", "Sequences", "Gradients"}
OWN_NAMES = {
    "[x_t; h_{t-1}]": "xh",
    "U": "Wh[:, input_size:]",
    "W_{nx}": "Wn[:, :input_size]",
    "W_{nh}": "Wn[:, input_size:]",
    "b_{nh}": "Wn_hidden_bias",
}


@pytest.mark.parametrize(("section", "symbol", "code", "shape"), rows())
def test_a_row_agrees_with_the_package(
    live: dict[str, Any], section: str, symbol: str, code: str, shape: str
) -> None:
    """The code exists and has the shape that the table gives."""
    value = eval(code, dict(live))
    if shape == "integer":
        assert isinstance(value, int)
    elif shape == "number":
        assert np.shape(value) == ()
    else:
        assert np.shape(value) == tuple(eval(shape, dict(SIZES)))


@pytest.mark.parametrize(
    ("symbol", "code"), [(symbol, code) for section, symbol, code, _ in rows() if section in NAMED]
)
def test_a_symbol_spells_its_code(symbol: str, code: str) -> None:
    """No symbol stands beside the name of another."""
    assert OWN_NAMES.get(symbol, spelled(symbol)) == bare(code)


def test_the_preactivations_are_what_is_squashed(live: dict[str, Any]) -> None:
    """What the table calls a_f is `Wf @ xh + Wf_bias`, and its sigmoid the forget gate; so for the others."""
    for gate, name in zip("fico", ("f", "i", "c_tilde", "o"), strict=True):
        squash = "tanh" if gate == "c" else "sigmoid"
        product = eval(f"W{gate} @ xh + W{gate}_bias", dict(live))  # (H, B)
        np.testing.assert_allclose(live[f"a_{gate}"], product, rtol=1e-13)
        np.testing.assert_allclose(live[squash](live[f"a_{gate}"]), live[name], rtol=1e-14)


def test_every_value_of_a_step_and_every_parameter_has_a_row() -> None:
    """The tables leave out nothing that a trace or a network holds."""
    codes = {code for _, _, code, _ in rows()}
    for step in (lstm_tutorial.StepTrace, lstm_tutorial.RNNTrace, lstm_tutorial.GRUTrace):
        assert set(step._fields) <= codes
    for cell in (LSTM, RNN, GRU):
        assert set(cell(1, 1, 1).parameters()) <= codes


def test_the_names_of_gradients_are_those_of_the_cell() -> None:
    """As the section says: `lstm.py` and `network.py` call them so."""
    trees = [
        ast.parse(Path(inspect.getfile(source)).read_text(encoding="utf-8")) for source in (LSTM, network)
    ]
    names = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    codes = {code for section, _, code, _ in rows() if section == "Gradients"}
    assert {code for code in codes if code.isidentifier()} - names == set()


def test_no_symbol_and_no_name_stands_twice() -> None:
    """One letter, one meaning."""
    symbols = [symbol for _, symbol, _, _ in rows()]
    codes = [code for _, _, code, _ in rows()]
    assert len(symbols) == len(set(symbols))
    assert len(codes) == len(set(codes))


LATIN = set(string.ascii_letters)
GREEK = (
    "alpha|beta|gamma|delta|varepsilon|epsilon|eta|theta|lambda|mu|rho|sigma|tau|ell|phi|psi|omega|partial"
)


def letters_of(page: str) -> set[str]:
    """Return the letters in a page's mathematics: Latin ones, and the names of Greek ones."""
    text = re.sub(r"^( *)(```+)[^\n]*\n.*?^\1\2 *$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`\n]+`|<!--.*?-->", "", text, flags=re.DOTALL)
    formulas = re.sub(r"\\(?:text|operatorname|mathrm|begin|end)\{[^}]*\}", " ", " ".join(formulas_of(text)))
    formulas = re.sub(r"\[?[\d.]+(?:em|pt)\b\]?", " ", formulas)  # spaces
    return set(re.findall(rf"\\(?:{GREEK})\b", formulas)) | set(re.sub(r"\\[a-zA-Z]+", " ", formulas)) & LATIN


def formulas_of(text: str) -> list[str]:
    """Return what stands between dollar signs."""
    return [a or b for a, b in re.findall(r"\$\$(.+?)\$\$|\$([^$]+?)\$", text, flags=re.DOTALL)]


@pytest.mark.parametrize("page", [page for page in all_pages() if page != PAGE])
def test_every_letter_of_a_page_is_in_the_notation(page: str) -> None:
    """A page uses no letter in its mathematics that the notation does not have."""
    assert letters_of(page) - letters_of(PAGE) == set()


def rosetta() -> dict[str, dict[str, str]]:
    """Return the table of other implementations as cells by column and row."""
    table = next(table for section, table in tables_of(PAGE) if section == "The same cell elsewhere")
    header, *body = table
    return {name: {row[0]: row[k] for row in body} for k, name in enumerate(header) if k > 0}


def test_our_order_of_gates_is_the_order_of_the_parameters() -> None:
    """The first column of the Rosetta table is the order in which the package lists its gates."""
    names = [name[1] for name in LSTM(1, 1, 1).parameters() if re.fullmatch(r"W[^y]", name)]
    assert rosetta()["this site"]["order of the gates"] == ", ".join(names)


@pytest.mark.parametrize("framework", ["PyTorch `nn.LSTM`", "Keras `LSTM`", "ONNX `LSTM`"])
def test_every_order_names_the_gates_of_its_column(framework: str) -> None:
    """A framework's order of gates consists of the letters that its column gives to the four gates."""
    column = rosetta()[framework]
    letters = [column[gate] for gate in ("forget gate", "input gate", "candidate", "output gate")]
    assert sorted(column["order of the gates"].split(", ")) == sorted(letters)


@pytest.mark.parametrize("column", ["PyTorch `nn.LSTM`", "Keras `LSTM`", "ONNX `LSTM`"])
def test_the_orders_are_those_of_the_bridges(column: str) -> None:
    """`lstm_tutorial.interop` carries weights over in these orders, and `tests/parity` compares results."""
    cells = rosetta()[column]
    gates = {"Wf": "forget gate", "Wi": "input gate", "Wc": "candidate", "Wo": "output gate"}
    order = [cells[gates[name]] for name in ORDERS[column.split()[0]]["LSTM"]]
    assert cells["order of the gates"] == ", ".join(order)
