"""Draw the time of each version in `scripts.bench.ladder` as a multiple of the floor: its matrix products."""

from scripts.experiments.records import read_record
from scripts.plotting import style

PANELS = (
    ("b", "small: 1 sequence, 20 units"),
    ("c", "medium: 32 sequences, 128 units"),
    ("d", "large: 64 sequences, 256 units"),
)


def build() -> None:
    rows = read_record("bench")["ladder"]
    figure, axes = style.new_figure(height=3.9)
    for k, (shape, words) in enumerate(PANELS):
        row = next(row for row in rows if row["shape"] == shape and row["pass"] == "training")
        rungs = [name for name in row["seconds"] if name != "floor"]
        ratios = [row["seconds"][name] / row["seconds"]["floor"] for name in rungs]
        axes.plot(ratios, range(len(rungs)), label=words, **style.series(k, markers=True))
    labels = [name.replace("a product a step back", "two products a step back") for name in rungs]
    labels = [label.replace(", ", ",\n").replace(": ", ":\n") for label in labels]
    axes.set_yticks(range(len(rungs)), labels)
    style.log_axis(axes, "x")
    axes.set(xlim=(0.9, 400), xlabel="time of training over the floor")
    axes.axvline(1, color=style.COLORS["muted"], linestyle=":")
    style.legend(axes, ncols=1)
    style.save(
        figure,
        "ladder",
        title="Each rung of the ladder, as a multiple of the floor",
        description="Four rungs from bottom to top, three lines, one for each size. A dotted line is the "
        "floor. The line of the smallest size starts far right and ends nearer, still far from the floor; "
        "those of the two larger sizes stay close to it.",
    )
