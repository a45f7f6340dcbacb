"""Draw the error of each forecast by the number of weeks ahead."""

import numpy as np

from scripts.experiments import baselines, forecast
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_band

RULES = {
    "last value": "last value",
    "last year plus rise": "last year plus rise",
    "linear, 52 weeks": "linear, 52 weeks",
    "linear, 104 weeks": "linear, 104 weeks",
}
NETWORKS = {"changes": "LSTM, 13 outputs", "changes, one week": "LSTM, fed on itself"}


def build() -> None:
    """Draw ``docs/_generated/forecast_weeks.svg``."""
    arms = read_record("forecast")["arms"]
    ends = forecast.parts(forecast.ARMS["changes"], np.random.default_rng(0))[2]
    truth = forecast.truth_after(ends, forecast.series()[1])
    found = baselines.forecasts(ends)
    ahead = np.arange(1, forecast.HORIZON + 1)
    figure, axes = style.new_figure(height=4.4)
    for k, (rule, label) in enumerate(RULES.items()):
        axes.plot(ahead, forecast.errors(found[rule], truth)["weeks"], label=label, **style.series(k))
    for k, (arm, label) in enumerate(NETWORKS.items(), start=len(RULES)):
        errors = np.array([run["result"]["in_use"]["weeks"] for run in arms[arm]["runs"]])  # (5, 13)
        look = style.series(k) | {"linewidth": 2.4}
        draw_band(axes, ahead, *np.quantile(errors, [0.0, 0.5, 1.0], axis=0), alpha=0.2, label=label, **look)
    axes.set(xlabel="weeks ahead", ylabel="RMSE [ppm]", ylim=(0.3, 0.9), xticks=(1, 4, 7, 10, 13))
    style.legend(axes)
    style.save(
        figure,
        "forecast_weeks",
        title="Error by weeks ahead",
        description="Root mean squared errors from 1 to 13 weeks ahead on 1996 to 2001. The last value "
        "starts at 0.49 ppm and leaves the plot at the top after two weeks. Last year plus "
        "rise lies between 0.63 and 0.81. Two linear models and two LSTMs all start near 0.37"
        " and rise slowly, to between 0.52 and 0.60 ppm at 13 weeks: the linear model of 104 "
        "weeks is the lowest there, then the LSTM that is fed on its own forecasts, then the "
        "linear model of 52 weeks, then the LSTM with 13 outputs.",
    )
