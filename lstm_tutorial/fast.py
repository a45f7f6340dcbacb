"""The LSTM's fast path along consecutive steps and back: it equals the plain loop of `lstm_tutorial.network`.

The equations are those of `lstm_tutorial.lstm`, and the results agree to rounding. Two ideas make them fast:

1. *One product a step.* Weights and biases are one matrix, which acts on ``z = [x; h_prev; 1]``. All arrays
   are allocated beforehand, and a step writes into them: `h` into the ``z`` of the next step, a gate into its
   rows. The weights' gradient, a sum of products over steps, is one product of longer matrices.
2. *Local derivatives first.* The local derivatives of a step, such as dc/df, do not depend on the gradient
   that arrives. They are computed for a block of n steps that fits into the processor's cache; the loop
   backward is then seven calls a step.

`LSTM.run` and `LSTM.run_backward` are the first two functions; checks, lengths, states, the read-out and
checkpoints are in `lstm_tutorial.network`, as for every network. Letters as there.
"""

from typing import Any, NamedTuple

import numpy as np

from lstm_tutorial.checks import FloatArray
from lstm_tutorial.network import Gradients, State, side_by_side

BLOCK_BYTES = 2**20
"""The memory that gates, local derivatives and cell states of a block may take, to stay in the cache."""
BLOCK_STEPS = 12
"""The least number of steps of a full block: with fewer, the product for the weights' gradient is slow."""


class Steps(NamedTuple):
    """Every value of K consecutive steps that the backward pass needs."""

    z: FloatArray
    """What each step reads, ``[x; h_prev; 1]``, (K+1, D+H+1, B); the last one has `h` and no `x`."""
    gates: FloatArray
    """f, i, c_tilde and o, (K, 4H, B)."""
    cs: FloatArray
    """Cell states, the initial one first, (K+1, H, B)."""


# --8<-- [start:run]
def run(lstm: Any, xs: FloatArray, state: State) -> tuple[FloatArray, State, Steps]:
    """Take one step after another, as `Network.run` does."""
    (K, D, B), H = xs.shape, lstm.hidden_size
    W = np.concatenate((lstm._W, lstm._b), axis=2)  # (4, H, D+H+1)
    W[:2], W[3] = -W[:2], -W[3]  # since sigmoid(a) = 1 / (1 + exp(-a)); tanh takes a as it is
    W = W.reshape(4 * H, -1)  # (4H, D+H+1)
    values = np.empty((K + 1, D + 6 * H + 1, B), xs.dtype)  # z, gates, c_prev: one array is quicker to get
    z, cs = values[:, : D + H + 1], values[:, -H:]  # (K+1, D+H+1, B), (K+1, H, B)
    z[:K, :D], z[0, D:-1], z[:, -1] = xs, state[0], 1  # [x; h_prev; 1]; the loop fills in the other h_prev
    gates = values[:K, D + H + 1 : -H]  # (K, 4H, B)
    rows = [gates[:, k * H : (k + 1) * H] for k in range(4)]  # (K, H, B) each: f, i, c_tilde, o
    c_prev = cs[0] = state[1]  # (H, B)
    hs = z[1:, D:-1]  # (K, H, B), a view: writing h writes the h_prev of the next step
    one = np.asarray(1, xs.dtype)  # (), an array: quicker than a Python number
    a, scratch = np.empty((4 * H, B), xs.dtype), np.empty((H, B), xs.dtype)  # (4H, B), (H, B)
    a_c = a[2 * H : 3 * H]  # (H, B)
    # --8<-- [start:run-loop]
    steps = zip(z[:K], gates, *rows, cs[1:], hs, strict=True)
    for z_t, gates_t, f, i, c_tilde, o, c, h in steps:
        np.dot(W, z_t, a)  # all pre-activations
        np.exp(a, gates_t)
        np.add(gates_t, one, gates_t)
        np.divide(one, gates_t, gates_t)  # sigmoids of all rows
        np.tanh(a_c, c_tilde)  # overwrites the candidate's
        np.multiply(f, c_prev, scratch)
        np.multiply(i, c_tilde, c)
        np.add(c, scratch, c)  # c = f * c_prev + i * c_tilde
        np.tanh(c, scratch)
        np.multiply(o, scratch, h)  # h = o * tanh(c)
        c_prev = c
    # --8<-- [end:run-loop]
    return hs, (hs[-1], cs[-1]), Steps(z, gates, cs)
    # --8<-- [end:run]


# --8<-- [start:run-backward]
def run_backward(
    lstm: Any, steps: Steps, dhs: FloatArray, dstate: State
) -> tuple[Gradients, FloatArray, State]:
    """Go back through the steps of `run`, as `Network.run_backward` does."""
    D, (K, H, B) = lstm.input_size, dhs.shape
    W_T = lstm._W.reshape(4 * H, D + H).T.copy()  # (D+H, 4H), transposed once: products with it are faster so
    dW = np.zeros((4 * H, D + H + 1), dhs.dtype)  # (4H, D+H+1)
    dxs = np.empty((K, D, B), dhs.dtype)  # (K, D, B)
    dh_prev, dc = (d.copy() for d in dstate)  # (H, B) each
    dh, through_h = np.empty((2, H, B), dhs.dtype)  # (H, B) each
    size = max(BLOCK_STEPS, BLOCK_BYTES // max(1, 10 * H * B * dhs.itemsize))
    # One workspace for all blocks, because fresh memory can be slow to get.
    workspace = np.empty((min(size, K), 4, H, B), dhs.dtype)  # (n, 4, H, B)
    for stop in range(K, 0, -size):
        block = slice(max(0, stop - size), stop)
        local, dh_dc = local_derivatives(steps, block, workspace)  # (n, 4, H, B), (n, H, B)
        n = len(local)
        das = local.reshape(n, 4 * H, B)  # (n, 4H, B), the same memory: the loop turns one into the other
        f = steps.gates[block, :H]  # (n, H, B)
        # --8<-- [start:run-backward-loop]
        steps_back = zip(
            dhs[block][::-1],
            das[::-1],
            local[::-1, :3],
            local[::-1, 3],
            dh_dc[::-1],
            f[::-1],
            strict=True,
        )
        for dh_t, da_t, local_fic, local_o, dh_dc_t, f_t in steps_back:
            np.add(dh_t, dh_prev, dh)  # dh_prev: from the next step
            np.multiply(dh, dh_dc_t, through_h)
            np.add(dc, through_h, dc)  # c acts through h and the next c
            np.multiply(local_fic, dc, local_fic)
            np.multiply(local_o, dh, local_o)  # da_t is a gradient now
            np.multiply(dc, f_t, dc)  # on to c_prev
            np.dot(W_T[D:], da_t, dh_prev)  # on to h_prev
        # --8<-- [end:run-backward-loop]
        columns = side_by_side(das)  # (4H, n*B)
        dW += columns @ steps.z[block].swapaxes(1, 2).reshape(n * B, D + H + 1)  # one product for the block
        dxs[block] = (W_T[:D] @ columns).reshape(D, n, B).swapaxes(0, 1)
    gradients = {}
    for name, dW_gate in zip(("Wf", "Wi", "Wc", "Wo"), dW.reshape(4, H, D + H + 1), strict=True):
        gradients[name], gradients[f"{name}_bias"] = dW_gate[:, :-1], dW_gate[:, -1:]  # (H, D+H), (H, 1)
    return gradients, dxs, (dh_prev, dc)
    # --8<-- [end:run-backward]


# --8<-- [start:local-derivatives]
def local_derivatives(steps: Steps, block: slice, workspace: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Compute the local derivatives of a block of n steps.

    Returns the derivatives of c with respect to the pre-activations of f, i and c_tilde, and of h with
    respect to that of o, (n, 4, H, B), and the derivative of h with respect to c, (n, H, B).
    """
    _, H, B = steps.cs.shape
    # --8<-- [start:local-derivatives-body]
    gates = steps.gates[block]  # (n, 4H, B)
    gates = gates.reshape(len(gates), 4, H, B)  # (n, 4, H, B)
    _, i, c_tilde, o = gates.swapaxes(0, 1)  # (n, H, B) each
    c_prev = steps.cs[:-1][block]  # (n, H, B)
    tanh_c = np.tanh(steps.cs[1:][block])  # (n, H, B)
    local = workspace[: len(gates)]  # (n, 4, H, B)
    np.subtract(1, gates, local)
    local *= gates  # s (1 - s); the candidate's rows are written anew below
    local[:, 0] *= c_prev
    local[:, 1] *= c_tilde
    np.multiply(1 - c_tilde * c_tilde, i, local[:, 2])
    local[:, 3] *= tanh_c
    dh_dc = o * (1 - tanh_c * tanh_c)  # (n, H, B)
    # --8<-- [end:local-derivatives-body]
    return local, dh_dc
    # --8<-- [end:local-derivatives]
