"""Draw how many sequences LSTMs, GRUs and a plain RNN of about the same size need to learn to add."""

from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_runs, name_rows

LABELS = {
    "LSTM": "LSTM",
    "LSTM, input bias -1": "LSTM, bᵢ = −1",
    "LSTM, coupled gates": "LSTM, coupled",
    "GRU, reset after": "GRU, after",
    "GRU, reset before": "GRU, before",
    "GRU, update bias 0": "GRU, bias 0",
    "plain RNN": "plain RNN",
}


def build() -> None:
    """Draw ``docs/_generated/gru_runs.svg``."""
    arms = read_record("gru")["arms"]
    figure, axes = style.new_figure(height=4.6)
    for row, arm in enumerate(LABELS):
        draw_runs(axes, row, arms[arm]["runs"], {"L": 0, "G": 2, "p": 4}[arm[0]])
    axes.set(xlabel="sequences seen [thousands]", xlim=(0, None))
    name_rows(axes, list(LABELS.values()))
    style.save(
        figure,
        "gru_runs",
        title="Sequences until adding is learned, by network",
        description="Seven rows, one for each network, one mark for each of five seeds. The LSTM's dots "
        "lie between 13 and 20 thousand sequences, those of the LSTM with an input bias of minus one "
        "between 11 and 15 thousand. The LSTM with coupled gates and the three GRUs all lie between 5 and 8 "
        "thousand. The plain RNN has five crosses at 32 thousand, where the runs were given up.",
    )
