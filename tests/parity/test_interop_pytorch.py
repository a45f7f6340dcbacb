"""Bridges to PyTorch, live: its modules and ours agree in results and gradients, whoever drew the weights."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

import torch

from lstm_tutorial import (
    GRU,
    LSTM,
    RNN,
    Variant,
    backpropagate_layers,
    layer_parameters,
    unroll,
    unroll_layers,
)
from lstm_tutorial.interop import from_pytorch, to_pytorch
from tests.asserts import assert_raises, assert_same
from tests.parity.layers import lengths_of, run
from tests.problems import D, H, O, in_form, layers_values, parts, relative_error, stack

KINDS = {"LSTM": "LSTM", "GRU": "GRU, reset after", "RNN": "RNN"}
DTYPES = {torch.float64: np.float64, torch.float32: np.float32}


def drawn(kind: str, depth: int, directions: int, dtype: Any) -> tuple[Any, Any]:
    """Make a module and a read-out with PyTorch's own random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        settings = {"num_layers": depth, "bidirectional": directions == 2, "dtype": dtype}
        return getattr(torch.nn, kind)(D, H, **settings), torch.nn.Linear(directions * H, O, dtype=dtype)


@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(("depth", "directions"), [(1, 1), (3, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bridge", ["from", "to"])
def test_results_and_gradients_agree(bridge, kind, depth, directions, dtype, ragged):
    """To 1e-12 in float64 and 1e-6 in float32, in norm, array by array."""
    if bridge == "from":
        module, read_out = drawn(kind, depth, directions, dtype)
        made = from_pytorch(module, read_out)
        layers = made if isinstance(made, list) else [made]
    else:
        layers = stack(KINDS[kind], depth, directions, dtype=DTYPES[dtype])
        module, read_out = to_pytorch(layers)
    T, B = 5, 4
    lengths = lengths_of(T, B, ragged)
    values = layers_values(layers, T, B) | {"masks": [None] * (depth - 1)}
    expected = run([module], read_out, layers, values, lengths)
    ours = unroll_layers(layers, values["xs"], in_form(layers, values, "{}0"), lengths=lengths)
    dstates = in_form(layers, values, "d{}")
    gradients = backpropagate_layers(ours.cache, dys=values["dys"], dhs=values["dhs"], dstates=dstates)
    found = {"ys": ours.ys, "hs": ours.hs} | {f"grad_{name}": g for name, g in gradients.items()}
    for mine, theirs in zip(parts(ours.states), parts(in_form(layers, expected, "{}")), strict=True):
        assert relative_error(mine, theirs) < (1e-12 if dtype == torch.float64 else 1e-6)
    assert found.keys() <= expected.keys()
    assert {name for name in expected if name.startswith("grad_")} <= found.keys()
    for name, array in found.items():
        assert array.dtype == expected[name].dtype == DTYPES[dtype]
        assert relative_error(array, expected[name]) < (1e-12 if dtype == torch.float64 else 1e-6), name


@pytest.mark.parametrize("dtype", DTYPES.values())
@pytest.mark.parametrize(("depth", "directions"), [(1, 1), (1, 2), (3, 2)])
@pytest.mark.parametrize("kind", KINDS.values())
def test_there_and_back_the_bits_are_the_same(kind, depth, directions, dtype):
    """Read-out included; only the two biases of a pair's read-outs arrive as one."""
    layers: Any = stack(kind, depth, directions, dtype=dtype)
    if directions == 2:
        layers[-1][1].Wy_bias = np.zeros((O, 1))
    before = torch.random.get_rng_state()
    back = from_pytorch(*to_pytorch(layers))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert_same(layer_parameters(back if isinstance(back, list) else [back]), layer_parameters(layers))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_cell_is_one_step(kind, dtype):
    """A cell becomes the network whose `forward` it is."""
    with torch.random.fork_rng(devices=[]):
        cell = getattr(torch.nn, f"{kind}Cell")(D, H, dtype=dtype)
    network = from_pytorch(cell)
    rng = np.random.default_rng(0)
    x, *state = (
        rng.standard_normal((n, 4)).astype(network.dtype) for n in (D, *[H] * len(network.state_names))
    )
    columns = [torch.tensor(part.T.copy()) for part in state]
    after = cell(torch.tensor(x.T.copy()), tuple(columns) if len(columns) > 1 else columns[0])
    for ours, theirs in zip(
        network.forward(x, *state)[1:], after if len(state) > 1 else [after], strict=True
    ):
        limit = 1e-12 if dtype == torch.float64 else 1e-6
        np.testing.assert_allclose(ours, theirs.detach().numpy().T, rtol=0, atol=limit)


def test_a_module_without_biases_and_the_other_layout():
    """Missing biases are zero. `batch_first` swaps axes of arrays and no weights."""
    with torch.random.fork_rng(devices=[]):
        module = torch.nn.LSTM(D, H, bias=False, batch_first=True, dtype=torch.float64)
    network = from_pytorch(module, torch.nn.Linear(H, O, bias=False, dtype=torch.float64))
    assert not any(array.any() for name, array in network.parameters().items() if "bias" in name)
    xs = np.random.default_rng(0).standard_normal((5, D, 2))
    output, _ = module(torch.tensor(xs.transpose(2, 0, 1).copy()))
    np.testing.assert_allclose(unroll(network, xs).hs, output.detach().numpy().transpose(1, 2, 0), atol=1e-12)


def test_nothing_is_shared():
    """A bridge copies: what happens to one side later does not reach the other."""
    network = LSTM(D, H, O, rng=0)
    module, read_out = to_pytorch(network)
    back = from_pytorch(module, read_out)
    with torch.no_grad():
        for parameter in (*module.parameters(), *read_out.parameters()):
            parameter.zero_()
    assert_same(back.parameters(), network.parameters())
    assert to_pytorch(LSTM(D, H, None))[1] is None


ONE_SIZE = "layers must have one hidden_size and as many directions each: PyTorch has no other"
nn, two = torch.nn, LSTM(H, H + 1, None)
BAD: dict[str, tuple[type[Exception], str, Any]] = {
    "projections": (ValueError, "proj_size must be 0, since no network here projects, got 2",
        lambda: from_pytorch(nn.LSTM(D, H, proj_size=2))),
    "relu": (ValueError, "nonlinearity must be 'tanh', got 'relu'",
        lambda: from_pytorch(nn.RNN(D, H, nonlinearity="relu"))),
    "relu cell": (ValueError, "nonlinearity must be 'tanh', got 'relu'",
        lambda: from_pytorch(nn.RNNCell(D, H, nonlinearity="relu"))),
    "linear": (TypeError, "module must be an LSTM, GRU or RNN of torch.nn, or a cell, got "
        "Linear(in_features=3, out_features=5, bias=True)", lambda: from_pytorch(nn.Linear(D, H))),
    "half": (TypeError, "dtype must be float32 or float64, got 'bfloat16'",
        lambda: from_pytorch(nn.GRU(D, H, dtype=torch.bfloat16))),
    "read-out": (ValueError, f"read_out must have shape ({O}, {2 * H}), got ({O}, {H})",
        lambda: from_pytorch(nn.GRU(D, H, bidirectional=True), nn.Linear(H, O))),
    "variant": (TypeError, f"network must be LSTM or GRU or RNN for PyTorch, got {Variant(D, H, O)}",
        lambda: to_pytorch(Variant(D, H, O))),
    "reset": (ValueError, "reset must be 'after' for PyTorch, got a GRU with 'before'",
        lambda: to_pytorch(GRU(D, H, O, reset="before"))),
    "kinds": (ValueError, "layers must be of one kind for PyTorch, got LSTM and RNN",
        lambda: to_pytorch([LSTM(D, H, None), RNN(H, H, O)])),
    "sizes": (ValueError, ONE_SIZE,
        lambda: to_pytorch([LSTM(D, H, None), two])),
    "directions": (ValueError, ONE_SIZE,
        lambda: to_pytorch([LSTM(D, H, None), (LSTM(H, H, None), LSTM(H, H, None))])),
}  # fmt: skip


@pytest.mark.parametrize(("error", "message", "call"), BAD.values(), ids=BAD)
def test_what_is_not_the_same_is_refused(error, message, call):
    assert_raises(error, message, call)
