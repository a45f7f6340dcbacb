"""Draw which updates two workers make when one of them is killed, from the record of that run."""

import re

from scripts.experiments.records import read_record
from scripts.plotting import style


def lives() -> list[tuple[int, int]]:
    """Return the first and the last update of each life: the one that ended by force and the one after it."""
    record = read_record("scale_out")
    starts = [int(line.split()[-1]) for line in record["lines_of_killed"] if "go on after" in line]
    assert len(starts) == 2
    return [(1, record["kill_after"]), (starts[1] + 1, record["steps"])]


def checkpoints() -> list[int]:
    """Return the updates after which a checkpoint was written."""
    lines = "\n".join(read_record("scale_out")["lines_of_killed"])
    return [int(step) for step in re.findall(r"checkpoint after step (\d+)", lines)]


def bar(row: int) -> str:
    """Return the shade of a bar."""
    return style.HEAT[15 - 10 * row]


def build() -> None:
    figure, axes = style.new_figure(height=2.1)
    for row, (first, last) in enumerate(lives()):
        axes.barh(row, last - first + 1, left=first - 0.5, height=0.6, color=bar(row))
    (_, killed), (again, _) = lives()
    axes.plot(killed + 0.5, 0, color=style.COLORS["ink"], marker="x", markersize=9, linestyle="none")
    for row, left, text in (
        (0, killed + 1.8, f"worker killed after update {killed}"),
        (1, again, f"from update {again} on"),
    ):
        ground = style.COLORS["ground"] if row == 0 else bar(row)
        axes.text(left, row, text, va="center", bbox={"facecolor": ground, "edgecolor": "none", "pad": 2})
    for step in checkpoints():
        axes.axvline(step + 0.5, color=style.COLORS["muted"], linestyle=":")
    last = max(checkpoints())
    axes.set(xlim=(0, last + 1), ylim=(1.5, -0.5), xticks=[1, *checkpoints()], yticks=(0, 1), xlabel="update")
    axes.set_yticklabels(["first start", "restart"])
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "scale_killed",
        title="The updates of a training of which a worker was killed",
        description=f"Two bars along the updates. The first start runs from update 1 to {killed} and ends "
        f"with a cross. The restart runs from update {again} to update {last}. Dotted lines mark the "
        "checkpoints, after every tenth update; the restart begins at the last one before the cross.",
    )
