"""Draw one-week forecasts of two networks after their training ended: one learned levels, one changes."""

import numpy as np

from scripts.experiments.forecast import series, shown_ends
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import LINE

LABELS = {"levels": "learned levels", "changes": "learned changes"}


def build() -> None:
    """Draw ``docs/_generated/forecast_trap.svg``."""
    weeks, ppm, first_validation, _ = series()
    years = weeks.astype("datetime64[D]").astype(float) / 365.25 + 1970  # (N,)
    arms = read_record("forecast")["arms"]
    shown = slice(first_validation - 4 * 52, None)
    figure, axes = style.new_figure(height=3.6)
    axes.plot(years[shown], ppm[shown], label="measured", **style.series(0) | {"linewidth": 1.1})
    for k, (arm, label) in enumerate(LABELS.items(), start=1):
        forecasts = np.array(arms[arm]["runs"][0]["result"]["next_week"])
        marker = style.series(k, markers=True) | {"linestyle": "none"}
        axes.plot(years[shown_ends() + 1], forecasts, label=label, **marker)
    axes.axvline(years[first_validation], **LINE)
    axes.annotate(
        "training ends",
        (years[first_validation], 0.98),
        (-4, 0),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        va="top",
        color=style.COLORS["muted"],
    )
    axes.set(ylabel="CO₂ [ppm]", xlabel="year", xticks=range(1986, 2003, 4))
    style.legend(axes)
    style.save(
        figure,
        "forecast_trap",
        title="Forecasts after training, from levels and from changes",
        description="Weekly CO2 from 1985 to 2001, a wave a year on a line that rises from 346 to 371 "
        "ppm. Training ends with 1988, near 350 ppm. The forecasts of the network that "
        "learned changes lie on the curve all the way. Those of the network that learned "
        "levels follow it for some years, lose its crests from 1994 on, and in the end stay "
        "at 360 ppm, flat, while the curve goes on to rise.",
    )
