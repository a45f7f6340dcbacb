"""Draw how the time of a forward and a backward pass grows with the length and with the batch."""

from scripts.experiments.records import read_record
from scripts.plotting import style

LABELS = {"T": "more steps, T", "B": "more sequences, B"}


def build() -> None:
    record = read_record("growth")
    figure, axes = style.new_figure(height=3.4)
    for k, (size, label) in enumerate(LABELS.items()):
        base = record["seconds"][size][str(record["base"][size])]
        seconds = record["seconds"][size]
        multiples = [int(value) / record["base"][size] for value in seconds]
        look = style.series(k, markers=True)
        axes.plot(multiples, [s / base for s in seconds.values()], label=label, **look)
    axes.plot((1 / 32, 8), (1 / 32, 8), label="proportional", color=style.COLORS["muted"], linestyle=":")
    axes.set(xscale="log", yscale="log", xlabel="size, as a multiple", ylabel="time, as a multiple")
    ticks = {1 / 32: "1/32", 1 / 8: "1/8", 1 / 2: "1/2", 2: "2", 8: "8"}
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.minorticks_off()
    style.legend(axes)
    style.save(
        figure,
        "gpu_growth",
        title="Time over length and over batch",
        description="Time of a forward and a backward pass against the number of steps and against the "
        "number of sequences, as multiples of the medium network, on logarithmic axes, with a dotted line "
        "where time is proportional. That of the steps lies on it. That of the sequences follows it for "
        "large batches and lies above it for small ones.",
    )
