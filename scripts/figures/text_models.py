"""Draw how many bits per letter each model of the comedies needs: those that count, and the networks."""

from statistics import mean

from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import name_rows


def models() -> dict[str, tuple[float, bool]]:
    """Return the bits per letter of the test text by model, and whether the model counts."""
    found: dict[str, tuple[float, bool]] = {}
    for kept in read_record("ngrams")["arms"].values():
        n = kept["settings"]["order"]
        if n != 7:
            name = "single letters" if n == 1 else f"after {n - 1} letters"  # its context
            found[name] = (kept["runs"][0]["result"]["test"], True)
    arms = read_record("text")["arms"]
    for arm in ("small plain RNN", "small GRU", "small LSTM", "LSTM"):
        if arm in arms:
            found[arm] = (mean(run["result"]["test"] for run in arms[arm]["runs"]), False)
    return found


def build() -> None:
    rows = models()
    figure, axes = style.new_figure(height=0.9 + 0.31 * len(rows))
    for row, (bits, counts) in enumerate(rows.values()):
        look = style.series(0 if counts else 1, markers=True) | {"markersize": 7}
        axes.plot(bits, row, **look)
        axes.annotate(f"{bits:.2f}", (bits, row), (9, 0), textcoords="offset points", va="center")
    name_rows(axes, rows)
    axes.set(xlabel="bits per letter, test text", xlim=(1.9, 5.2))
    style.save(
        figure,
        "text_models",
        title="Bits per letter of the test text, by model",
        description="One mark for each model. "
        + ", ".join(f"{name}: {bits:.2f}" for name, (bits, _) in rows.items())
        + ". With four letters or more the counts stay near 2.14; the large LSTM lies below them all.",
    )
