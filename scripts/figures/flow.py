"""Draw the first step of the example as strips of its real values, from the input to the output.

``build`` also writes ``flow.json`` for the live view docs/widgets/flow.js: the weights of a first step,
which are the columns of the matrices that act on the input, and the read-out.
"""

import json

import numpy as np

from scripts.files import GENERATED, write_atomically
from scripts.forward_pass import UNIT, example, first_step
from scripts.plotting import style
from scripts.plotting.strips import draw_strips

DIGITS = 10  # behind the point: enough to agree with the package in all that is shown


def weights() -> dict[str, list[float]]:
    """Return the input, (D,), its weights in the four gates, (4, H, D), and those of the read-out, (O, H)."""
    lstm, xs = example()
    gates = np.stack((lstm.Wf, lstm.Wi, lstm.Wc, lstm.Wo))[..., : lstm.input_size]  # (4, H, D)
    arrays = {"x": xs[0, :, 0], "W": gates, "Wy": lstm.Wy}
    return {name: np.round(array, DIGITS).tolist() for name, array in arrays.items()}


def build() -> None:
    write_atomically(GENERATED / "flow.json", json.dumps(weights(), separators=(",", ":")))
    style.save(
        draw_strips(first_step()),
        "flow",
        title="The first step of the example, its values as strips of tiles",
        description="From top to bottom: the input, 10 tiles, next to the previous hidden state, 20 blank "
        "tiles; the three gates and the candidate, 20 tiles each; the previous cell state and the product of "
        "the forget gate with it, both blank; the product of input gate and candidate, and the new "
        "cell state, which is the same; its tanh and the hidden state; the output, 5 pale tiles. Unit "
        f"{UNIT} is framed from the gates to the hidden state: its tiles never mix with those of another "
        "unit.",
    )
