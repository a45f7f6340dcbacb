"""Three memories over the same eight sequences: a leaky unit, a latch and a conveyor with a gate.

Each has a panel of its own, because the values of the latch and of the conveyor nearly coincide. Nothing is
trained.
"""

from collections.abc import Callable

import numpy as np

from scripts.plotting import style

SEQUENCES = 8  # in the first half of them the bit is up
LAG = 40
Rule = Callable[[np.ndarray, np.ndarray, float], np.ndarray]  # from state, reading and gate to the next state
RULES: dict[str, Rule] = {
    "leaky unit, h = 0.9 h + x": lambda h, x, _: 0.9 * h + x,
    "latch, h = tanh(3 h + 0.3 x)": lambda h, x, _: np.tanh(3.0 * h + 0.3 * x),
    "conveyor with a gate, c = c + i x": lambda c, x, i: c + i * x,
}


def states(rule: Rule) -> np.ndarray:
    """Return the state before the first step, zero, and after each step, (T + 1, n)."""
    bits = np.repeat([1.0, -1.0], SEQUENCES // 2)  # (n,)
    noise = np.random.default_rng(2).standard_normal((LAG, SEQUENCES))  # (lag, n)
    path = [np.zeros(SEQUENCES)]  # (n,) each
    for t, x in enumerate((bits, *noise)):
        path.append(rule(path[-1], x, float(t == 0)))  # the gate is open in the first step only
    return np.array(path)


def build() -> None:
    """Draw ``docs/_generated/memory_states.svg``."""
    figure, panels = style.new_figure(height=4.4, rows=len(RULES), sharex=True)
    for axes, (title, rule) in zip(panels, RULES.items(), strict=True):
        up, down = np.split(states(rule), 2, axis=1)  # (T + 1, n / 2) each
        look = {"linewidth": 1.4, "drawstyle": "steps-post"}
        first, *_ = axes.plot(up, color=style.series(2)["color"], linestyle="-", **look)
        second, *_ = axes.plot(down, color=style.series(5)["color"], linestyle="--", **look)
        axes.axhline(0, color=style.COLORS["muted"], linewidth=0.8)
        axes.set_title(title)
        axes.set_xlim(0, LAG + 1)
    first.set_label("bit up")
    second.set_label("bit down")
    for axes in panels[1:]:
        axes.set(ylim=(-1.3, 1.3), yticks=[-1, 0, 1])
    panels[-1].set_xlabel("step (the bit is read in step 1)")
    style.corner_legend(panels[0], handles=[first, second], ncols=2)
    style.save(
        figure,
        "memory_states",
        title="The state of three memories, step by step",
        description=(
            f"Three panels with the states of {SEQUENCES} sequences over {LAG + 1} steps, solid where the "
            "bit is up and dashed where it is down. In the leaky unit solid and dashed lines cross zero "
            "and mix within a few steps. In the latch they part within some five steps and then stay near +1 "
            "and −1, with a small jitter. On the conveyor they are straight lines at exactly +1 and −1."
        ),
    )
