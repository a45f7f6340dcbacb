"""Draw how the two-sequence problem is learned, and how many sequences learning and guessing take."""

from scripts.experiments import baselines
from scripts.experiments.records import read_record
from scripts.plotting import style
from scripts.plotting.curves import draw_arms, draw_baseline, draw_runs, name_rows


def build() -> None:
    arms = read_record("two_sequence")["arms"]
    figure, (error, until) = style.new_figure(height=4.3, rows=2, sharex=True)
    draw_arms(error, arms, {"LSTM, chrono": "LSTM, learned"})
    draw_baseline(error, baselines.TWO_SEQUENCE, "always answering one half")
    error.set(ylabel="mean squared error", ylim=(0, 0.4), title="learning")
    for row, kept in enumerate(arms.values()):
        draw_runs(until, row, kept["runs"], row)
    until.set(xlabel="sequences seen [thousands]", ylim=(-0.6, 1.6), xlim=(0, None))
    until.set(title="until all test sequences are right")
    name_rows(until, ["LSTM,\nlearned", "one tanh\nunit, guessed"])
    style.save(
        figure,
        "two_sequence_runs",
        title="The two-sequence problem, learned and guessed",
        description="Two plots over the sequences seen. Above, the mean squared error of an LSTM, median "
        "and range over five seeds: it starts at the dotted baseline of a constant answer and falls. "
        "Below, one dot for each of five seeds: guessing the weights of a single unit needs fewer "
        "sequences than most of the runs in which an LSTM learns.",
    )
