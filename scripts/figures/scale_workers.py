"""Draw one update of two workers along time: forward pass, backward pass, exchange of gradients, update.

The widths of forward and backward passes are the operations in their products, from the lengths of the
longest sequences. Those of the exchange and of the update are not to scale.
"""

from scripts.plotting import style

LONGEST = (60, 100)
"""The number of steps of the longest sequence of each worker."""
EXCHANGE, UPDATE = 70, 60
COLORS = {"forward": 14, "backward": 17, "average": 5, "update": 2}
"""The shade of each part, as a step of the heat scale."""


def build() -> None:
    figure, axes = style.new_figure(height=1.9)
    end = 3 * max(LONGEST)
    for row, longest in enumerate(LONGEST):
        parts = [("forward", 0, longest), ("backward", longest, 2 * longest)]
        parts += [("average", end, EXCHANGE), ("update", end + EXCHANGE, UPDATE)]
        for name, left, width in parts:
            axes.barh(row, width, left=left, height=0.7, color=style.HEAT[COLORS[name]], edgecolor="none")
            axes.text(left + width / 2, row, name, ha="center", va="center")
        if 3 * longest < end:
            axes.text((3 * longest + end) / 2, row, "waits", ha="center", va="center")
    axes.set(xlim=(0, end + EXCHANGE + UPDATE), ylim=(1.5, -0.5), yticks=(0, 1), xticks=(), xlabel="time →")
    axes.set_yticklabels(["worker 1", "worker 2"])
    axes.tick_params(length=0)
    axes.grid(False)
    axes.axvline(end, color=style.COLORS["muted"], linestyle=":")
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "scale_workers",
        title="One update of two workers",
        description="Two rows along time, one for each worker. Each has a forward pass and a backward pass "
        "twice as wide. Those of worker 1 end earlier, and it waits for worker 2 at a dotted line. From "
        "there on, both average the gradients and make the update at the same time.",
    )
