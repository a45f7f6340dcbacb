"""Draw what is left of the gradient before training, in an LSTM at four forget biases and a plain RNN."""

from scripts.experiments.gradient_profile import LAGS, bands
from scripts.plotting import style
from scripts.plotting.curves import draw_band


def build() -> None:
    profiles = bands()["profiles"]
    figure, axes = style.new_figure(height=3.6)
    draw_band(axes, LAGS, **profiles["rnn"]["as drawn"], alpha=0.13, label="plain RNN", **style.series(0))
    for k, bias in enumerate(("0", "1", "3", "5"), start=1):
        label = f"LSTM, bias {bias}"
        draw_band(axes, LAGS, **profiles["lstm"][bias], alpha=0.13, label=label, **style.series(k))
    axes.axhline(1.0, color=style.COLORS["muted"], linewidth=1)
    style.log_axis(axes)
    axes.set(xlabel="lag T − t (steps)", ylabel="gradient over lag 0")
    axes.set(ylim=(1e-20, 1e4), xlim=(0, 99))
    style.legend(axes)
    end = {name: style.magnitude(profile["median"][-1]) for name, profile in profiles["lstm"].items()}
    style.save(
        figure,
        "profile_lstm",
        title="Gradient against lag before training, LSTM and plain RNN",
        description="Five curves with bands over 50 draws on a logarithmic axis. The plain network falls "
        "fastest, along a straight line. At lag 99 the medians of the LSTM have come to "
        f"{end['0']} with forget bias 0, also along a straight line, {end['1']} with bias 1, {end['3']} with "
        f"bias 3, whose band widens, and {end['5']} with bias 5, which rises.",
    )
