"""Draw in which order each framework keeps the four gates of an LSTM, and which entries are whose."""

from matplotlib.patches import Rectangle

from lstm_tutorial.interop import ORDERS
from scripts.plotting import style

PARTS = {"Wf": ("forget", "f"), "Wi": ("input", "i"), "Wc": ("candidate", "c̃"), "Wo": ("output", "o")}
ROWS = {
    "this package": ("Wf", "Wi", "Wc", "Wo"),
    "PyTorch and Keras": ORDERS["PyTorch"]["LSTM"],
    "ONNX": ORDERS["ONNX"]["LSTM"],
    "TensorFlow 1": ("Wi", "Wc", "Wf", "Wo"),
}
"""The order of TensorFlow 1 is published; the others are those of `lstm_tutorial.interop`."""
SLICES = (":H", "H:2H", "2H:3H", "3H:")


def build() -> None:
    assert ORDERS["PyTorch"]["LSTM"] == ORDERS["Keras"]["LSTM"]
    figure, axes = style.new_figure(height=2.9)
    for row, (framework, order) in enumerate(ROWS.items()):
        axes.text(-0.12, row, framework, ha="right", va="center")
        for k, name in enumerate(order):
            part, letter = PARTS[name]
            color = style.COLORS[part]
            axes.add_patch(
                Rectangle((k + 0.04, row - 0.38), 0.92, 0.76, facecolor=color, alpha=0.2, edgecolor="none")
            )
            axes.add_patch(
                Rectangle(
                    (k + 0.04, row - 0.38), 0.92, 0.76, facecolor="none", edgecolor=color, linewidth=1.6
                )
            )
            axes.text(k + 0.5, row, letter, ha="center", va="center")
    for k, entries in enumerate(SLICES):
        axes.text(k + 0.5, -0.75, entries, ha="center", va="center")
    axes.set(xlim=(-2.15, 4.05), ylim=(3.5, -1.05), xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[:].set_visible(False)
    style.save(
        figure,
        "gate_orders",
        title="The order of the gates in four frameworks",
        description="Four rows of four boxes, one box for each gate, with the entries of an array above: "
        "the first H, from H to 2H, from 2H to 3H, and the rest. This package has the order f, i, c, o. "
        "PyTorch and Keras have i, f, c, o, so their forget gate is the second box. ONNX has i, o, f, c and "
        "TensorFlow 1 has i, c, f, o, so there the forget gate is the third box.",
    )
