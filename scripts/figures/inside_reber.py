"""Draw the cell states of the trained Reber network, unit by unit, over a string and its twin.

``build`` also writes the weights of the network for the live view docs/widgets/inside.js.
"""

from scripts.plotting import style
from scripts.plotting.inside import carrying_unit, label_symbols, shown, twins, write_weights
from scripts.plotting.tiles import frame, heat, heat_key


def build() -> None:
    write_weights("reber")
    unit = carrying_unit("reber")
    figure, axes = style.new_figure(height=5.4, rows=3, height_ratios=[20, 20, 1.6])
    for ax, (letter, run) in zip(axes, twins().items(), strict=False):
        c = run.c[:, :, 0].T  # (H, T)
        heat(ax, c, -2.0, 2.0)
        frame(ax, (0, c.shape[1]), (unit, unit + 1))
        label_symbols(ax, shown(letter))
        ax.set(title=f"cell state, second symbol {letter}", ylabel="unit", yticks=range(0, len(c), 5))
    axes[1].set_xlabel("symbol that is read")
    heat_key(axes[2], -2.0, 2.0)
    style.save(
        figure,
        "inside_reber",
        title="Cell states of every unit over two strings that differ in one bit",
        description="Two heat maps, a row per unit and a column per symbol, for the same string with T and "
        "with P in second place. Most rows change with the symbols and look alike in both maps. The framed "
        "row takes opposite shades in the two maps at the second symbol and holds them to the end.",
    )
