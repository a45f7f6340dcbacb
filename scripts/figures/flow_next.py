"""Draw the second step of the example as strips of its real values, from the input to the output.

Here the previous states are no longer zero.
"""

from scripts.forward_pass import UNIT, second_step
from scripts.plotting import style
from scripts.plotting.strips import draw_strips


def build() -> None:
    style.save(
        draw_strips(second_step()),
        "flow_next",
        title="The second step of the example, its values as strips of tiles",
        description="Strips of tiles from top to bottom: the input next to the previous hidden state; the "
        "three gates and the candidate; the previous cell state and the product of the forget gate with it, "
        "the product of input gate and candidate, and their sum, the new cell state; its tanh and the "
        f"hidden state; the output. In unit {UNIT}, which is framed, both parts of the sum are positive.",
    )
