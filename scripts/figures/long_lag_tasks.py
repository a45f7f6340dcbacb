"""Draw one sequence of each of the four tasks with long lags, step by step, as their functions draw it."""

import numpy as np
from matplotlib.axes import Axes

from lstm_tutorial.checks import FloatArray
from lstm_tutorial.tasks import (
    TEMPORAL_ORDER_SYMBOLS,
    IntArray,
    adding_1997,
    noise_free_long_lag,
    temporal_order,
    two_sequence,
)
from scripts.plotting import style

SEED = 4  # marks far apart, X and then Y
MATTERS = style.series(1)["color"]


def build() -> None:
    """Draw ``docs/_generated/long_lag_tasks.svg``."""
    figure, (adding, order, lag, two) = style.new_figure(height=4.8, rows=4, sharex=True)
    draw_adding(adding)
    draw_order(order)
    draw_lag(lag)
    draw_two(two)
    for axes in (adding, order, lag, two):
        axes.set(yticks=[], xlim=(-1, 127))
        axes.grid(False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(bottom=False)
    two.set_xticks([1, 25, 50, 75, 100])
    two.set_xlabel("step")
    style.save(
        figure,
        "long_lag_tasks",
        title="One sequence of each of four tasks",
        description="Four rows of about a hundred steps, one stem a step, and a question mark at the end. "
        "Adding: stems of random height up and down, two of them in the first half marked. Temporal order: "
        "an X near step 15 and a Y near step 55 stand out among small stems. Long lag: one symbol at the "
        "first step, then stems that are always the same. Two-sequence: three tall equal stems at the "
        "start, then noise.",
    )


def draw_adding(axes: Axes) -> None:
    """Draw the numbers of the adding problem, the marked ones in color."""
    xs, _, lengths = adding_1997(1, 100, rng=SEED)
    T = int(lengths[0])
    values, marked = xs[:T, 0, 0], np.flatnonzero(xs[:T, 1, 0] == 1)  # (T,), (2,)
    stems(axes, values, marked)
    axes.set(title="adding: two numbers are marked, what is their sum?", ylim=(-1.1, 1.1))
    ask(axes, T, "sum?")


def draw_order(axes: Axes) -> None:
    """Draw the symbols of the temporal order task, each as a height."""
    xs, _, lengths = temporal_order(1, rng=SEED)
    T = int(lengths[0])
    symbols = xs[:T, :, 0].argmax(axis=1)  # (T,)
    matter = np.flatnonzero(symbols >= TEMPORAL_ORDER_SYMBOLS.index("X"))  # (2,)
    heights = np.where(symbols >= TEMPORAL_ORDER_SYMBOLS.index("X"), 1.0, 0.15 + 0.07 * symbols)  # (T,)
    stems(axes, heights, matter)
    for t in matter.tolist():
        axes.text(
            t + 3, 0.9, TEMPORAL_ORDER_SYMBOLS[symbols[t]], color=MATTERS, fontweight="bold", va="center"
        )
    axes.set(title="temporal order: which came first, and which second?", ylim=(0, 1.2))
    ask(axes, T, "order?")


def draw_lag(axes: Axes) -> None:
    """Draw the task whose last symbol is the first one."""
    xs = noise_free_long_lag(1, 100, rng=SEED).xs  # (T, p+1, 1)
    stems(axes, np.where(np.arange(len(xs)) == 0, 1.0, 0.35), np.array([0]))
    axes.text(3, 0.9, "x or y", color=MATTERS, fontweight="bold", va="center")
    axes.text(50, 0.72, "the same 99 symbols every time", ha="center", va="center")
    axes.set(title="long lag: which symbol came first?", ylim=(0, 1.2))
    ask(axes, len(xs), "x or y?")


def draw_two(axes: Axes) -> None:
    """Draw the two-sequence problem: a class in the first three numbers, then noise."""
    xs, _, lengths = two_sequence(1, 100, rng=SEED)
    T = int(lengths[0])
    stems(axes, xs[:T, 0, 0], np.arange(3))
    axes.set(title="two-sequence: were the first three numbers 1 or −1?", ylim=(-1.5, 1.5))
    ask(axes, T, "1 or −1?")


def stems(axes: Axes, values: FloatArray, matter: IntArray) -> None:
    """Draw a stem for each step, and those that matter in color, with a head."""
    for steps, look in (
        (np.arange(len(values)), {"color": style.COLORS["muted"], "linewidth": 1.4}),
        (matter, {"color": MATTERS, "linewidth": 2.6}),
    ):
        xs = np.repeat(steps + 1.0, 3)  # (3 n,), down and up again, then a gap
        ys = np.stack(
            (0 * values[steps], values[steps], np.full(len(steps), np.nan)), axis=1
        ).ravel()  # (3 n,)
        axes.plot(xs, ys, **look)
    axes.plot(matter + 1, values[matter], "o", color=MATTERS, markersize=5)


def ask(axes: Axes, T: int, question: str) -> None:
    """Write the question behind the last step."""
    axes.text(T + 3, 0, question, va="bottom" if axes.get_ylim()[0] == 0 else "center")
