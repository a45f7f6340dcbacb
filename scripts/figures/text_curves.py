"""Draw the validation loss of the large LSTM by epoch, with and without dropout."""

from math import log

import numpy as np

from scripts.experiments.records import read_record
from scripts.plotting import style

ARMS = {"LSTM": "both dropouts", "LSTM, no dropout": "no dropout"}


def build() -> None:
    arms = read_record("text")["arms"]
    figure, axes = style.new_figure(height=3.3)
    for k, (arm, label) in enumerate(ARMS.items()):
        run = arms[arm]["runs"][0]
        validation = run["result"]["validation"]  # (epochs,)
        epochs = np.arange(1, len(validation) + 1)
        axes.plot(epochs, validation, label=f"{label}: validation", **style.series(k))
        best = run["result"]["best_epoch"]
        ring = {"marker": "o", "markersize": 9, "markerfacecolor": "none", "linestyle": "none"}
        axes.plot(best, validation[best - 1], color=style.series(k)["color"], **ring)
    losses = np.array(arms["LSTM, no dropout"]["runs"][0]["curve"]["loss"]) / log(2)  # (points,)
    at = np.linspace(0, len(arms["LSTM, no dropout"]["runs"][0]["result"]["validation"]), len(losses))
    axes.plot(at, losses, label="no dropout: training", **style.series(3))
    axes.set(xlabel="epoch", ylabel="bits per letter", ylim=(1.2, 3.0), xlim=(0, None))
    style.legend(axes)
    style.save(
        figure,
        "text_curves",
        title="Validation loss by epoch, with and without dropout",
        description="Bits per letter against the epoch. With both kinds of dropout the validation loss falls "
        "to the end. Without dropout it is lowest after a few epochs and rises again, while the training "
        "loss goes on falling far below it.",
    )
