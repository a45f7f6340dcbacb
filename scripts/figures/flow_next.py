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
        description="The same strips as for the first step. The previous hidden state and cell state are "
        "no longer blank, so the forget gate has something to multiply: the new cell state is the sum of a "
        f"part that was kept and a part that was added. In unit {UNIT}, which is framed, both parts are "
        "positive.",
    )
