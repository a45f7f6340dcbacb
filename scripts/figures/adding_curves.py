"""Draw how the error on adding at length 100 falls: an LSTM with three initializations, and a plain RNN."""

from lstm_tutorial.tasks import ADDING_BASELINE
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import LINE, draw_band, over_seeds

ARMS = {
    "T = 100, chrono": "LSTM, chrono",
    "T = 100, forget bias 0": "LSTM, forget bias 0",
    "T = 100, forget bias 1": "LSTM, forget bias 1",
    "T = 100, plain RNN": "plain RNN",
}


def build() -> None:
    arms = read_record("adding")["arms"]
    figure, panels = style.new_figure(height=4.2, rows=len(ARMS), sharex=True, sharey=True)
    for axes, (arm, name) in zip(panels, ARMS.items(), strict=True):
        sequences, losses = over_seeds(arms[arm]["runs"])
        axes.axhline(ADDING_BASELINE, **LINE)
        draw_band(axes, sequences / 1000, *losses, alpha=0.25, **style.series(0))
        axes.set_title(name, pad=3)
    panels[0].set(ylim=(0, 0.25), xlim=(0, 64), yticks=[0, ADDING_BASELINE], yticklabels=["0", "1/6"])
    panels[-1].set_xlabel("sequences seen [thousands]")
    figure.supylabel("mean squared error")
    style.save(
        figure,
        "adding_curves",
        title="The adding problem at length 100",
        description="Four panels, mean squared error against sequences seen, median and range over five "
        "seeds. Three LSTMs leave the baseline of one sixth and fall to nearly zero: first the one with "
        "chrono initialization, later those with forget bias 0 and 1. The plain RNN stays at the baseline.",
    )
