"""Draw the first step of the example as strips of its real values, from the input to the output."""

from scripts.forward_pass import UNIT, first_step
from scripts.plotting import style
from scripts.plotting.strips import draw_strips


def build() -> None:
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
