"""The example of the site: 10 inputs, 20 hidden units, 5 outputs, one step from zero states.

``python scripts/forward_pass.py`` prints every value of the step, as ``lstm.forward(..., verbose=True)``
does. ``build()`` writes the same text to ``docs/_generated/forward_pass.txt``, which the pages show. The
figures of the example are drawn in ``scripts/figures``; their numbers come from `first_step` and
`second_step`.

From zero states the forget gate multiplies zero, so its work cannot be seen in one step. `second_step` goes
on from the first with another input.
"""

import contextlib
import io

import numpy as np

from lstm_tutorial import LSTM, StepTrace
from lstm_tutorial.checks import FloatArray

WEIGHT_SEED = 0
INPUT_SEED = 15
UNIT = 12  # the hidden unit that the pages follow, counting from 0 as Python does


def example() -> tuple[LSTM, FloatArray]:
    """Return the cell and two inputs for it, (2, 10, 1): one for each step."""
    lstm = LSTM(10, 20, 5, rng=WEIGHT_SEED)
    xs = np.random.default_rng(INPUT_SEED).standard_normal((2, 10, 1))  # (T, D, B)
    return lstm, xs


def first_step() -> StepTrace:
    """Return every value of the first step, from zero states."""
    lstm, xs = example()
    trace: StepTrace = lstm.trace(xs[0], *lstm.initial_state())
    return trace


def second_step() -> StepTrace:
    """Return every value of the second step, from the states that the first one left."""
    lstm, xs = example()
    first = first_step()
    trace: StepTrace = lstm.trace(xs[1], first.h, first.c)
    return trace


def main() -> None:
    """Print every value of the first step."""
    lstm, xs = example()
    h, c = lstm.initial_state()  # (H, B) each
    lstm.forward(xs[0], h, c, verbose=True)


def build() -> None:
    """Write what `main` prints to ``docs/_generated/forward_pass.txt``."""
    from scripts.files import GENERATED, write_atomically  # here: `main` needs the package alone

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        main()
    write_atomically(GENERATED / "forward_pass.txt", printed.getvalue())


if __name__ == "__main__":
    main()
