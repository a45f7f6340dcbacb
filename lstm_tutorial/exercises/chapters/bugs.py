"""Exercises for the chapter "Eight bugs in a backward pass"."""

from typing import Any

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Mend, wrong


def one_step(H: int, B: int) -> dict[str, Any]:
    """Return the values of a step and gradients that reach its h and c, (H, B) each."""
    rng = np.random.default_rng(0)
    gates = {name: rng.uniform(0.2, 0.9, (H, B)) for name in ("f", "i", "c_tilde", "o")}
    states = {name: rng.standard_normal((H, B)) for name in ("c_prev", "c", "dh", "dc")}
    return gates | states


class GateBackward(Mend):
    """One wrong gradient of four.

    The function carries the gradients of `h` and `c` back to the four pre-activations. A check says that `da_f`,
    `da_i` and `da_o` are right and `da_c` is wrong. Find the fault.
    """

    answer, minutes = "gates_backward", 5
    outputs = dict.fromkeys(("da_f", "da_i", "da_c", "da_o"), "HB")
    hints = (
        "`tanh_c` and the sum `dc` are right, because `da_f`, `da_i` and `da_o` come from them. Only the line of `da_c` is left.",
        "`c_tilde` is already squashed: it is the value of tanh, not its argument.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {"one unit": one_step(1, 1), "three units and two columns": one_step(3, 2)}

    @staticmethod
    def starter(f, i, c_tilde, o, c_prev, c, dh, dc):
        """Return the gradients of the four pre-activations, (H, B) each."""
        tanh_c = np.tanh(c)
        dc = dc + dh * o * (1 - tanh_c**2)
        da_f = dc * c_prev * f * (1 - f)
        da_i = dc * c_tilde * i * (1 - i)
        da_c = dc * i * (1 - np.tanh(c_tilde) ** 2)
        da_o = dh * tanh_c * o * (1 - o)
        return da_f, da_i, da_c, da_o

    @staticmethod
    def solution(f, i, c_tilde, o, c_prev, c, dh, dc):
        tanh_c = np.tanh(c)
        dc = dc + dh * o * (1 - tanh_c**2)
        da_f = dc * c_prev * f * (1 - f)
        da_i = dc * c_tilde * i * (1 - i)
        da_c = dc * i * (1 - c_tilde**2)
        da_o = dh * tanh_c * o * (1 - o)
        return da_f, da_i, da_c, da_o

    @wrong("Now the derivative of tanh is missing. It is 1 - c_tilde**2.")
    @staticmethod
    def no_derivative(f, i, c_tilde, o, c_prev, c, dh, dc):
        da_f, da_i, da_c, da_o = GateBackward.solution(f, i, c_tilde, o, c_prev, c, dh, dc)
        return da_f, da_i, da_c / (1 - c_tilde**2), da_o

    @wrong("That is the derivative of a gate. The candidate has tanh, whose derivative is 1 - c_tilde**2.")
    @staticmethod
    def of_sigmoid(f, i, c_tilde, o, c_prev, c, dh, dc):
        da_f, da_i, da_c, da_o = GateBackward.solution(f, i, c_tilde, o, c_prev, c, dh, dc)
        return da_f, da_i, da_c / (1 - c_tilde**2) * c_tilde * (1 - c_tilde), da_o


class StateBackward(Mend):
    """Right for one step, wrong for two.

    A check of one step agrees in every weight. With two steps, the first one's gradients are wrong. Here is what
    the step computes for the cell state; `dc` is what the next step hands back. Find the fault.
    """

    answer, minutes = "cell_backward", 8
    outputs = dict.fromkeys(("dc_prev", "di", "df"), "HB")
    hints = (
        "In the last step of a sequence, `dc` from the next step is zero. So which mistake would show only in the steps before?",
        "c acts through the next step and through h. Two ways to act are two gradients, and they are added.",
    )

    @classmethod
    def cases(cls) -> Cases:
        last = one_step(1, 1)
        return {
            "one unit": {name: last[name] for name in ("f", "i", "c_tilde", "o", "c_prev", "c", "dh", "dc")},
            "three units and two columns": one_step(3, 2),
        }

    @staticmethod
    def starter(f, i, c_tilde, o, c_prev, c, dh, dc):
        """Return the gradients of c_prev, i and f, (H, B) each."""
        dc = dh * o * (1 - np.tanh(c) ** 2)
        return dc * f, dc * c_tilde, dc * c_prev

    @staticmethod
    def solution(f, i, c_tilde, o, c_prev, c, dh, dc):
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        return dc * f, dc * c_tilde, dc * c_prev

    @wrong("Now what comes through h is lost. Both gradients of c are added.")
    @staticmethod
    def not_through_h(f, i, c_tilde, o, c_prev, c, dh, dc):
        return dc * f, dc * c_tilde, dc * c_prev

    @wrong("dc is added to the gradient of c_prev only. All that hangs on c needs the whole sum.")
    @staticmethod
    def added_too_late(f, i, c_tilde, o, c_prev, c, dh, dc):
        through_h = dh * o * (1 - np.tanh(c) ** 2)
        return (dc + through_h) * f, through_h * c_tilde, through_h * c_prev
