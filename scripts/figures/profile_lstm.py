"""Draw what is left of the gradient at each lag in an LSTM, for five forget biases and for chrono."""

from scripts.experiments.gradient_profile import LAGS, bands
from scripts.plotting import style
from scripts.plotting.curves import draw_band


def build() -> None:
    profiles = bands()["profiles"]
    figure, axes = style.new_figure(height=4.4)
    for k, bias in enumerate(("0", "1", "2", "3", "5", "chrono")):
        label = bias if bias == "chrono" else f"bias {bias}"
        draw_band(axes, LAGS, **profiles["lstm"][bias], alpha=0.13, label=label, **style.series(k))
    muted = style.COLORS["muted"]
    axes.plot(LAGS, profiles["rnn"]["as drawn"]["median"], label="plain RNN", color=muted, linewidth=1.2)
    axes.axhline(1.0, color=muted, linewidth=1)
    style.log_axis(axes)
    axes.set(xlabel="lag T − t (steps)", ylabel="gradient at c, relative to lag 0")
    axes.set(ylim=(1e-16, 1e3), xlim=(0, 99))
    style.legend(axes, ncols=4)
    end = {name: style.magnitude(profile["median"][-1]) for name, profile in profiles["lstm"].items()}
    style.save(
        figure,
        "profile_lstm",
        title="Gradient against lag in an LSTM before training",
        description="Six curves with bands over 50 draws, and the plain network for comparison, on a "
        f"logarithmic axis. At lag 99 the medians have come to {end['0']} with forget bias 0, along a "
        f"straight line, {end['1']} with bias 1, {end['2']} with bias 2, {end['3']} with bias 3, whose "
        f"band widens, and {end['5']} with bias 5, which rises. Chrono initialization falls slowly to "
        f"{end['chrono']}, with a narrow band. The plain network falls fastest.",
    )
