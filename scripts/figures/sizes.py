"""Draw how much of a short message stacks of one, two and three layers recall, by number of parameters."""

from statistics import median

from scripts.experiments.records import read_record
from scripts.plotting import style


def build() -> None:
    arms = read_record("sizes")["arms"]
    figure, axes = style.new_figure(height=3.1)
    for depth in (1, 2, 3):
        chosen = [arm for arm in arms.values() if arm["settings"]["layers"] == depth]
        look = style.series(depth - 1, markers=True)
        medians = []
        for arm in chosen:
            results = [run["result"] for run in arm["runs"]]
            size = results[0]["parameters"] * (1 + 0.1 * (depth - 2))  # side by side
            shares = [result["share_recalled"] for result in results]
            marks = look | {"linestyle": "none", "markersize": 4, "alpha": 0.5}
            axes.plot([size] * len(shares), shares, **marks)
            medians.append((size, median(shares)))
        label = f"{depth} layer{'s' if depth > 1 else ''}"
        axes.plot(*zip(*medians, strict=True), label=label, **(look | {"marker": ""}))
    axes.set(xscale="log", ylim=(0, 1), xlim=(1400, 27000))
    axes.set_xticks([1800, 5500, 19500], ["1,800", "5,500", "19,500"])
    axes.minorticks_off()
    axes.set(xlabel="number of parameters", ylabel="share recalled")
    style.legend(axes)
    style.save(
        figure,
        "sizes",
        title="Recall by number of parameters and layers",
        description="Share of a message of five symbols that is recalled, against the number of parameters, "
        "for stacks of one, two and three layers, with a mark for each of five seeds and a line through the "
        "medians. All three lines rise steeply with the number of parameters, and that of three layers lies "
        "below that of one.",
    )
