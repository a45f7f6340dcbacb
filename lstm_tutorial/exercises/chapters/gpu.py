"""Exercises for the chapter "Why is my GPU slow?"."""

import numpy as np

from lstm_tutorial import sigmoid, tanh
from lstm_tutorial.exercises.exercise import Cases, Compute, Counted, Write, wrong


class HowBusy(Compute):
    """How busy is the GPU?

    A forward and a backward pass of an LSTM with 256 inputs and 256 units take 4 milliseconds for 16 sequences of 200
    steps. In a large product of matrices, the same GPU makes 50 trillion operations a second. Which share of that
    does the LSTM reach, as a number between 0 and 1? (Count its matrix products alone. A multiplication and its
    addition are two operations.)
    """

    minutes = 4
    given = {"T": 200, "B": 16, "D": 256, "H": 256, "seconds": 0.004, "best": 50e12}
    hints = (
        "A forward and a backward pass take $24 H (D + H) T B$ operations.",
        "Divide by the seconds, and then by what the GPU reaches at best.",
    )

    @staticmethod
    def solution(T, B, D, H, seconds, best):
        operations = 24 * H * (D + H) * T * B
        return operations / seconds / best

    @wrong("Those are the operations of the forward pass. The backward pass has twice as many.")
    @staticmethod
    def forward_only(T, B, D, H, seconds, best):
        return HowBusy.solution(T, B, D, H, seconds, best) / 3

    @wrong("That is one step of each sequence. In this time, the GPU does all T of them.")
    @staticmethod
    def one_step(T, B, D, H, seconds, best):
        return HowBusy.solution(1, B, D, H, seconds, best)

    @wrong("That is for one sequence. Every sequence of the batch needs the same operations.")
    @staticmethod
    def one_sequence(T, B, D, H, seconds, best):
        return HowBusy.solution(T, 1, D, H, seconds, best)

    @wrong("A product of two numbers and its addition are two operations. Here they are counted as one.")
    @staticmethod
    def one_operation(T, B, D, H, seconds, best):
        return HowBusy.solution(T, B, D, H, seconds, best) / 2


class InputsFirst(Write):
    """The products of the inputs first.

    Write `hidden_states(W_x, W_h, xs)`, which runs an LSTM without biases along a sequence and returns the hidden
    states of all steps, (T, H, B). `W_x` is (4H, D) and `W_h` is (4H, H), with the rows of f, i, the candidate and o
    one below the other; `xs` is (T, D, B), and both states begin at zero. Multiply the inputs of *all* steps in one
    product, before the loop. That makes $T + 1$ products.
    """

    answer, minutes = "hidden_states", 12
    outputs = {"hs": "THB", "products": ""}
    hints = (
        "`xs.swapaxes(0, 1).reshape(D, T * B)` puts all columns of all steps side by side.",
        "After the product, `reshape(4 * H, T, B)` makes the steps an axis of their own: step `t` is `[:, t]`.",
        "In the loop, add `W_h @ h`, and go on as in a step that has its pre-activations.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def case(T: int, D: int, H: int, B: int) -> dict[str, object]:
            rng = np.random.default_rng(T)
            shapes = {"W_x": (4 * H, D), "W_h": (4 * H, H), "xs": (T, D, B)}
            return {name: rng.standard_normal(shape) for name, shape in shapes.items()}

        return {"one unit, two steps": case(2, 1, 1, 1), "two units, three columns": case(3, 2, 2, 3)}

    @classmethod
    def run(cls, answer, arguments):
        Counted.calls.clear()
        hs = answer(**{name: array.view(Counted) for name, array in arguments.items()})
        return {"hs": hs if hs is None else np.asarray(hs), "products": Counted.calls["matmul"]}

    @staticmethod
    def starter(W_x, W_h, xs):
        """Return the hidden states of all steps, (T, H, B)."""
        raise NotImplementedError

    @staticmethod
    def solution(W_x, W_h, xs):
        (T, D, B), H = xs.shape, W_h.shape[1]
        columns = xs.swapaxes(0, 1).reshape(D, T * B)  # (D, T*B)
        from_inputs = (W_x @ columns).reshape(4 * H, T, B)  # one product
        h = c = np.zeros((H, B))  # (H, B)
        hs = []
        for t in range(T):
            a = from_inputs[:, t] + W_h @ h  # (4H, B)
            f, i, o = sigmoid(a[:H]), sigmoid(a[H : 2 * H]), sigmoid(a[3 * H :])
            c = f * c + i * tanh(a[2 * H : 3 * H])  # (H, B)
            h = o * tanh(c)  # (H, B)
            hs.append(h)
        return np.array(hs)  # (T, H, B)

    @wrong(
        "There are two products in each step. The inputs of all steps are known before the loop: multiply them there."
    )
    @staticmethod
    def in_the_loop(W_x, W_h, xs):
        H = W_h.shape[1]
        h = c = np.zeros((H, xs.shape[2]))
        hs = []
        for x in xs:
            a = W_x @ x + W_h @ h
            f, i, o = sigmoid(a[:H]), sigmoid(a[H : 2 * H]), sigmoid(a[3 * H :])
            c = f * c + i * tanh(a[2 * H : 3 * H])
            h = o * tanh(c)
            hs.append(h)
        return np.array(hs)

    @wrong(
        "The columns are mixed: `reshape` reads (T, D, B) from its end. Bring D to the front with `swapaxes` first."
    )
    @staticmethod
    def mixed(W_x, W_h, xs):
        T, D, B = xs.shape
        return InputsFirst.solution(W_x, W_h, xs.reshape(D, T, B).swapaxes(0, 1))

    @wrong("The hidden state is not handed on: each step multiplies `W_h` by zeros.")
    @staticmethod
    def not_handed_on(W_x, W_h, xs):
        return InputsFirst.solution(W_x, np.zeros_like(W_h), xs)

    @wrong("The rows of f and i have changed places.")
    @staticmethod
    def other_order(W_x, W_h, xs):
        H = W_h.shape[1]
        rows = np.r_[H : 2 * H, :H, 2 * H : 4 * H]
        return InputsFirst.solution(W_x[rows], W_h[rows], xs)
