"""Draw what is left of the gradient at each lag in a plain network, for four spectral radii."""

from scripts.experiments.gradient_profile import LAGS, bands
from scripts.plotting import style
from scripts.plotting.curves import draw_band


def build() -> None:
    profiles = bands()["profiles"]["rnn"]
    figure, axes = style.new_figure(height=3.3)
    for k, radius in enumerate(("0.9", "1.5", "2", "4")):
        draw_band(axes, LAGS, **profiles[radius], alpha=0.13, label=f"ρ = {radius}", **style.series(k))
    axes.axhline(1.0, color=style.COLORS["muted"], linewidth=1)
    style.log_axis(axes)
    axes.set(xlabel="lag T − t (steps)", ylabel="gradient over lag 0")
    axes.set(ylim=(1e-20, 1e10), xlim=(0, 99))
    style.legend(axes, ncols=3)
    end = {name: style.magnitude(profile["median"][-1]) for name, profile in profiles.items()}
    style.save(
        figure,
        "profile_rnn",
        title="Gradient against lag in a plain tanh network",
        description="Four curves on a logarithmic axis, lag 0 to 99, each with a band over 50 draws. For a "
        "spectral radius of 0.9 the gradient falls along a straight line. At 1.5 it still falls, to "
        f"{profiles['1.5']['median'][-1]:.2g} at the last lag. At 2 the band spreads on both sides of one. "
        f"At 4 it grows, to {end['4']}.",
    )
