"""Exercises for the chapter "After the LSTM"."""

from typing import Any

import numpy as np

from lstm_tutorial import sigmoid
from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, Write, wrong


class KeepsAll(Compute):
    """What does attention store?

    A network has 4 layers with 8 heads of attention each, and each head has keys and values of $d = 64$ numbers. How
    many numbers does it keep for one text after it has read 1000 letters?
    """

    minutes = 3
    close = 0.0
    given = {"letters": 1000, "layers": 4, "heads": 8, "d": 64}
    hints = (
        "For each letter, a head keeps a key and a value. The query is used once.",
        r"$2 d t$ numbers for each head, and there are $4 \cdot 8$ heads.",
    )

    @staticmethod
    def solution(letters, layers, heads, d):
        return 2 * d * letters * heads * layers

    @wrong("That is one head. Every head of every layer has keys and values of its own.")
    @staticmethod
    def one_head(letters, layers, heads, d):
        return 2 * d * letters

    @wrong("Those are the keys alone, or the values alone. Both are needed.")
    @staticmethod
    def keys_alone(letters, layers, heads, d):
        return d * letters * heads * layers

    @wrong("The queries need not be kept: a query asks once, when its letter is read.")
    @staticmethod
    def queries_too(letters, layers, heads, d):
        return 3 * d * letters * heads * layers

    @wrong("That is one layer. There are four.")
    @staticmethod
    def one_layer(letters, layers, heads, d):
        return 2 * d * letters * heads

    @wrong("That is what heads of mLSTM keep. Attention keeps more with every letter.")
    @staticmethod
    def matrices(letters, layers, heads, d):
        return (d * d + d + 1) * heads * layers


def changed_step(a_f, a_i, a_z, a_o, c, n, m, exponent=None, old=None, shift=True, show=None):
    """Take a step of sLSTM with something changed, for wrong answers."""
    log_f = -np.logaddexp(0, -a_f)
    m_new = np.maximum(log_f + m, a_i) if exponent is None else exponent(log_f, a_f, a_i, m)
    f = np.exp(log_f + (m if old is None else old(m_new)) - m_new)
    i = np.exp(a_i - m_new) if shift else np.exp(a_i)
    c = f * c + i * np.tanh(a_z)
    n = f * n + i
    h = sigmoid(a_o) * c / n if show is None else sigmoid(a_o) * show(c, n)
    return h, c, n, m_new


class Stabilized(Write):
    r"""One step of sLSTM, with its stabilizer.

    Write `slstm_step(a_f, a_i, a_z, a_o, c, n, m)`: four pre-activations, then $c$, $n$ and the exponent $m$ of the
    step before, (H, B) each. The new exponent is $m_t = \max(\ln f_t + m_{t-1}, a_i)$ with $f_t = \sigma(a_f)$. The
    old $c$ and $n$ were divided by $e^{m_{t-1}}$, and the new ones are divided by $e^{m_t}$. So the weight of the old
    ones is $f' = e^{\ln f_t + m_{t-1} - m_t}$, and that of the new is $i' = e^{a_i - m_t}$. Then $c_t = f' c_{t-1} +
    i' \tanh(a_z)$, $n_t = f' n_{t-1} + i'$ and $h_t = \sigma(a_o) \, c_t / n_t$. Return $h$, $c$, $n$ and $m$.
    Nothing may overflow, even for $a_i = 800$.
    """

    watches = True
    answer, minutes = "slstm_step", 20
    outputs = dict.fromkeys(("h", "c", "n", "m"), "HB")
    hints = (
        "The logarithm of the forget gate is `log_f = np.log(sigmoid(a_f))`; `-np.logaddexp(0, -a_f)` is the same, and more exact.",
        "Compute the new exponent first, under a new name, because the old one is still needed: `m_new = np.maximum(log_f + m, a_i)`.",
        "`f = np.exp(log_f + m - m_new)` and `i = np.exp(a_i - m_new)`. From there on, `c`, `n` and `h` follow line by line.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(a_i: float, m: float, H: int = 1, B: int = 1) -> dict[str, Any]:
            rng = np.random.default_rng(4)
            values = {name: rng.standard_normal((H, B)) for name in ("a_f", "a_z", "a_o", "c")}
            n, spread = rng.uniform(0.5, 1.5, (H, B)), np.linspace(0, 2, H * B).reshape(H, B)
            return {
                "a_f": values["a_f"],
                "a_i": a_i - spread,
                "a_z": values["a_z"],
                "a_o": values["a_o"],
                "c": values["c"],
                "n": n,
                "m": m + spread,
            }

        return {
            "one unit whose candidate weighs more": case(2.0, 0.5),
            "one unit whose memory weighs more": case(-1.0, 3.0),
            "a_i = 800": case(800.0, 1.0),
            "three units and two columns": case(1.0, 0.5, 3, 2),
        }

    @staticmethod
    def starter(a_f, a_i, a_z, a_o, c, n, m):
        """Return h and the new c, n and m, (H, B) each."""
        raise NotImplementedError

    @staticmethod
    def solution(a_f, a_i, a_z, a_o, c, n, m):
        log_f = -np.logaddexp(0, -a_f)  # (H, B), log of the sigmoid
        m_new = np.maximum(log_f + m, a_i)  # (H, B)
        f = np.exp(log_f + m - m_new)  # (H, B), at most 1
        i = np.exp(a_i - m_new)  # (H, B), at most 1
        c = f * c + i * np.tanh(a_z)  # (H, B)
        n = f * n + i  # (H, B)
        return sigmoid(a_o) * c / n, c, n, m_new

    @wrong("The weight of the candidate is not divided: it is exp(a_i - m_t).")
    @staticmethod
    def input_not_shifted(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, shift=False)

    @wrong("The larger of m and a_i was taken. The exponent of the old memory is ln f + m, with f in it.")
    @staticmethod
    def without_f(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, lambda log_f, a_f, a_i, m: np.maximum(m, a_i))

    @wrong("The larger of ln f and a_i was taken. The exponent of the old memory is ln f + m, with m in it.")
    @staticmethod
    def without_m(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, lambda log_f, a_f, a_i, m: np.maximum(log_f, a_i))

    @wrong("a_f stands where the logarithm of its sigmoid belongs: the exponent is ln f + m.")
    @staticmethod
    def raw_forget(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, lambda log_f, a_f, a_i, m: np.maximum(a_f + m, a_i))

    @wrong("The old m is missing in the weight of the memory: it is exp(ln f + m_old - m_new).")
    @staticmethod
    def old_m_missing(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, old=np.zeros_like)

    @wrong(
        "The weight of the memory is the forget gate as it was. If the new m overwrites m, the old one is lost."
    )
    @staticmethod
    def m_overwritten(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, old=lambda m_new: m_new)

    @wrong("Nothing is stabilized: exp(a_i) overflows. Divide both weights by exp(m_t).")
    @staticmethod
    def not_stabilized(a_f, a_i, a_z, a_o, c, n, m):
        f, i = sigmoid(a_f), np.exp(a_i)
        c = f * c + i * np.tanh(a_z)
        n = f * n + i
        return sigmoid(a_o) * c / n, c, n, m

    @wrong("The LSTM's tanh is still there. sLSTM shows the mean c / n as it is.")
    @staticmethod
    def with_tanh(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, show=lambda c, n: np.tanh(c / n))

    @wrong("c is not divided by n.")
    @staticmethod
    def without_n(a_f, a_i, a_z, a_o, c, n, m):
        return changed_step(a_f, a_i, a_z, a_o, c, n, m, show=lambda c, n: c)


class MaskedTooLate(Mend):
    """Attention that loses weight.

    The function is to return what attention reads at each step, (T, d): each step may look at itself and at what came
    before it. No value of the future is read, and still something is wrong: the first step, which can only look at
    itself, does not give back its own value. Find the fault.
    """

    answer, minutes = "attention", 8
    outputs = {"read": "TK"}
    hints = (
        "What do the weights of the first step add up to?",
        "Set the future's scores to `-np.inf` before `np.exp`. Then they have no part in the sum.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(T: int, d: int) -> dict[str, Any]:
            q, k, v = np.random.default_rng(2).standard_normal((3, T, d)).round(1)
            return {"q": q, "k": k, "v": v}

        return {"one step": case(1, 2), "two steps": case(2, 2), "five steps": case(5, 3)}

    @staticmethod
    def starter(q, k, v):
        """Return what is read at each step, (T, d)."""
        scores = q @ k.T / np.sqrt(q.shape[1])  # (T, T), row t: step t
        weights = np.exp(scores)  # (T, T)
        weights = weights / weights.sum(axis=1, keepdims=True)
        weights[np.triu_indices(len(q), 1)] = 0  # not the future
        return weights @ v

    @staticmethod
    def solution(q, k, v):
        scores = q @ k.T / np.sqrt(q.shape[1])  # (T, T), row t: step t
        scores[np.triu_indices(len(q), 1)] = -np.inf  # not the future
        weights = np.exp(scores)  # (T, T)
        weights = weights / weights.sum(axis=1, keepdims=True)
        return weights @ v

    @wrong("Now every step also looks at the future.")
    @staticmethod
    def sees_the_future(q, k, v):
        weights = np.exp(q @ k.T / np.sqrt(q.shape[1]))
        return weights / weights.sum(axis=1, keepdims=True) @ v

    @wrong("The past is hidden instead of the future.")
    @staticmethod
    def hides_the_past(q, k, v):
        scores = q @ k.T / np.sqrt(q.shape[1])
        scores[np.tril_indices(len(q), -1)] = -np.inf
        weights = np.exp(scores)
        return weights / weights.sum(axis=1, keepdims=True) @ v

    @wrong("The weights add up to 1 over the readers. They have to for each reader, along axis 1.")
    @staticmethod
    def along_readers(q, k, v):
        weights = np.tril(np.exp(q @ k.T / np.sqrt(q.shape[1])))
        return weights / weights.sum(axis=0, keepdims=True) @ v

    @wrong("The future's scores are set to 0. A score of 0 has the weight exp(0) = 1.")
    @staticmethod
    def score_zero(q, k, v):
        weights = np.exp(np.tril(q @ k.T / np.sqrt(q.shape[1])))
        return weights / weights.sum(axis=1, keepdims=True) @ v
