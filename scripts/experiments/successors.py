"""What came after the LSTM, as formulas in NumPy: minGRU, minLSTM, LRU, Mamba, sLSTM, mLSTM, attention.

The pages learn/parallel.md and learn/after.md show and run sections of this file, so it is written as on a
page, without type hints. tests/parity compares it with other packages. These are the recurrences alone,
forward: no argument checks, no read-outs, heads or convolutions, and none of the blocks around them.
`scripts.experiments.parity_bits` trains two of them and has their backward passes.

Letters and shapes are those of the package: T steps, D inputs, H units, B sequences, and a sequence is
(T, D, B). mLSTM and attention take one sequence: queries, keys and values are (T, d). Here a_f is the
pre-activation of f, that is, W @ x + bias.
"""

import numpy as np

from lstm_tutorial import sigmoid

# ----------------------------------------------------------------------------------------------------
# Linear recurrences: h = a * h_prev + b, where a and b do not depend on h
# ----------------------------------------------------------------------------------------------------


# --8<-- [start:loop]
def loop(a, b):
    """Return every h of h = a * h_prev + b, step by step from zero."""
    h, hs = np.zeros_like(b[0]), np.empty_like(b)
    for t in range(len(b)):
        h = a[t] * h + b[t]
        hs[t] = h
    return hs


# --8<-- [end:loop]
# --8<-- [start:scan]
def scan(a, b):
    """Return the same for all steps at once, in log2(T) rounds."""
    a, b, gap = a.copy(), b.copy(), 1
    while gap < len(b):
        b[gap:] = b[gap:] + a[gap:] * b[:-gap]
        a[gap:] = a[gap:] * a[:-gap]
        gap *= 2  # every a and b now stands for this many steps
    return b


# --8<-- [end:scan]
# --8<-- [start:positive]
def positive(v):
    """Make a candidate positive: v + 1/2 above zero, sigmoid below."""
    return np.where(v >= 0, v + 0.5, sigmoid(v))


# --8<-- [end:positive]
# --8<-- [start:min-gru]
def min_gru(a_z, v):
    """Return a and b of minGRU, (T, H, B) each."""
    z = sigmoid(a_z)  # share that is replaced
    return 1 - z, z * positive(v)


# --8<-- [end:min-gru]
# --8<-- [start:min-lstm]
def min_lstm(a_f, a_i, v):
    """Return a and b of minLSTM, (T, H, B) each."""
    f, i = sigmoid(a_f), sigmoid(a_i)
    kept = f / (f + i)  # so that both shares add up to 1
    return kept, (1 - kept) * positive(v)


# --8<-- [end:min-lstm]
# --8<-- [start:lru]
def lru(nu, theta, v):
    """Return a and b of the LRU, (T, H, B) each, complex.

    nu and theta are (H, 1), and v is W @ x, (T, H, B).
    """
    factor = np.exp(-np.exp(nu) + 1j * np.exp(theta))  # (H, 1)
    b = np.sqrt(1 - abs(factor) ** 2) * v.astype(complex)  # (T, H, B)
    return np.broadcast_to(factor, b.shape), b


# --8<-- [end:lru]
# --8<-- [start:mamba]
def mamba(A, a_delta, Bx, x):
    """Return a and b of Mamba's recurrence, (T, D, N, B) each.

    Each of the D inputs has N states. A is (D, N) and negative, a_delta
    and x are (T, D, B), Bx is (T, N, B); a_delta and Bx come from x.
    """
    delta = np.logaddexp(0, a_delta)  # (T, D, B), softplus
    a = np.exp(delta[:, :, None] * A[..., None])  # between 0 and 1
    return a, (delta * x)[:, :, None] * Bx[:, None]


# --8<-- [end:mamba]
# ----------------------------------------------------------------------------------------------------
# xLSTM
# ----------------------------------------------------------------------------------------------------


# --8<-- [start:slstm]
def slstm(a_f, a_i, a_z, a_o, c, n, m):
    """Return h and the new c, n and m, (H, B) each."""
    log_f = -np.logaddexp(0, -a_f)  # log of the sigmoid
    m_prev, m = m, np.maximum(log_f + m, a_i)  # the larger exponent
    f = np.exp(log_f + m_prev - m)  # at most 1
    i = np.exp(a_i - m)  # at most 1
    c = f * c + i * np.tanh(a_z)
    n = f * n + i
    return sigmoid(a_o) * c / n, c, n, m


# --8<-- [end:slstm]
# --8<-- [start:mlstm]
def mlstm(q, k, v, a_f, a_i):
    """Return what mLSTM reads at each step, (T, d), without o."""
    T, d = q.shape
    C, n, m = np.zeros((d, d)), np.zeros(d), 0.0
    read = np.empty((T, d))
    log_f = -np.logaddexp(0, -a_f)  # (T,)
    for t in range(T):
        m_prev, m = m, max(log_f[t] + m, a_i[t])
        f, i = np.exp(log_f[t] + m_prev - m), np.exp(a_i[t] - m)
        C = f * C + i * np.outer(k[t], v[t]) / np.sqrt(d)  # (d, d)
        n = f * n + i * k[t] / np.sqrt(d)  # (d,)
        read[t] = q[t] @ C / max(abs(q[t] @ n), np.exp(-m))
    return read


# --8<-- [end:mlstm]
# --8<-- [start:mlstm-parallel]
def mlstm_parallel(q, k, v, a_f, a_i):
    """Return the same for all steps at once, without C."""
    T, d = q.shape
    kept = np.cumsum(-np.logaddexp(0, -a_f))  # (T,), log of f_1 ... f_t
    log_weights = kept[:, None] - kept + a_i  # (T, T), at t, of s
    log_weights[np.triu_indices(T, 1)] = -np.inf  # not the future
    m = log_weights.max(axis=1, keepdims=True)  # (T, 1)
    weights = np.exp(log_weights - m) * (q @ k.T) / np.sqrt(d)  # (T, T)
    total = abs(weights.sum(axis=1, keepdims=True))  # (T, 1)
    return weights @ v / np.maximum(total, np.exp(-m))


# --8<-- [end:mlstm-parallel]
# --8<-- [start:attention]
def attention(q, k, v):
    """Return what attention reads at each step, (T, d)."""
    T, d = q.shape
    scores = q @ k.T / np.sqrt(d)  # (T, T), at t, of s
    scores[np.triu_indices(T, 1)] = -np.inf  # not the future
    scores -= scores.max(axis=1, keepdims=True)  # changes no ratio
    weights = np.exp(scores)  # (T, T)
    return weights @ v / weights.sum(axis=1, keepdims=True)
    # --8<-- [end:attention]
