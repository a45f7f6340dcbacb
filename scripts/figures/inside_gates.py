"""Draw the gates of the trained Reber network, unit by unit, over one string."""

from scripts.plotting import style
from scripts.plotting.inside import carrying_unit, label_symbols, shown, twins
from scripts.plotting.tiles import frame, heat, heat_key

PANELS = {"f": "forget gate", "i": "input gate", "o": "output gate"}


def build() -> None:
    unit, run = carrying_unit("reber"), twins()["T"]
    figure, axes = style.new_figure(height=10.6, rows=4, height_ratios=[20, 20, 20, 1.2])
    for ax, (name, words) in zip(axes, PANELS.items(), strict=False):
        values = getattr(run, name)[:, :, 0].T  # (H, T)
        heat(ax, values, 0.0, 1.0)
        frame(ax, (0, values.shape[1]), (unit, unit + 1))
        label_symbols(ax, shown("T"))
        ax.set(title=words, ylabel="unit", yticks=range(0, len(values), 2))
    axes[2].set_xlabel("symbol that is read")
    heat_key(axes[3], 0.0, 1.0, label="how far the gate is open", exact=True)
    style.save(
        figure,
        "inside_gates",
        title="Three gates of every unit over one string",
        description="Three heat maps, a row per unit and a column per symbol: forget gate, input gate and "
        "output gate. Most rows of the input and the output gate are patterned by the symbols. In the "
        "framed row the forget gate stays open over the whole string.",
    )
