"""Exercises for the chapter "GRU and its relatives"."""

from typing import Any

import numpy as np

from lstm_tutorial import GRU, sigmoid
from lstm_tutorial.exercises.exercise import Cases, Write, wrong

WEIGHTS = {"Wr": "HK", "Wr_bias": "HB", "Wz": "HK", "Wz_bias": "HB", "Wn": "HK", "Wn_bias": "HB"}


def new_weights(D: int, H: int) -> dict[str, Any]:
    """Return random weights and biases of a GRU whose reset gate multiplies h before the product."""
    rng = np.random.default_rng(5)
    arrays = GRU(D, H, None, rng=rng, reset="before").parameters()
    return {name: rng.standard_normal(array.shape) for name, array in arrays.items()}


def case(D: int, H: int, B: int) -> dict[str, Any]:
    """Return the input, the previous state and the weights of a step."""
    rng = np.random.default_rng(6)
    return {
        "x": rng.standard_normal((D, B)),
        "h_prev": rng.standard_normal((H, B)),
        "weights": new_weights(D, H),
    }


def changed_step(x, h_prev, weights, squash=np.tanh, reset_after=False, swap=False):
    """Take a step with something changed, for wrong answers."""
    xh = np.concatenate((x, h_prev))
    r = sigmoid(weights["Wr"] @ xh + weights["Wr_bias"])
    z = sigmoid(weights["Wz"] @ xh + weights["Wz_bias"])
    Wn_x, Wn_h = np.split(weights["Wn"], [len(x)], axis=1)
    hidden = r * (Wn_h @ h_prev) if reset_after else Wn_h @ (r * h_prev)
    n = squash(Wn_x @ x + hidden + weights["Wn_bias"])
    h = z * n + (1 - z) * h_prev if swap else (1 - z) * n + z * h_prev
    return {"r": r, "z": z, "n": n, "h": h}


class GRUStep(Write):
    r"""One step of a GRU.

    Write `gru_step(x, h_prev, weights)`. The weights are a dict: `Wr`, `Wz` and `Wn`, (H, D+H), and the biases
    `Wr_bias`, `Wz_bias` and `Wn_bias`, (H, 1). The reset gate $r$ and the update gate $z$ look at $[x; h_{t-1}]$, and
    the candidate $n$, a tanh, at $[x; r \odot h_{t-1}]$, as in the first paper. The new state is $h_t = (1 - z) \odot
    n + z \odot h_{t-1}$. Return a dict with `r`, `z`, `n` and `h`.
    """

    answer, minutes = "gru_step", 15
    outputs = dict.fromkeys(("r", "z", "n", "h"), "HB")
    hints = (
        "Two gates like those of the LSTM: `Wr` and `Wr_bias`, `Wz` and `Wz_bias`.",
        "The candidate's matrix meets another column: `np.concatenate((x, r * h_prev))`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {"one unit": case(1, 1, 1), "two inputs, three units and two columns": case(2, 3, 2)}

    @staticmethod
    def starter(x, h_prev, weights):
        """Return r, z, n and h, (H, B) each, by name."""
        raise NotImplementedError

    @staticmethod
    def solution(x, h_prev, weights):
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        r = sigmoid(weights["Wr"] @ xh + weights["Wr_bias"])  # (H, B)
        z = sigmoid(weights["Wz"] @ xh + weights["Wz_bias"])  # (H, B)
        reset = np.concatenate((x, r * h_prev))  # (D+H, B)
        n = np.tanh(weights["Wn"] @ reset + weights["Wn_bias"])  # (H, B)
        h = (1 - z) * n + z * h_prev  # (H, B)
        return {"r": r, "z": z, "n": n, "h": h}

    @wrong("The update gate works the wrong way round: here z is the share of the old state that stays.")
    @staticmethod
    def z_turned(x, h_prev, weights):
        return changed_step(x, h_prev, weights, swap=True)

    @wrong("The reset gate multiplies after the product, as in PyTorch. Here it multiplies h before it.")
    @staticmethod
    def reset_after(x, h_prev, weights):
        return changed_step(x, h_prev, weights, reset_after=True)

    @wrong("The candidate has tanh, not sigmoid.")
    @staticmethod
    def sigmoid_candidate(x, h_prev, weights):
        return changed_step(x, h_prev, weights, squash=sigmoid)

    @wrong("The reset gate does nothing: the candidate looks at r * h_prev.")
    @staticmethod
    def no_reset(x, h_prev, weights):
        open_reset = weights | {"Wr": 0 * weights["Wr"], "Wr_bias": 0 * weights["Wr_bias"] + 1000.0}
        right = changed_step(x, h_prev, weights)
        return changed_step(x, h_prev, open_reset) | {"r": right["r"]}


gru_step = GRUStep.solution


class GRUBackward(Write):
    r"""A GRU, backward.

    Write `gru_backward(x, h_prev, step, dh, weights)`, where `step` is what `gru_step` returned and `dh` the gradient
    that reaches $h_t$. Return the gradients of the three matrices and the three biases by name, and those of `x` and
    `h_prev`. Derive the formulas yourself, and check them by central differences.
    """

    answer, minutes = "gru_backward", 120
    outputs = WEIGHTS | {"x": "DB", "h_prev": "HB"}
    hints = (
        "Three paths lead from $h_{t-1}$ to $h_t$: directly through $z \\odot h_{t-1}$, through $r \\odot h_{t-1}$ in the candidate, and through both gates.",
        "From $h_t = (1 - z) n + z h_{t-1}$: the gradient of $z$ is `dh * (h_prev - n)`, that of $n$ is `dh * (1 - z)`, and `dh * z` goes straight to `h_prev`.",
        'The candidate sends `weights["Wn"].T @ da_n` to $[x; r \\odot h_{t-1}]$. Its lower part, times `h_prev`, is the gradient of $r$; times `r`, it goes to `h_prev`.',
    )

    @classmethod
    def cases(cls) -> Cases:
        def with_step(D: int, H: int, B: int) -> dict[str, Any]:
            given = case(D, H, B)
            dh = np.random.default_rng(8).standard_normal((H, B))
            values = gru_step(**given)
            return {
                "x": given["x"],
                "h_prev": given["h_prev"],
                "step": values,
                "dh": dh,
                "weights": given["weights"],
            }

        return {"one unit": with_step(1, 1, 1), "two inputs, three units and two columns": with_step(2, 3, 2)}

    @staticmethod
    def starter(x, h_prev, step, dh, weights):
        """Return all gradients by name.

        Wr, Wr_bias, Wz, Wz_bias, Wn, Wn_bias, x and h_prev.
        """
        raise NotImplementedError

    @staticmethod
    def solution(x, h_prev, step, dh, weights):
        r, z, n = step["r"], step["z"], step["n"]
        D = len(x)
        da_z = dh * (h_prev - n) * z * (1 - z)  # (H, B)
        da_n = dh * (1 - z) * (1 - n**2)  # (H, B)
        dreset = weights["Wn"].T @ da_n  # (D+H, B), gradient of [x; r * h_prev]
        da_r = dreset[D:] * h_prev * r * (1 - r)  # (H, B)
        dxh = weights["Wr"].T @ da_r + weights["Wz"].T @ da_z  # (D+H, B)
        xh, reset = np.concatenate((x, h_prev)), np.concatenate((x, r * h_prev))  # (D+H, B) each
        gradients = {"Wr": da_r @ xh.T, "Wz": da_z @ xh.T, "Wn": da_n @ reset.T}
        for name, da in {"Wr": da_r, "Wz": da_z, "Wn": da_n}.items():
            gradients[f"{name}_bias"] = da.sum(axis=1, keepdims=True)
        dh_prev = dh * z + dreset[D:] * r + dxh[D:]
        return gradients | {"x": dreset[:D] + dxh[:D], "h_prev": dh_prev}

    @wrong("The direct path is missing: h_prev also gets dh * z.")
    @staticmethod
    def no_direct_path(x, h_prev, step, dh, weights):
        right = gru_backward(x, h_prev, step, dh, weights)
        return right | {"h_prev": right["h_prev"] - dh * step["z"]}

    @wrong(
        "The candidate's gradient of the weights is taken with [x; h_prev]. Its matrix has met [x; r * h_prev]."
    )
    @staticmethod
    def wrong_column(x, h_prev, step, dh, weights):
        da_n = dh * (1 - step["z"]) * (1 - step["n"] ** 2)
        right = gru_backward(x, h_prev, step, dh, weights)
        return right | {"Wn": da_n @ np.concatenate((x, h_prev)).T}

    @wrong("The sign of the update gate's gradient is turned: z scales h_prev and takes away from n.")
    @staticmethod
    def update_gate_turned(x, h_prev, step, dh, weights):
        z = step["z"]
        da_z = dh * (h_prev - step["n"]) * z * (1 - z)
        right = gru_backward(x, h_prev, step, dh, weights)
        less = weights["Wz"].T @ (2 * da_z)
        return right | {
            "Wz": -right["Wz"],
            "Wz_bias": -right["Wz_bias"],
            "x": right["x"] - less[: len(x)],
            "h_prev": right["h_prev"] - less[len(x) :],
        }


gru_backward = GRUBackward.solution
