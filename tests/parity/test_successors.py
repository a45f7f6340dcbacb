"""minGRU, minLSTM, sLSTM and mLSTM as the pages show them, beside the packages minGRU-pytorch and xlstm.

xlstm is by the authors of sLSTM and mLSTM. Attention is compared with PyTorch's. The LRU is compared
with NumPy's convolution, and Mamba with a sigmoid, the gate that its paper derives.
"""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")
pytest.importorskip("xlstm", reason="xlstm is in the group `successors`, not installed here")
pytest.importorskip("minGRU_pytorch", reason="minGRU-pytorch is in the group `successors` too")

import torch
from minGRU_pytorch.minGRU import minGRU
from minGRU_pytorch.minLSTM import minLSTM
from xlstm.blocks.mlstm.backends import parallel_stabilized_simple, recurrent_step_stabilized_simple
from xlstm.blocks.slstm.src.vanilla.slstm import slstm_forward_pointwise

from lstm_tutorial import sigmoid
from scripts.experiments import successors

T, D, H, B, d = 50, 4, 6, 3, 8


def close(ours: Any, theirs: Any) -> None:
    """Agree to 1e-12 of the largest number."""
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert abs(ours - theirs).max() < 1e-12 * abs(theirs).max()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("along_time", [successors.loop, successors.scan])
def test_min_gru_and_min_lstm(along_time: Any, rng: np.random.Generator) -> None:
    xs = 3 * rng.standard_normal((T, H, B))  # (T, D, B), where D = H
    batch = torch.from_numpy(xs.transpose(2, 0, 1).copy())  # (B, T, D)
    gru, lstm = minGRU(H).double(), minLSTM(H).double()
    Wv, Wz = gru.to_hidden_and_gate.weight.detach().numpy().reshape(2, H, H)
    close(along_time(*successors.min_gru(Wz @ xs, Wv @ xs)), gru(batch).detach().permute(1, 2, 0))
    Wv, Wf, Wi = lstm.to_hidden_and_f_i_gate.weight.detach().numpy().reshape(3, H, H)
    close(along_time(*successors.min_lstm(Wf @ xs, Wi @ xs, Wv @ xs)), lstm(batch).detach().permute(1, 2, 0))


def test_slstm(rng: np.random.Generator) -> None:
    a_f, a_i, a_z, a_o = 3 * rng.standard_normal((4, T, H, B))  # (T, H, B) each
    c = n = m = np.zeros((H, B))
    states = torch.zeros((4, B, H), dtype=torch.float64)
    for t in range(T):
        h, c, n, m = successors.slstm(a_f[t], a_i[t], a_z[t], a_o[t], c, n, m)
        raw = torch.from_numpy(np.concatenate((a_i[t], a_f[t], a_z[t], a_o[t])).T.copy())  # (B, 4H)
        states, _ = slstm_forward_pointwise(raw, 0 * raw, 0 * raw[:1], states, {})
        close(h, states[0].T)


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("ours", [successors.mlstm, successors.mlstm_parallel])
def test_mlstm(ours: Any, size: float, rng: np.random.Generator) -> None:
    """Both of our forms against both of theirs; with a size of 30 some exponents exceed 70."""
    q, k, v = rng.standard_normal((3, T, d))  # (T, d) each
    a_f, a_i = size * rng.standard_normal((2, T))  # (T,) each
    rows = [
        torch.from_numpy(rows)[None, None] for rows in (q, k, v, a_i[:, None], a_f[:, None])
    ]  # (1, 1, T, .)
    read = ours(q, k, v, a_f, a_i)
    close(read, parallel_stabilized_simple(*rows, eps=0)[0, 0])
    state = (
        torch.zeros((1, 1, d, d)).double(),
        torch.zeros((1, 1, d, 1)).double(),
        torch.zeros((1, 1, 1, 1)).double(),
    )
    for t in range(T):
        h, state = recurrent_step_stabilized_simple(
            *state, *[row[:, :, t : t + 1].clone() for row in rows], eps=0
        )
        np.testing.assert_allclose(read[t], h[0, 0, 0], rtol=0, atol=1e-12 * abs(read).max())


def test_attention(rng: np.random.Generator) -> None:
    q, k, v = rng.standard_normal((3, T, d))  # (T, d) each
    rows = [torch.from_numpy(rows)[None] for rows in (q, k, v)]
    theirs = torch.nn.functional.scaled_dot_product_attention(*rows, is_causal=True)
    close(successors.attention(q, k, v), theirs[0])


@pytest.mark.parametrize("length", [1, 2, 3, 31, 64])
def test_the_lru_is_a_convolution_with_powers_of_its_factor(length: int, rng: np.random.Generator) -> None:
    """By the loop and by the scan, where the number of steps is a power of two and where it is not."""
    v = rng.standard_normal((length, 1, 1)) + 1j * rng.standard_normal((length, 1, 1))  # (T, H, B)
    nu, theta = rng.standard_normal((2, 1, 1))
    factor = np.exp(-np.exp(nu.item())) * np.exp(1j * np.exp(theta.item()))
    scaled = (1 - abs(factor) ** 2) ** 0.5 * v[:, 0, 0]  # (T,)
    expected = np.convolve(scaled, factor ** np.arange(length))[:length]
    for along_time in (successors.loop, successors.scan):
        close(along_time(*successors.lru(nu, theta, v))[:, 0, 0], expected)


def test_mamba_keeps_what_a_gate_keeps(rng: np.random.Generator) -> None:
    """With A = -1, a is 1 minus a sigmoid; scan and loop agree where each input has several states."""
    a_delta, x = rng.standard_normal((2, T, D, B))  # (T, D, B) each
    Bx = rng.standard_normal((T, H, B))  # (T, N, B)
    a, b = successors.mamba(-np.ones((D, H)), a_delta, Bx, x)  # (T, D, N, B) each
    close(a[:, :, 0], 1 - sigmoid(a_delta))
    close(b[:, 2, 1], np.log(1 + np.exp(a_delta[:, 2])) * x[:, 2] * Bx[:, 1])
    kept = a.copy(), b.copy()
    close(successors.scan(a, b), successors.loop(a, b))
    assert np.array_equal(kept, (a, b)), "arguments are left as they were"
