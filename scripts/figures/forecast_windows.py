"""Draw how a series is split in time, and where windows and their targets lie. Nothing is measured."""

from matplotlib.patches import Rectangle

from scripts.plotting import style

EDGES = {"training": (0, 50), "validation": (50, 76), "test": (76, 100)}
WINDOW, TARGETS = 18, 5
ROWS = {  # the first step of a window
    "first window to train on": 0,
    "last window to train on": 50 - WINDOW - TARGETS,
    "first window to validate on": 50 - WINDOW,
    "first window to test on": 76 - WINDOW,
}


def build() -> None:
    """Draw ``docs/_generated/forecast_windows.svg``."""
    figure, axes = style.new_figure(height=3.3)
    muted = style.COLORS["muted"]
    for name, (left, right) in EDGES.items():
        axes.add_patch(Rectangle((left, 0), right - left, -0.8, facecolor="none", edgecolor=muted))
        axes.text((left + right) / 2, -0.4, name, ha="center", va="center")
        axes.plot([right, right], [0, len(ROWS)], color=muted, linestyle=(0, (2, 2)), linewidth=1.2)
    for row, (name, left) in enumerate(ROWS.items()):
        reads = Rectangle((left, row + 0.55), WINDOW, 0.3, color=style.series(2)["color"], linewidth=0)
        answers = Rectangle(
            (left + WINDOW, row + 0.55), TARGETS, 0.3, color=style.series(5)["color"], linewidth=0
        )
        for bar, label in ((reads, "read, 52 weeks"), (answers, "forecast, 13 weeks")):
            axes.add_patch(bar)
            bar.set_label(label if row == 0 else "")
        on_the_right = left + WINDOW + TARGETS < 60
        x, side = (left + WINDOW + TARGETS + 1.5, "left") if on_the_right else (left - 1.5, "right")
        ground = {"facecolor": style.COLORS["ground"], "edgecolor": "none", "pad": 1.5}
        axes.text(x, row + 0.7, name, ha=side, va="center", color=style.COLORS["ink"], bbox=ground)
    axes.set(xlim=(-0.5, 100.5), ylim=(len(ROWS), -0.85))
    axes.axis("off")
    style.legend(axes, ncols=2)
    style.save(
        figure,
        "forecast_windows",
        title="Windows in a series that is split in time",
        description="A bar from left to right, split into training, validation and test. Below it four "
        "windows, each of 52 weeks that are read and 13 that are forecast. The first begins "
        "where training begins. The last window to train on ends with its forecast weeks at "
        "the end of training. The first window to validate on reads the last weeks of "
        "training and forecasts the first weeks of validation. The first window to test on "
        "reads the last weeks of validation and forecasts the first weeks of test.",
    )
