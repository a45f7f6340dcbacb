"""Which steps each pair of a scan stands for, round after round: the span doubles."""

from scripts.plotting import style
from scripts.plotting.tiles import heat

STEPS = 8


def spans() -> list[list[tuple[int, int]]]:
    """Return, before the first round and after each, the first and last step that each pair stands for."""
    rounds, gap = [[(t, t) for t in range(1, STEPS + 1)]], 1
    while gap < STEPS:
        last = rounds[-1]
        rounds.append([(last[k - gap][0] if k >= gap else first, t) for k, (first, t) in enumerate(last)])
        gap *= 2
    return rounds


def build() -> None:
    """Draw ``docs/_generated/scan_rounds.svg``."""
    rounds = spans()
    figure, axes = style.new_figure(height=3.0)
    heat(axes, [[(t - first + 1) / STEPS for first, t in row] for row in rounds], 0.0, 2.0)  # pale
    for row, pairs in enumerate(rounds):
        gap = 2**row
        for column, (first, t) in enumerate(pairs):
            axes.text(column, row, f"{first}–{t}" if first < t else f"{t}", ha="center", va="center")
            if row + 1 < len(rounds) and column + gap < STEPS:
                ends = [column + 0.12, column + gap - 0.12], [row + 0.28, row + 0.7]
                axes.plot(*ends, color=style.COLORS["muted"], linewidth=0.9)
    axes.set(yticks=range(len(rounds)), xticks=[], xlabel="each column is a step")
    axes.set_yticklabels(["before", *[f"round {k}" for k in range(1, len(rounds))]])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "scan_rounds",
        title="The steps that each pair stands for in a scan of eight steps",
        description="Four rows of eight tiles. Before the first round each tile names its own step. After "
        "round 1 it names two steps, such as 3–4, after round 2 up to four, such as 1–4, and after round 3 "
        "all steps from 1 to its own. Lines lead to each tile from the one that it takes in: one column to "
        "the left in the first round, then two, then four.",
    )
