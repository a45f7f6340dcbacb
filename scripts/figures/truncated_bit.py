"""Draw how often an LSTM is right about a bit of eight steps ago, trained in one chunk and in two."""

import numpy as np

from lstm_tutorial import LSTM, Adam, squared_error, truncated_bptt, unroll
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.tasks import one_bit
from scripts.plotting import style

LAG, STEPS, EVERY, B = 8, 150, 10, 32
CHUNKS = {9: "one chunk of 9 steps", 5: "chunks of 5 and 4 steps"}
SEEDS = range(3)


def last_only(ys: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
    """Return the loss where a target is given, which is the last step of the sequence, and its gradient."""
    return squared_error(np.where(targets != 0, ys, 0.0), targets)


def share_right(lstm: LSTM) -> float:
    """Return the share of right answers to 2000 sequences, the same ones each time."""
    xs, bits, _ = one_bit(2000, LAG, marker=False, rng=1)
    answers = unroll(lstm, xs, keep_cache=False).ys[-1]  # (O, B)
    return float(np.mean(np.sign(answers) == bits))


def curve(length: int, seed: int) -> list[float]:
    """Train with chunks of one length and return the share of right answers after every ten steps."""
    lstm, adam, rng = LSTM(1, 8, 1, rng=seed), Adam(0.02), np.random.default_rng(seed)
    shares = []
    for step in range(1, STEPS + 1):
        xs, bits, _ = one_bit(B, LAG, marker=False, rng=rng)
        targets = np.zeros_like(xs)  # (T, O, B)
        targets[-1] = bits
        total = {name: np.zeros_like(W) for name, W in lstm.parameters().items()}
        for chunk in truncated_bptt(lstm, xs, targets, last_only, length=length):
            for name in total:
                total[name] += chunk.gradients[name]
        adam.update(lstm.parameters(), total)
        if step % EVERY == 0:
            shares.append(share_right(lstm))
    return shares


def build() -> None:
    figure, panels = style.new_figure(height=4.4, rows=2, sharex=True, sharey=True)
    steps = range(EVERY, STEPS + 1, EVERY)
    curves = {length: np.array([curve(length, seed) for seed in SEEDS]) for length in CHUNKS}
    assert (curves[9][:, steps.index(50) :] > 0.95).all()
    assert (curves[5] > 0.8).any(axis=1).sum() == 2, "two of three find it"
    assert (abs(curves[5][:, -1] - 0.5) < 0.05).all(), "and none keeps it"
    for axes, (length, title) in zip(panels, CHUNKS.items(), strict=True):
        axes.axhline(0.5, color=style.COLORS["muted"], linestyle=(0, (4, 3)), linewidth=1.1)
        for seed, shares in enumerate(curves[length]):
            axes.plot(steps, shares, **style.series(seed), linewidth=1.3)
        axes.set(title=title, ylabel="right answers", ylim=(0.2, 1.05), xlim=(EVERY, STEPS))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    panels[0].annotate("a coin", (STEPS, 0.5), (0, 4), textcoords="offset points", ha="right")
    panels[-1].set_xlabel("step of training")
    style.save(
        figure,
        "truncated_bit",
        title="One bit, learned in one chunk and in two",
        description=(
            "Two panels with a line for each of three seeds: the share of right answers during training. With"
            " one chunk all rise to 100 percent within 50 steps and stay there. With a cut between the bit"
            " and the question they rise and fall, some to 90 percent and some below 50, and end near 50."
        ),
    )
