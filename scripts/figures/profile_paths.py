"""Draw the two meanings of dc_T/dc_t at each lag: the product of forget gates, and along the full graph."""

from scripts.experiments.gradient_profile import LAGS, bands
from scripts.plotting import style
from scripts.plotting.curves import draw_band

BIASES = ("0", "1", "3", "5")


def build() -> None:
    profiles = bands()["profiles"]
    figure, panels = style.new_figure(height=5.4, rows=2, columns=2, sharex=True)
    for axes, bias in zip(panels.flat, BIASES, strict=True):
        for kind, name, look in (
            ("direct", "direct path, h held fixed", style.gate("forget")),
            ("real", "along the full graph", style.gate("hidden")),
        ):
            draw_band(axes, LAGS, **profiles[kind][bias], alpha=0.15, label=name, **look)
        style.log_axis(axes)
        axes.set(title=f"forget bias {bias}", xlim=(0, 99))
    for axes in panels[1]:
        axes.set_xlabel("lag T − t (steps)")
    for axes in panels[:, 0]:
        axes.set_ylabel("size of ∂c at T / ∂c at t")
    style.legend(panels[0, 0])
    style.save(
        figure,
        "profile_paths",
        title="Two derivatives of the last cell state with respect to an earlier one",
        description="Four panels, for forget biases 0, 1, 3 and 5, each with two curves against the lag. "
        "The product of the forget gates always falls. The derivative along the full graph starts with it "
        "and then falls more slowly; at bias 3 it turns and stays near one, and at bias 5 it rises to "
        "about ten while the product falls to one half.",
    )
