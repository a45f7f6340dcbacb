"""Both forms of the GRU against ONNX Runtime, whose default is the reset gate before the product."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="ONNX Runtime is in the group `parity`, which is not installed")

import onnx
import onnxruntime

from lstm_tutorial import GRU, unroll
from tests.problems import D, H, problem


def session(gru: GRU) -> Any:
    """Return ONNX Runtime's GRU with our weights: gates in the order z, r, n, and two biases."""
    W = np.concatenate((gru.Wz, gru.Wr, gru.Wn))[None]  # (1, 3H, D+H)
    bias = np.concatenate((gru.Wz_bias, gru.Wr_bias, gru.Wn_bias))[:, 0]  # (3H,)
    hidden = np.zeros_like(bias)  # (3H,)
    if gru.reset == "after":
        hidden[2 * H :] = gru.Wn_hidden_bias[:, 0]
    arrays = {"W": W[:, :, :D], "R": W[:, :, D:], "B": np.concatenate((bias, hidden))[None]}
    node = onnx.helper.make_node(
        "GRU",
        ["xs", "W", "R", "B", "", "h0"],
        ["hs", "h"],
        hidden_size=H,
        linear_before_reset=int(gru.reset == "after"),
    )
    kind = onnx.helper.np_dtype_to_tensor_dtype(gru.dtype)
    shapes: dict[str, Any] = {
        "xs": ["T", "B", D],
        "h0": [1, "B", H],
        "hs": ["T", 1, "B", H],
        "h": [1, "B", H],
    }
    values = {name: onnx.helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()}
    graph = onnx.helper.make_graph(
        [node],
        "gru",
        [values["xs"], values["h0"]],
        [values["hs"], values["h"]],
        [onnx.numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_gru_is_onnx_runtimes(reset):
    """In float32: ONNX Runtime's GRU knows no other dtype."""
    gru, values = problem(12, 4, dtype=np.float32, network=f"GRU, reset {reset}")
    feeds = {"xs": values["xs"].swapaxes(1, 2).copy(), "h0": values["h0"].T[None].copy()}
    hs, h = session(gru).run(None, feeds)
    ours = unroll(gru, values["xs"], values["h0"])
    np.testing.assert_allclose(ours.hs, hs[:, 0].swapaxes(1, 2), rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.h, h[0].T, rtol=0, atol=1e-6)
