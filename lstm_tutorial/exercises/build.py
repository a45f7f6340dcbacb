"""Build an LSTM from nothing, in twelve exercises: what you write in one is used in the next.

Together the solutions are a whole small library: a cell, its backward pass, a check, an optimizer, training
and writing. Weights are a dict with the names and shapes of `lstm_tutorial.lstm.LSTM`: ``Wf``, ``Wi``, ``Wc``
and ``Wo``, (H, D+H), with ``Wf_bias`` and so on, (H, 1), and the read-out ``Wy``, (O, H), ``Wy_bias``, (O, 1).
There are no batches of different lengths here, and nothing is fast.
"""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM
from lstm_tutorial.exercises.exercise import Cases, Write, wrong

GATES = {"Wf": "HK", "Wi": "HK", "Wc": "HK", "Wo": "HK"}
BIASES = {f"{name}_bias": "HB" for name in GATES}
READ_OUT = {"Wy": "OH", "Wy_bias": "OB"}


def new_weights(D: int, H: int, O: int, scale: float = 1.0) -> dict[str, Any]:
    """Return random weights and biases, so that no gradient is zero by chance."""
    rng = np.random.default_rng(7)
    arrays = LSTM(D, H, O, rng=rng).parameters()
    return {name: scale * rng.standard_normal(array.shape) for name, array in arrays.items()}


def numbers(*shape: int, seed: int = 0) -> Any:
    """Return random numbers, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(shape).round(2)


class Sigmoid(Write):
    r"""Squash any number into (0, 1).

    Write `sigmoid(x)`, $\sigma(x) = 1 / (1 + e^{-x})$, for an array of any shape. A gate is a sigmoid, and a
    gate may be far open or far shut: the function must work for $x = -1000$ and $x = 1000$, without a warning.
    """

    watches = True
    answer, chapter, minutes = "sigmoid", "cell", 5
    hints = (
        "For which $x$ is $e^{-x}$ too large for a float?",
        r"Multiply numerator and denominator by $e^x$: $\sigma(x) = e^x / (1 + e^x)$. This form overflows only for large *positive* $x$.",
        "So use one form for $x \\ge 0$ and the other for $x < 0$. Both have $1 + e^{-|x|}$ below.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "x = 0": {"x": np.array([0.0])},
            "x = 2": {"x": np.array([2.0])},
            "two columns": {"x": np.array([[-1.0, 0.5], [3.0, -2.0], [0.0, 1.0]])},
            "x = 1000": {"x": np.array([[1000.0]])},
            "x = -1000": {"x": np.array([[-1000.0]])},
        }

    @staticmethod
    def starter(x):
        """Squash x, of any shape, into (0, 1)."""
        raise NotImplementedError

    @staticmethod
    def solution(x):
        small = np.exp(-np.abs(x))  # between 0 and 1, whatever x is
        return np.where(x >= 0, 1.0, small) / (1.0 + small)

    @wrong("exp overflows: np.exp(-x) is infinite for x = -1000. Let no exponent be positive.")
    @staticmethod
    def overflows(x):
        return 1.0 / (1.0 + np.exp(-x))

    @wrong(
        "np.where computes both forms for every x, and one of them overflows. Give both an exponent that is never positive."
    )
    @staticmethod
    def where_of_both(x):
        return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))

    @wrong("The sign of the exponent is turned: this function falls where sigmoid rises.")
    @staticmethod
    def falls(x):
        return Sigmoid.solution(-x)

    @wrong("This is tanh, which goes from -1 to 1. A gate goes from 0 to 1.")
    @staticmethod
    def is_tanh(x):
        return np.tanh(x)

    @wrong("This is the derivative of sigmoid, not sigmoid itself.")
    @staticmethod
    def is_derivative(x):
        return Sigmoid.solution(x) * (1 - Sigmoid.solution(x))


sigmoid = Sigmoid.solution


def changed_step(xh, c_prev, weights, squash=np.tanh, show=np.tanh, bias=1.0):
    """Take a step with something changed, for wrong answers."""
    a = {name: weights[name] @ xh + bias * weights[f"{name}_bias"] for name in GATES}  # (H, B) each
    f, i, c_tilde, o = sigmoid(a["Wf"]), sigmoid(a["Wi"]), squash(a["Wc"]), sigmoid(a["Wo"])
    c = f * c_prev + i * c_tilde
    return {"f": f, "i": i, "c_tilde": c_tilde, "o": o, "c": c, "h": o * show(c)}


class Step(Write):
    r"""One step of the cell.

    Write `step(x, h_prev, c_prev, weights)`: the six equations of the LSTM. The input and the previous hidden
    state are stacked in one column, $[x; h_{t-1}]$, the input on top. Each gate, and the candidate, has a
    matrix and a bias: `weights["Wf"]` and `weights["Wf_bias"]`, and so on. Return every value by name in a
    dict, because the backward pass will need them.
    """

    answer, chapter, minutes = "step", "one-step", 15
    outputs = dict.fromkeys(("f", "i", "c_tilde", "o", "c", "h"), "HB") | {"x": "DB"}
    hints = (
        "`np.concatenate((x, h_prev))` stacks the two columns, for any number of columns.",
        'The forget gate is `sigmoid(weights["Wf"] @ xh + weights["Wf_bias"])`. Two gates are like it, the candidate has tanh.',
        "The new cell state keeps `f * c_prev` and adds `i * c_tilde`. The hidden state shows `o * np.tanh(c)`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one unit": {
                "x": np.array([[1.0]]),
                "h_prev": np.array([[0.5]]),
                "c_prev": np.array([[2.0]]),
                "weights": new_weights(1, 1, 1),
            },
            "three inputs, two units and two columns": {
                "x": numbers(3, 2),
                "h_prev": numbers(2, 2, seed=1),
                "c_prev": numbers(2, 2, seed=2),
                "weights": new_weights(3, 2, 1),
            },
        }

    @staticmethod
    def starter(x, h_prev, c_prev, weights):
        """Take one step. x is (D, B), h_prev and c_prev are (H, B).

        Return a dict with x, h_prev, c_prev, f, i, c_tilde, o, c and h.
        """
        raise NotImplementedError

    @staticmethod
    def solution(x, h_prev, c_prev, weights):
        xh = np.concatenate((x, h_prev))  # (D+H, B)
        f = sigmoid(weights["Wf"] @ xh + weights["Wf_bias"])  # (H, B)
        i = sigmoid(weights["Wi"] @ xh + weights["Wi_bias"])  # (H, B)
        c_tilde = np.tanh(weights["Wc"] @ xh + weights["Wc_bias"])  # (H, B)
        o = sigmoid(weights["Wo"] @ xh + weights["Wo_bias"])  # (H, B)
        c = f * c_prev + i * c_tilde  # (H, B)
        h = o * np.tanh(c)  # (H, B)
        before = {"x": x, "h_prev": h_prev, "c_prev": c_prev}
        return before | {"f": f, "i": i, "c_tilde": c_tilde, "o": o, "c": c, "h": h}

    @wrong("The column is upside down: h_prev stands above x, so each weight meets the wrong number.")
    @staticmethod
    def upside_down(x, h_prev, c_prev, weights):
        wrong_way = changed_step(np.concatenate((h_prev, x)), c_prev, weights)
        return {"x": x, "h_prev": h_prev, "c_prev": c_prev} | wrong_way

    @wrong("The candidate is squashed by sigmoid, so it can only add. It needs tanh, from -1 to 1.")
    @staticmethod
    def sigmoid_candidate(x, h_prev, c_prev, weights):
        values = changed_step(np.concatenate((x, h_prev)), c_prev, weights, squash=sigmoid)
        return {"x": x, "h_prev": h_prev, "c_prev": c_prev} | values

    @wrong("The hidden state shows c itself. The cell state is squashed by tanh before the output gate.")
    @staticmethod
    def no_tanh_of_c(x, h_prev, c_prev, weights):
        values = changed_step(np.concatenate((x, h_prev)), c_prev, weights, show=lambda c: c)
        return {"x": x, "h_prev": h_prev, "c_prev": c_prev} | values

    @wrong("The biases are not added.")
    @staticmethod
    def no_bias(x, h_prev, c_prev, weights):
        values = changed_step(np.concatenate((x, h_prev)), c_prev, weights, bias=0.0)
        return {"x": x, "h_prev": h_prev, "c_prev": c_prev} | values

    @wrong("Forget and input gate have changed places in c: the forget gate scales the old cell state.")
    @staticmethod
    def gates_swapped(x, h_prev, c_prev, weights):
        values = step(x, h_prev, c_prev, weights)
        c = values["i"] * c_prev + values["f"] * values["c_tilde"]
        return values | {"c": c, "h": values["o"] * np.tanh(c)}

    @wrong("The input gate is missing: the whole candidate is added to the cell state.")
    @staticmethod
    def no_input_gate(x, h_prev, c_prev, weights):
        values = step(x, h_prev, c_prev, weights)
        c = values["f"] * c_prev + values["c_tilde"]
        return values | {"c": c, "h": values["o"] * np.tanh(c)}


step = Step.solution


class Forward(Write):
    r"""A whole sequence.

    Write `forward(xs, weights)`. It takes the step along a sequence `xs`, (T, D, B), from a hidden and a cell
    state of zeros, and reads an output from each hidden state, $y_t = W_y h_t + b_y$. Return the outputs `ys`,
    (T, O, B), and the list of all steps.
    """

    answer, chapter, minutes = "forward", "through-time", 10
    outputs = {"ys": "TOB", "h": "HB", "c": "HB", "steps": ""}
    hints = (
        'The number of units is the number of rows of `weights["Wf"]`, the number of columns is `xs.shape[2]`.',
        "Two states go from step to step. Take both from the dict that `step` returns.",
        "`np.array(ys)` stacks a list of T outputs (O, B) into one array (T, O, B).",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one step": {"xs": numbers(1, 1, 1), "weights": new_weights(1, 1, 1)},
            "two steps": {"xs": numbers(2, 1, 1), "weights": new_weights(1, 1, 1)},
            "four steps, three units and two columns": {
                "xs": numbers(4, 2, 2),
                "weights": new_weights(2, 3, 2),
            },
        }

    @classmethod
    def run(cls, answer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        ys, steps = answer(*arguments.values())
        return {"ys": ys, "h": steps[-1]["h"], "c": steps[-1]["c"], "steps": len(steps)}

    @staticmethod
    def starter(xs, weights):
        """Return the outputs ys, (T, O, B), and the list of the T steps."""
        raise NotImplementedError

    @staticmethod
    def solution(xs, weights):
        H, B = len(weights["Wf"]), xs.shape[2]
        h = c = np.zeros((H, B))
        ys, steps = [], []
        for x in xs:
            steps.append(step(x, h, c, weights))
            h, c = steps[-1]["h"], steps[-1]["c"]
            ys.append(weights["Wy"] @ h + weights["Wy_bias"])  # (O, B)
        return np.array(ys), steps

    @wrong("Every step starts from zeros: h and c of one step must go into the next.")
    @staticmethod
    def states_not_carried(xs, weights):
        parts = [forward(x[None], weights) for x in xs]
        return np.concatenate([ys for ys, _ in parts]), [steps[0] for _, steps in parts]

    @wrong("The cell state is not carried: only h goes into the next step, and what the cell keeps is lost.")
    @staticmethod
    def cell_state_lost(xs, weights):
        h = zeros = np.zeros((len(weights["Wf"]), xs.shape[2]))
        steps = []
        for x in xs:
            steps.append(step(x, h, zeros, weights))
            h = steps[-1]["h"]
        return np.array([weights["Wy"] @ s["h"] + weights["Wy_bias"] for s in steps]), steps

    @wrong("The output is read from c. It is read from h, what the cell shows.")
    @staticmethod
    def reads_c(xs, weights):
        _, steps = forward(xs, weights)
        return np.array([weights["Wy"] @ s["c"] + weights["Wy_bias"] for s in steps]), steps

    @wrong("The bias of the read-out is not added.")
    @staticmethod
    def no_bias(xs, weights):
        ys, steps = forward(xs, weights)
        return ys - weights["Wy_bias"], steps

    @wrong("Only the last output is returned. There is one for every step.")
    @staticmethod
    def last_output_only(xs, weights):
        ys, steps = forward(xs, weights)
        return ys[-1], steps


forward = Forward.solution


class CrossEntropy(Write):
    r"""From outputs to a loss, and its gradient.

    Write `cross_entropy(ys, targets)` for outputs and targets of shape (T, O, B). In each step and column,
    softmax turns the O outputs into probabilities, $p_k = e^{y_k} / \sum_j e^{y_j}$, and the targets are a
    one-hot column. Return the loss, the mean of $-\ln p_{\text{right}}$ over all steps and columns, and its
    gradient with respect to `ys`. Outputs of 1000 must not overflow.
    """

    watches = True
    answer, chapter, minutes = "cross_entropy", "bptt", 15
    outputs = {"loss": "", "dys": "TOB"}
    hints = (
        "Adding one number to all outputs of a column changes no probability. Which number makes the largest exponent zero?",
        r"$-\ln p_k = \ln \sum_j e^{y_j} - y_k$, so no probability needs to be computed for the loss.",
        r"The gradient of one column's loss is $p - q$, where $q$ is the target. The loss is a mean over $TB$ columns.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def one_hot(*shape: int) -> Any:
            return np.moveaxis(
                np.eye(shape[1])[np.arange(shape[0] * shape[2]) % shape[1]].reshape(
                    shape[0], shape[2], shape[1]
                ),
                2,
                1,
            )

        return {
            "one column": {"ys": np.array([[[1.0], [0.0]]]), "targets": one_hot(1, 2, 1)},
            "two columns": {"ys": np.array([[[1.0, 0.5], [0.0, 2.0]]]), "targets": one_hot(1, 2, 2)},
            "two steps and three columns": {"ys": numbers(2, 4, 3), "targets": one_hot(2, 4, 3)},
            "an output of 1000": {"ys": np.array([[[1000.0], [999.0]]]), "targets": one_hot(1, 2, 1)},
            "outputs of 1000 and 0": {"ys": np.array([[[1000.0], [0.0]]]), "targets": one_hot(1, 2, 1)},
        }

    @staticmethod
    def starter(ys, targets):
        """Return the mean loss and its gradient dys, (T, O, B)."""
        raise NotImplementedError

    @staticmethod
    def solution(ys, targets):
        T, _, B = ys.shape
        shifted = ys - ys.max(axis=1, keepdims=True)  # (T, O, B), at most 0
        exponentials = np.exp(shifted)
        total = exponentials.sum(axis=1, keepdims=True)  # (T, 1, B)
        loss = (targets * (np.log(total) - shifted)).sum() / (T * B)
        return loss, (exponentials / total - targets) / (T * B)

    @wrong("exp overflows: subtract the largest output of each column first.")
    @staticmethod
    def overflows(ys, targets):
        p = np.exp(ys) / np.exp(ys).sum(axis=1, keepdims=True)
        n = ys.shape[0] * ys.shape[2]
        return -(targets * np.log(p)).sum() / n, (p - targets) / n

    @wrong(
        "A probability of 0 has no logarithm: take the logarithm of the whole fraction, as the second hint does."
    )
    @staticmethod
    def log_of_zero(ys, targets):
        exponentials = np.exp(ys - ys.max(axis=1, keepdims=True))
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        n = ys.shape[0] * ys.shape[2]
        return -(targets * np.log(p)).sum() / n, (p - targets) / n

    @wrong("Softmax runs over the columns. It is to run over the outputs, axis 1.")
    @staticmethod
    def softmax_over_columns(ys, targets):
        loss, dys = cross_entropy(ys.swapaxes(1, 2), targets.swapaxes(1, 2))
        return loss * ys.shape[1] / ys.shape[2], dys.swapaxes(1, 2) * ys.shape[1] / ys.shape[2]

    @wrong(
        "The sign of the gradient is turned: it is p - q, so that the right output gets a negative gradient."
    )
    @staticmethod
    def sign_turned(ys, targets):
        loss, dys = cross_entropy(ys, targets)
        return loss, -dys

    @wrong("The loss is a sum. It is to be a mean over steps and columns, and its gradient with it.")
    @staticmethod
    def is_sum(ys, targets):
        loss, dys = cross_entropy(ys, targets)
        n = ys.shape[0] * ys.shape[2]
        return loss * n, dys * n

    @wrong("The loss is a mean but the gradient is that of the sum: divide it by the same number.")
    @staticmethod
    def gradient_of_sum(ys, targets):
        loss, dys = cross_entropy(ys, targets)
        return loss, dys * ys.shape[0] * ys.shape[2]

    @wrong("The mean counts the outputs, too: divide by T times B, not by the size of ys.")
    @staticmethod
    def mean_over_outputs(ys, targets):
        loss, dys = cross_entropy(ys, targets)
        return loss / ys.shape[1], dys / ys.shape[1]

    @wrong("The gradient of the loss is p alone: the target has to be subtracted.")
    @staticmethod
    def target_not_subtracted(ys, targets):
        loss, dys = cross_entropy(ys, targets)
        return loss, dys + targets / (ys.shape[0] * ys.shape[2])


cross_entropy = CrossEntropy.solution


class StepBackward(Write):
    r"""One step backward.

    Write `step_backward(step, dh, dc, weights)`. `step` is the dict of a step; `dh` and `dc` are the gradients
    that reach its `h` and its `c` from outside. Return the gradients of the four matrices and the four biases
    by their names, and those of `x`, `h_prev` and `c_prev`.
    """

    answer, chapter, minutes = "step_backward", "bptt", 30
    outputs = GATES | BIASES | {"x": "DB", "h_prev": "HB", "c_prev": "HB"}
    hints = (
        "Read the equations of the step (exercise 2) from the last to the first. `h = o * tanh(c)` gives the gradient of `o`, and a second gradient for `c`.",
        "Add that to `dc` *before* you go on: c acts through h and through the next step.",
        "A gate's gradient becomes that of its pre-activation by `f * (1 - f)`, the candidate's by `1 - c_tilde**2`. Both use the values that the step has kept.",
        'With `da_f`, (H, B): the gradient of `Wf` is `da_f @ xh.T`, that of the bias is the sum over columns, (H, 1), and the gate sends `weights["Wf"].T @ da_f` to xh.',
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(D: int, H: int, B: int) -> dict[str, Any]:
            weights = new_weights(D, H, 1)
            values = step(numbers(D, B), numbers(H, B, seed=1), numbers(H, B, seed=2), weights)
            return {
                "step": values,
                "dh": numbers(H, B, seed=3),
                "dc": numbers(H, B, seed=4),
                "weights": weights,
            }

        return {
            "one unit": case(1, 1, 1),
            "one unit and two columns": case(1, 1, 2),
            "two inputs, three units and two columns": case(2, 3, 2),
        }

    @staticmethod
    def starter(step, dh, dc, weights):
        """Return all gradients by name.

        Wf, Wf_bias, Wi, ..., Wo_bias, x, h_prev and c_prev.
        """
        raise NotImplementedError

    @staticmethod
    def solution(step, dh, dc, weights):
        f, i, c_tilde, o = step["f"], step["i"], step["c_tilde"], step["o"]
        tanh_c = np.tanh(step["c"])  # (H, B)
        dc = dc + dh * o * (1 - tanh_c**2)  # (H, B), c acts through h and through the next c
        da = {  # (H, B) each: the gradients of the pre-activations
            "Wf": dc * step["c_prev"] * f * (1 - f),
            "Wi": dc * c_tilde * i * (1 - i),
            "Wc": dc * i * (1 - c_tilde**2),
            "Wo": dh * tanh_c * o * (1 - o),
        }
        xh = np.concatenate((step["x"], step["h_prev"]))  # (D+H, B)
        gradients = {name: da[name] @ xh.T for name in da}  # (H, D+H)
        gradients |= {f"{name}_bias": da[name].sum(axis=1, keepdims=True) for name in da}  # (H, 1)
        dxh = sum(weights[name].T @ da[name] for name in da)  # (D+H, B)
        D = len(step["x"])
        return gradients | {"x": dxh[:D], "h_prev": dxh[D:], "c_prev": dc * f}

    @wrong("What reaches c through h is not added: c acts through h = o * tanh(c), too.")
    @staticmethod
    def not_through_h(step, dh, dc, weights):
        f, i, c_tilde, o = step["f"], step["i"], step["c_tilde"], step["o"]
        da = {
            "Wf": dc * step["c_prev"] * f * (1 - f),
            "Wi": dc * c_tilde * i * (1 - i),
            "Wc": dc * i * (1 - c_tilde**2),
            "Wo": dh * np.tanh(step["c"]) * o * (1 - o),
        }
        return gradients_of(da, step, weights) | {"c_prev": dc * f}

    @wrong(
        "dc is overwritten: what comes from the next step along c has to be added to what comes through h."
    )
    @staticmethod
    def dc_overwritten(step, dh, dc, weights):
        return step_backward(step, dh, 0 * dc, weights)

    @wrong("The derivative of tanh(c) is 1 - tanh(c)**2. Here c stands in the place of tanh(c).")
    @staticmethod
    def derivative_of_c(step, dh, dc, weights):
        tanh_c = np.tanh(step["c"])
        too_much = dh * step["o"] * (tanh_c**2 - step["c"] ** 2)
        return step_backward(step, dh, dc + too_much, weights)

    @wrong("The derivative of tanh is 1 - tanh**2, also for tanh(c): the square is missing.")
    @staticmethod
    def no_square(step, dh, dc, weights):
        tanh_c = np.tanh(step["c"])
        return step_backward(step, dh, dc + dh * step["o"] * (tanh_c**2 - tanh_c), weights)

    @wrong("The derivative of the candidate's tanh is missing: 1 - c_tilde**2.")
    @staticmethod
    def no_tanh_derivative(step, dh, dc, weights):
        return with_candidate(step, dh, dc, weights, 1.0)

    @wrong("The candidate has the derivative of a sigmoid. It is a tanh: 1 - c_tilde**2.")
    @staticmethod
    def sigmoid_derivative_of_tanh(step, dh, dc, weights):
        return with_candidate(step, dh, dc, weights, step["c_tilde"] * (1 - step["c_tilde"]))

    @wrong("The column is upside down: x stands above h_prev, in the products and in what comes out of them.")
    @staticmethod
    def upside_down(step, dh, dc, weights):
        right, (D, H) = step_backward(step, dh, dc, weights), (len(step["x"]), len(dh))
        dxh = np.concatenate((right["x"], right["h_prev"]))  # (D+H, B)
        turned = {name: np.roll(right[name], -D, axis=1) for name in GATES}
        return right | turned | {"h_prev": dxh[:H], "x": dxh[H:]}

    @wrong(
        "The gates' derivatives are missing: from a gate to its pre-activation the gradient is multiplied by f * (1 - f)."
    )
    @staticmethod
    def no_sigmoid_derivative(step, dh, dc, weights):
        tanh_c = np.tanh(step["c"])
        dc = dc + dh * step["o"] * (1 - tanh_c**2)
        da = {
            "Wf": dc * step["c_prev"],
            "Wi": dc * step["c_tilde"],
            "Wc": dc * step["i"] * (1 - step["c_tilde"] ** 2),
            "Wo": dh * tanh_c,
        }
        return gradients_of(da, step, weights) | {"c_prev": dc * step["f"]}

    @wrong(
        "c_prev gets all of dc. Only the share f of the old cell state was kept, so its gradient is dc * f."
    )
    @staticmethod
    def forget_gate_missing(step, dh, dc, weights):
        right = step_backward(step, dh, dc, weights)
        return right | {"c_prev": right["c_prev"] / step["f"]}

    @wrong(
        "The biases' gradients are not summed over the columns: one bias serves all columns, so its shape is (H, 1)."
    )
    @staticmethod
    def bias_not_summed(step, dh, dc, weights):
        right = step_backward(step, dh, dc, weights)
        columns = [
            step_backward({n: v[:, [b]] for n, v in step.items()}, dh[:, [b]], dc[:, [b]], weights)
            for b in range(dh.shape[1])
        ]
        return right | {n: np.concatenate([column[n] for column in columns], axis=1) for n in BIASES}


step_backward = StepBackward.solution


def gradients_of(da, step, weights):
    """Return the gradients of weights, x and h_prev from those of the pre-activations, for wrong answers."""
    xh = np.concatenate((step["x"], step["h_prev"]))
    gradients = {name: da[name] @ xh.T for name in da}
    gradients |= {f"{name}_bias": da[name].sum(axis=1, keepdims=True) for name in da}
    dxh = sum(weights[name].T @ da[name] for name in da)
    return gradients | {"x": dxh[: len(step["x"])], "h_prev": dxh[len(step["x"]) :]}


def with_candidate(step, dh, dc, weights, derivative):
    """Go back with another derivative of the candidate, for wrong answers."""
    f, i, c_tilde, o, tanh_c = step["f"], step["i"], step["c_tilde"], step["o"], np.tanh(step["c"])
    dc = dc + dh * o * (1 - tanh_c**2)
    da = {
        "Wf": dc * step["c_prev"] * f * (1 - f),
        "Wi": dc * c_tilde * i * (1 - i),
        "Wc": dc * i * derivative,
        "Wo": dh * tanh_c * o * (1 - o),
    }
    return gradients_of(da, step, weights) | {"c_prev": dc * f}


class Backward(Write):
    r"""A whole sequence backward.

    Write `backward(steps, dys, weights)`. `steps` is the list that `forward` returned, and `dys`, (T, O, B),
    is the gradient of the loss with respect to the outputs. Return the gradients of all weights by name, those
    of the read-out, `Wy` and `Wy_bias`, among them.
    """

    answer, chapter, minutes = "backward", "bptt", 20
    outputs = GATES | BIASES | READ_OUT
    hints = (
        "Go from the last step to the first. Two gradients are carried along: those of `h_prev` and `c_prev` of the step after. Both start at zero.",
        'h has two readers, the read-out and the next step. So `dh` of a step is `weights["Wy"].T @ dys[t]` plus what came from the next step.',
        "The same weights serve every step, so their gradients are added up over all steps.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(T: int, D: int, H: int, O: int, B: int) -> dict[str, Any]:
            weights = new_weights(D, H, O)
            _, steps = forward(numbers(T, D, B), weights)
            return {"steps": steps, "dys": numbers(T, O, B, seed=3), "weights": weights}

        return {
            "one step": case(1, 1, 1, 1, 1),
            "two steps": case(2, 1, 1, 1, 1),
            "three steps": case(3, 1, 1, 1, 1),
            "four steps, three units and two columns": case(4, 2, 3, 2, 2),
        }

    @staticmethod
    def starter(steps, dys, weights):
        """Return the gradient of every weight by its name."""
        raise NotImplementedError

    @staticmethod
    def solution(steps, dys, weights):
        gradients = {name: np.zeros_like(W) for name, W in weights.items()}
        dh = dc = np.zeros_like(steps[0]["h"])  # (H, B), from the step after the last
        for t in reversed(range(len(steps))):
            gradients["Wy"] += dys[t] @ steps[t]["h"].T  # (O, H)
            gradients["Wy_bias"] += dys[t].sum(axis=1, keepdims=True)  # (O, 1)
            dh = dh + weights["Wy"].T @ dys[t]  # (H, B), from the output and from the next step
            here = step_backward(steps[t], dh, dc, weights)
            dh, dc = here["h_prev"], here["c_prev"]
            for name in gradients.keys() & here.keys():
                gradients[name] += here[name]
        return gradients

    @wrong("dh_next is overwritten: the gradient of each step lacks what came from the step after it.")
    @staticmethod
    def dh_overwritten(steps, dys, weights):
        return changed_backward(steps, dys, weights, carry_h=0.0)

    @wrong(
        "dc_next is dropped: the gradient that goes back along the cell state has to reach the step before."
    )
    @staticmethod
    def dc_dropped(steps, dys, weights):
        return changed_backward(steps, dys, weights, carry_c=0.0)

    @wrong("The gradient of the output enters at the last step only. Each step has an output of its own.")
    @staticmethod
    def last_output_only(steps, dys, weights):
        entering = np.concatenate((0 * dys[:-1], dys[-1:]))
        right = changed_backward(steps, dys, weights)
        return changed_backward(steps, entering, weights) | {name: right[name] for name in READ_OUT}

    @wrong("The gradients of the weights are overwritten: they have to be added up over all steps.")
    @staticmethod
    def not_added(steps, dys, weights):
        return changed_backward(steps, dys, weights, keep=0.0)

    @wrong(
        "The gradient of Wy takes the hidden state of the step before. An output is read from its own step's h."
    )
    @staticmethod
    def read_out_of_before(steps, dys, weights):
        right = backward(steps, dys, weights)
        return right | {"Wy": sum(dy @ s["h_prev"].T for dy, s in zip(dys, steps, strict=True))}

    @wrong(
        "The loop runs from the first step to the last. A gradient goes back from the last step to the first."
    )
    @staticmethod
    def wrong_direction(steps, dys, weights):
        return changed_backward(steps[::-1], dys[::-1], weights)


backward = Backward.solution


def changed_backward(steps, dys, weights, carry_h=1.0, carry_c=1.0, keep=1.0):
    """Go back with something changed, for wrong answers."""
    gradients = {name: np.zeros_like(W) for name, W in weights.items()}
    dh = dc = np.zeros_like(steps[0]["h"])
    for t in reversed(range(len(steps))):
        dh = carry_h * dh + weights["Wy"].T @ dys[t]
        here = step_backward(steps[t], dh, carry_c * dc, weights)
        here |= {"Wy": dys[t] @ steps[t]["h"].T, "Wy_bias": dys[t].sum(axis=1, keepdims=True)}
        dh, dc = here["h_prev"], here["c_prev"]
        gradients = {name: keep * gradients[name] + here[name] for name in gradients}
    return gradients


class NumericalGradient(Write):
    r"""A gradient without theory.

    Write `numerical_gradient(loss, weights, size)`. `loss(weights)` is any function of a dict of arrays. For each
    entry of each array, move the entry up and down by `size` and take the central difference,
    $(L(w + s) - L(w - s)) / 2s$. Return the gradients by name, and leave the weights as they were.
    """

    answer, chapter, minutes = "numerical_gradient", "check", 15
    hints = (
        "`np.ndindex(W.shape)` yields the index of every entry, for an array of any shape.",
        "Keep the old value of the entry. Set it to `old + size`, ask for the loss, set it to `old - size`, ask again.",
        "At the end of each turn, set the entry back to `old` itself, not to `W[k] + size`, which is rounded.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def cubes(weights: dict[str, Any]) -> float:
            return float(sum((W**3).sum() for W in weights.values()))

        def mixed(weights: dict[str, Any]) -> float:
            return float(np.sin(weights["V"] @ weights["W"]).sum())

        return {
            "one number": {"loss": cubes, "weights": {"W": np.array([[2.0]])}, "size": 0.001},
            "two arrays": {"loss": mixed, "weights": {"W": numbers(2, 1), "V": numbers(3, 2)}, "size": 0.001},
        }

    @staticmethod
    def starter(loss, weights, size):
        """Return an array of differences for each array, by name."""
        raise NotImplementedError

    @staticmethod
    def solution(loss, weights, size):
        gradients = {}
        for name, W in weights.items():
            gradients[name] = np.zeros_like(W)
            for k in np.ndindex(W.shape):
                old = W[k]
                W[k] = old + size
                above = loss(weights)
                W[k] = old - size
                below = loss(weights)
                W[k] = old
                gradients[name][k] = (above - below) / (2 * size)
        return gradients

    @wrong(
        "This is a one-sided difference, from w to w + s. The central one, from w - s to w + s, is far more exact."
    )
    @staticmethod
    def one_sided(loss, weights, size):
        return differences_between(loss, weights, size, 0.0)

    @wrong("The difference is divided by s, but the two points are 2 s apart.")
    @staticmethod
    def divided_by_one_size(loss, weights, size):
        return {name: 2 * g for name, g in numerical_gradient(loss, weights, size).items()}

    @wrong("/ 2 * size divides by 2 and then multiplies by the size: write / (2 * size).")
    @staticmethod
    def times_size(loss, weights, size):
        return {name: size**2 * g for name, g in numerical_gradient(loss, weights, size).items()}

    @wrong("The difference has the wrong sign: it is the loss above minus the loss below.")
    @staticmethod
    def turned(loss, weights, size):
        return {name: -g for name, g in numerical_gradient(loss, weights, size).items()}

    @wrong(
        "The moved entry is one of a copy, which loss never sees. Move the entry in the array that loss is given."
    )
    @staticmethod
    def moves_a_copy(loss, weights, size):
        return {name: 0 * W for name, W in weights.items()}

    @wrong("The weights are not set back: each entry stays moved while the next one is measured.")
    @staticmethod
    def not_set_back(loss, weights, size):
        right = numerical_gradient(loss, weights, size)
        for W in weights.values():
            W -= size
        return right


numerical_gradient = NumericalGradient.solution


def differences_between(loss, weights, up, down):
    """Return the differences of the loss between two places, for wrong answers."""
    gradients = {}
    for name, W in weights.items():
        gradients[name] = np.zeros_like(W)
        for k in np.ndindex(W.shape):
            old = W[k]
            W[k] = old + up
            above = loss(weights)
            W[k] = old - down
            gradients[name][k] = (above - loss(weights)) / (up + down)
            W[k] = old
    return gradients


class Clip(Write):
    r"""Clip by the global norm.

    Write `clip(gradients, limit)`. Take all gradients as one long vector. If it is longer than `limit`, multiply
    all of them by one factor, so that it is exactly as long as the limit. Return new arrays by name.
    """

    answer, chapter, minutes = "clip", "long-runs", 5
    hints = (
        "The length of all gradients together is the root of the sum of *all* squares.",
        "A vector that is shorter than the limit stays as it is: the factor is 1.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one gradient of length 5 and a limit of 1": {
                "gradients": {"W": np.array([[3.0, 4.0]])},
                "limit": 1.0,
            },
            "a gradient shorter than the limit": {"gradients": {"W": np.array([[0.3, 0.4]])}, "limit": 1.0},
            "two gradients": {"gradients": {"W": np.array([[3.0]]), "b": np.array([[0.5]])}, "limit": 1.0},
        }

    @staticmethod
    def starter(gradients, limit):
        """Return the gradients by name, all multiplied by one factor."""
        raise NotImplementedError

    @staticmethod
    def solution(gradients, limit):
        norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
        factor = min(1.0, limit / norm) if norm > 0 else 1.0
        return {name: factor * g for name, g in gradients.items()}

    @wrong(
        "Each array is clipped by its own length, which turns the direction. One factor serves all arrays."
    )
    @staticmethod
    def each_by_itself(gradients, limit):
        return {name: clip({name: g}, limit)[name] for name, g in gradients.items()}

    @wrong("Each entry is clipped by itself, which turns the direction. Shorten all entries by one factor.")
    @staticmethod
    def each_entry(gradients, limit):
        return {name: np.clip(g, -limit, limit) for name, g in gradients.items()}

    @wrong("Short gradients are made longer. Clipping only shortens.")
    @staticmethod
    def always_scaled(gradients, limit):
        norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
        return {name: limit / norm * g for name, g in gradients.items()}

    @wrong(
        "The lengths of the arrays are added. The length of all is the root of the sum of all their squares."
    )
    @staticmethod
    def sum_of_lengths(gradients, limit):
        norm = sum(np.sqrt((g**2).sum()) for g in gradients.values())
        return {name: min(1.0, limit / norm) * g for name, g in gradients.items()}

    @wrong("The factor is turned: it is the limit divided by the length.")
    @staticmethod
    def turned(gradients, limit):
        norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
        return {name: min(1.0, norm / limit) * g for name, g in gradients.items()}

    @wrong("The root is missing: the length is the root of the sum of squares.")
    @staticmethod
    def no_root(gradients, limit):
        squares = sum((g**2).sum() for g in gradients.values())
        return {name: min(1.0, limit / squares) * g for name, g in gradients.items()}


clip = Clip.solution


class Adam(Write):
    r"""Adam.

    Write `adam(weights, gradients, memory, learning_rate)`, which changes the weights **in place**. `memory` is
    a dict that is empty before the first update; keep in it what the next update needs: the count $t$ of
    updates, and for each weight the running means $m$ of the gradient ($\beta_1 = 0.9$) and $v$ of its square
    ($\beta_2 = 0.999$), both from zero: $m \leftarrow \beta_1 m + (1 - \beta_1) g$, and $v$ likewise. For the
    step, first divide $m$ by $1 - \beta_1^t$ and $v$ by $1 - \beta_2^t$ to correct them. Then subtract
    $m / (\sqrt{v} + \varepsilon)$ times the learning rate from the weight, where $\varepsilon = 10^{-8}$.
    """

    answer, chapter, minutes = "adam", "train", 20
    hints = (
        '`memory["t"] = memory.get("t", 0) + 1` counts the updates. The first is number 1.',
        r"$m \leftarrow 0.9\, m + 0.1\, g$ and $v \leftarrow 0.999\, v + 0.001\, g^2$, both from zero. Divided by $1 - 0.9^t$ and $1 - 0.999^t$, they are right from the start.",
        r"Epsilon is added after the root is taken. `W -= ...` changes the array, `W = W - ...` makes a new one.",
    )

    @classmethod
    def cases(cls) -> Cases:
        small = [{"W": np.array([[1e-8]])}] * 2
        return {
            "one update": {"weights": {"W": np.array([[1.0]])}, "updates": [{"W": np.array([[2.0]])}]},
            "two updates": {
                "weights": {"W": np.array([[1.0]])},
                "updates": [{"W": np.array([[2.0]])}, {"W": np.array([[-1.0]])}],
            },
            "a tiny gradient": {"weights": {"W": np.array([[1.0]])}, "updates": small},
            "two weights and three updates": {
                "weights": {"W": numbers(2, 3), "b": numbers(2, 1)},
                "updates": [{"W": numbers(2, 3, seed=k), "b": numbers(2, 1, seed=k)} for k in (1, 2, 3)],
            },
        }

    @classmethod
    def run(cls, answer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        weights = {name: W.copy() for name, W in arguments["weights"].items()}
        memory: dict = {}
        seen: dict[str, Any] = {}
        for number, gradients in enumerate(arguments["updates"], start=1):
            answer(weights, gradients, memory, 0.1)
            seen |= {f"{name} after update {number}": W.copy() for name, W in weights.items()}
        return seen

    @staticmethod
    def starter(weights, gradients, memory, learning_rate):
        """Change the weights in place. memory is kept between updates."""
        raise NotImplementedError

    @staticmethod
    def solution(weights, gradients, memory, learning_rate):
        memory["t"] = memory.get("t", 0) + 1
        for name, W in weights.items():
            m, v = memory.get(name, (0.0, 0.0))
            m = 0.9 * m + 0.1 * gradients[name]
            v = 0.999 * v + 0.001 * gradients[name] ** 2
            memory[name] = m, v
            m_hat = m / (1 - 0.9 ** memory["t"])
            v_hat = v / (1 - 0.999 ** memory["t"])
            W -= learning_rate * m_hat / (np.sqrt(v_hat) + 1e-8)

    @wrong(
        "The means are not corrected: m and v start at zero and are too small at first. Divide by 1 - beta**t."
    )
    @staticmethod
    def not_corrected(weights, gradients, memory, learning_rate):
        for name, W in weights.items():
            m, v = memory.get(name, (0.0, 0.0))
            memory[name] = m, v = 0.9 * m + 0.1 * gradients[name], 0.999 * v + 0.001 * gradients[name] ** 2
            W -= learning_rate * m / (np.sqrt(v) + 1e-8)

    @wrong("The root is missing: the step is divided by the root of v, not by v itself.")
    @staticmethod
    def no_root(weights, gradients, memory, learning_rate):
        changed_adam(weights, gradients, memory, learning_rate, root=lambda v: v)

    @wrong(
        "The betas have changed places: 0.9 is for the mean of the gradient, 0.999 for that of its square."
    )
    @staticmethod
    def betas_swapped(weights, gradients, memory, learning_rate):
        changed_adam(weights, gradients, memory, learning_rate, betas=(0.999, 0.9))

    @wrong("memory is not used: the second update must start from the means that the first one left.")
    @staticmethod
    def forgets(weights, gradients, memory, learning_rate):
        adam(weights, gradients, {}, learning_rate)

    @wrong(
        "The weights do not change: W = W - ... makes a new array. Write W -= ..., which changes the old one."
    )
    @staticmethod
    def new_array(weights, gradients, memory, learning_rate):
        adam({name: W.copy() for name, W in weights.items()}, gradients, memory, learning_rate)

    @wrong("The sign is turned: the step goes against the gradient.")
    @staticmethod
    def uphill(weights, gradients, memory, learning_rate):
        adam(weights, gradients, memory, -learning_rate)

    @wrong("Epsilon stands under the root, where 1e-8 is as much as 1e-4 outside. Add it to the root.")
    @staticmethod
    def epsilon_under_root(weights, gradients, memory, learning_rate):
        memory["t"] = t = memory.get("t", 0) + 1
        for name, W in weights.items():
            m, v = memory.get(name, (0.0, 0.0))
            memory[name] = m, v = 0.9 * m + 0.1 * gradients[name], 0.999 * v + 0.001 * gradients[name] ** 2
            W -= learning_rate * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t) + 1e-8)

    @wrong("The count does not grow: every update is corrected as if it were the first.")
    @staticmethod
    def count_stays(weights, gradients, memory, learning_rate):
        memory["t"] = 0
        adam(weights, gradients, memory, learning_rate)

    @wrong("The count begins at 0, so the first correction divides by zero. The first update is number 1.")
    @staticmethod
    def count_from_zero(weights, gradients, memory, learning_rate):
        memory.setdefault("t", -1)
        adam(weights, gradients, memory, learning_rate)


adam = Adam.solution


def changed_adam(weights, gradients, memory, learning_rate, betas=(0.9, 0.999), root=np.sqrt):
    """Update with something changed, for wrong answers."""
    memory["t"] = t = memory.get("t", 0) + 1
    for name, W in weights.items():
        (m, v), (b1, b2) = memory.get(name, (0.0, 0.0)), betas
        memory[name] = m, v = b1 * m + (1 - b1) * gradients[name], b2 * v + (1 - b2) * gradients[name] ** 2
        W -= learning_rate * (m / (1 - b1**t)) / (root(v / (1 - b2**t)) + 1e-8)


class Train(Write):
    r"""The training loop.

    Write `train(weights, xs, targets, steps, learning_rate)`. Each step runs forward, takes the cross-entropy,
    goes backward, clips the gradients to a global norm of 1, and updates the weights by Adam, in place. Return
    the list of the losses, each measured *before* the update of its step.
    """

    answer, chapter, minutes = "train", "train", 10
    hints = (
        "Five lines, one for each of your functions: `forward`, `cross_entropy`, `backward`, `clip`, `adam`.",
        "Adam's memory lives longer than a step: make the empty dict before the loop.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(steps: int, B: int) -> dict[str, Any]:
            targets = np.eye(2)[:, np.arange(2 * B) % 2].reshape(2, 2, B).transpose(1, 0, 2)
            weights = new_weights(1, 2, 2)
            weights["Wy"] *= 40.0  # so large that the gradients are clipped
            return {"weights": weights, "xs": numbers(2, 1, B), "targets": targets, "steps": steps}

        return {"one step": case(1, 1), "two steps": case(2, 1), "five steps and three columns": case(5, 3)}

    @classmethod
    def run(cls, answer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        weights = {name: W.copy() for name, W in arguments["weights"].items()}
        losses = answer(weights, arguments["xs"], arguments["targets"], arguments["steps"], 0.1)
        return {"losses": losses if losses is None else np.array(losses, float)} | weights

    outputs = {"losses": "T"} | GATES | BIASES | READ_OUT

    @staticmethod
    def starter(weights, xs, targets, steps, learning_rate):
        """Train on one batch, in place. Return the loss of each step."""
        raise NotImplementedError

    @staticmethod
    def solution(weights, xs, targets, steps, learning_rate):
        memory: dict = {}
        losses = []
        for _ in range(steps):
            ys, states = forward(xs, weights)
            loss, dys = cross_entropy(ys, targets)
            gradients = clip(backward(states, dys, weights), 1.0)
            adam(weights, gradients, memory, learning_rate)
            losses.append(loss)
        return losses

    @wrong(
        "Adam's memory is made anew in each step, so its means always start at zero. Make it before the loop."
    )
    @staticmethod
    def new_memory(weights, xs, targets, steps, learning_rate):
        return [train(weights, xs, targets, 1, learning_rate)[0] for _ in range(steps)]

    @wrong("The gradients are not clipped before the update. (Clipped after it, they have no effect.)")
    @staticmethod
    def not_clipped(weights, xs, targets, steps, learning_rate):
        memory: dict = {}
        losses = []
        for _ in range(steps):
            ys, states = forward(xs, weights)
            loss, dys = cross_entropy(ys, targets)
            adam(weights, backward(states, dys, weights), memory, learning_rate)
            losses.append(loss)
        return losses

    @wrong("The losses are those after the updates. Keep the loss from which the gradient was taken.")
    @staticmethod
    def loss_after_update(weights, xs, targets, steps, learning_rate):
        losses = train(weights, xs, targets, steps, learning_rate)
        return [*losses[1:], cross_entropy(forward(xs, weights)[0], targets)[0]]

    @wrong("The weights stay as they were: the update has to change the arrays that train was given.")
    @staticmethod
    def trains_a_copy(weights, xs, targets, steps, learning_rate):
        return train({name: W.copy() for name, W in weights.items()}, xs, targets, steps, learning_rate)

    @wrong("Only the last loss is returned. Return a list with one loss for each step.")
    @staticmethod
    def last_loss_only(weights, xs, targets, steps, learning_rate):
        return train(weights, xs, targets, steps, learning_rate)[-1]


train = Train.solution


class WriteText(Write):
    r"""Write text with it.

    Write `write(weights, letters, start, length, rng, temperature)`. The network reads the letters of the string
    `letters` one-hot, the first letter in the first row, and gives one output for each of them. Begin with the letter
    `start` and states of zeros. In each step, divide the outputs by the temperature, take the softmax, and draw the
    next letter with `rng.choice(len(letters), p=p)`. The drawn letter is the next input. Return the `length` drawn
    letters as a string.
    """

    answer, chapter, minutes = "write", "wrong", 20
    outputs = {"the text": ""}
    hints = (
        "`np.eye(len(letters))[:, [k]]` is the one-hot column of letter `k`.",
        "Use `step` and carry `h` and `c` from letter to letter. `forward` would start from zeros each time.",
        "`rng.choice` wants probabilities in one dimension: `p[:, 0]`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(letters: str, length: int, temperature: float) -> dict[str, Any]:
            weights = new_weights(len(letters), 5, len(letters))
            rng = np.random.default_rng(3)
            return {
                "weights": weights, "letters": letters, "start": letters[-1], "length": length, "rng": rng,
                "temperature": temperature,
            }  # fmt: skip

        return {
            "two letters": case("ab", 8, 1.0),
            "five letters": case("abcde", 20, 1.0),
            "a temperature of 0.5": case("abcde", 20, 0.5),
        }

    @staticmethod
    def starter(weights, letters, start, length, rng, temperature):
        """Return a string of `length` drawn letters."""
        raise NotImplementedError

    @staticmethod
    def solution(weights, letters, start, length, rng, temperature):
        h = c = np.zeros((len(weights["Wf"]), 1))
        letter, text = letters.index(start), ""
        for _ in range(length):
            x = np.eye(len(letters))[:, [letter]]  # (D, 1), one-hot
            values = step(x, h, c, weights)
            h, c = values["h"], values["c"]
            y = (weights["Wy"] @ h + weights["Wy_bias"]) / temperature  # (D, 1)
            p = np.exp(y - y.max())
            letter = rng.choice(len(letters), p=p[:, 0] / p.sum())
            text += letters[letter]
        return text

    @wrong(
        "The likeliest letter is taken and not drawn, so the text is the same each time and soon goes round in circles."
    )
    @staticmethod
    def takes_the_likeliest(weights, letters, start, length, rng, temperature):
        return changed_write(weights, letters, start, length, None, temperature)

    @wrong(
        "The outputs are multiplied by the temperature. Divide: a low temperature makes the likely likelier."
    )
    @staticmethod
    def multiplied(weights, letters, start, length, rng, temperature):
        return write(weights, letters, start, length, rng, 1 / temperature)

    @wrong("The temperature changes nothing: divide the outputs by it, before the softmax.")
    @staticmethod
    def no_temperature(weights, letters, start, length, rng, temperature):
        return write(weights, letters, start, length, rng, 1.0)

    @wrong("The state is not carried: every letter is predicted as if it were the first.")
    @staticmethod
    def state_lost(weights, letters, start, length, rng, temperature):
        return changed_write(weights, letters, start, length, rng, temperature, carry=0.0)

    @wrong("The first letter is the input of every step. The letter that was drawn is the next input.")
    @staticmethod
    def always_start(weights, letters, start, length, rng, temperature):
        return changed_write(weights, letters, start, length, rng, temperature, feed=False)

    @wrong("The first letter is part of the text. Return the drawn letters only.")
    @staticmethod
    def with_start(weights, letters, start, length, rng, temperature):
        return start + write(weights, letters, start, length, rng, temperature)


write = WriteText.solution


def changed_write(weights, letters, start, length, rng, temperature, carry=1.0, feed=True):
    """Write with something changed, for wrong answers; without `rng`, take the likeliest letter."""
    h = c = np.zeros((len(weights["Wf"]), 1))
    letter, text = letters.index(start), ""
    for _ in range(length):
        values = step(np.eye(len(letters))[:, [letter]], carry * h, carry * c, weights)
        h, c = values["h"], values["c"]
        y = (weights["Wy"] @ h + weights["Wy_bias"]) / temperature
        p = np.exp(y - y.max())[:, 0]
        drawn = int(p.argmax()) if rng is None else rng.choice(len(letters), p=p / p.sum())
        letter, text = drawn if feed else letter, text + letters[drawn]
    return text


class Learn(Write):
    r"""Put it together.

    Write `learn(text, hidden_size, rng)`: a network learns one short text by heart, letter after letter. Take the
    sorted letters of the text as the alphabet. The inputs are the text without its last letter, the targets the text
    without its first, both one-hot. Draw small random weights from `rng`, with the shapes that you know, and train
    long enough: for a text of a dozen letters, the mean loss should come below 0.1. Return the weights and the
    alphabet, a string.
    """

    answer, chapter, minutes = "learn", "train", 30
    outputs = {"shapes": "", "units": "", "loss": ""}
    hints = (
        '`letters = "".join(sorted(set(text)))` is the alphabet, and `np.eye(len(letters))[[letters.index(s) for s in text]]` has a one-hot row for each letter.',
        "A batch of one text has the shape (T, O, 1): `rows[:-1, :, None]` are the inputs, `rows[1:, :, None]` the targets.",
        r"Draw each matrix from a normal distribution with a deviation of about 0.3. Some 120 steps with a learning rate of 0.05 are enough for a dozen letters.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "a text of five letters": {"text": "hello", "hidden_size": 6},
            "a longer text": {"text": "to be or not", "hidden_size": 10},
        }

    @classmethod
    def run(cls, answer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        text, H = arguments["text"], arguments["hidden_size"]
        weights, letters = answer(text, H, np.random.default_rng(0))
        expected = "".join(sorted(set(text)))
        if letters != expected:
            raise ValueError(f"the letters must be {expected!r}, got {letters!r}")
        rows = np.eye(len(letters))[[letters.index(s) for s in text]][:, :, None]
        shapes = {name: W.shape for name, W in LSTM(len(letters), H, len(letters)).parameters().items()}
        loss = cross_entropy(forward(rows[:-1], weights)[0], rows[1:])[0]
        guessing = np.log(len(letters))
        level = "below 0.1" if loss < 0.1 else f"{loss:.2f}, which is not below 0.1"
        level = "about that of guessing" if 0.7 * guessing < loss < 1.3 * guessing else level
        return {
            "shapes": "right" if {n: np.shape(W) for n, W in weights.items()} == shapes else "wrong",
            "units": "all the same" if np.ptp(weights["Wf"], axis=0).max() < 1e-12 else "different",
            "loss": "above that of guessing" if loss > 1.3 * guessing else level,
        }

    @staticmethod
    def starter(text, hidden_size, rng):
        """Learn a text by heart. Return the weights and the letters."""
        raise NotImplementedError

    @staticmethod
    def solution(text, hidden_size, rng):
        letters = "".join(sorted(set(text)))
        rows = np.eye(len(letters))[[letters.index(s) for s in text]][:, :, None]  # (T+1, D, 1)
        D = O = len(letters)
        H = hidden_size
        weights = {}
        for name in ("Wf", "Wi", "Wc", "Wo"):
            weights[name] = 0.3 * rng.standard_normal((H, D + H))
            weights[f"{name}_bias"] = np.zeros((H, 1))
        weights["Wy"] = 0.3 * rng.standard_normal((O, H))
        weights["Wy_bias"] = np.zeros((O, 1))
        train(weights, rows[:-1], rows[1:], 120, 0.05)
        return weights, letters

    @wrong("All weights start equal, so all units do the same for ever. Draw them at random.")
    @staticmethod
    def starts_equal(text, hidden_size, rng):
        letters = "".join(sorted(set(text)))
        D = len(letters)
        return {n: np.full_like(W, 0.1) for n, W in new_weights(D, hidden_size, D).items()}, letters

    @wrong(
        "The targets are the inputs: the network has learned to repeat a letter. Shift the targets by one."
    )
    @staticmethod
    def not_shifted(text, hidden_size, rng):
        weights, letters = Learn.not_trained(text, hidden_size, rng)
        rows = np.eye(len(letters))[[letters.index(s) for s in text]][:, :, None]
        train(weights, rows[:-1], rows[:-1], 60, 0.1)
        return weights, letters

    @wrong("The network has learned nothing yet: its loss is about that of guessing. Train it.")
    @staticmethod
    def not_trained(text, hidden_size, rng):
        letters = "".join(sorted(set(text)))
        D = len(letters)
        weights = {n: 0.1 * rng.standard_normal(W.shape) for n, W in new_weights(D, hidden_size, D).items()}
        return weights, letters


learn = Learn.solution
