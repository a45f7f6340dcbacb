"""Draw the loss under a right gradient and under four wrong ones, and the relative error of each gradient.

The network, its forward pass and its backward step are the package's. Each fault is put in here: into the
loop of the backward pass, or into the finished gradients. `docs/learn/check.md` has each as a line of code.
"""

from typing import Any

import numpy as np

from lstm_tutorial import LSTM, Adam, squared_error
from scripts.plotting import style
from scripts.plotting.curves import draw_smooth

D, H, O, T, B = 3, 8, 1, 6, 16
UPDATES = 100
SEEDS = range(2)
FAULTS = ("right gradient", "dc_next dropped", "dh overwritten", "one bias for another", "[h; x] for [x; h]")


def batch(rng: np.random.Generator) -> tuple[Any, Any]:
    """Draw three inputs a step; the target is the sum of the first input so far."""
    xs = rng.uniform(-1, 1, (T, D, B))  # (T, D, B)
    return xs, xs.cumsum(axis=0)[:, :1]  # (T, O, B)


def gradients(lstm: LSTM, xs: Any, targets: Any, fault: str) -> tuple[float, dict[str, Any]]:
    """Return the loss and the gradient of the weights, with one fault in it."""
    traces, (h, c) = [], lstm.initial_state(B)
    for x in xs:
        traces.append(lstm.trace(x, h, c))
        h, c = traces[-1].h, traces[-1].c
    loss, dys = squared_error(np.array([s.y for s in traces]), targets)  # dys: (T, O, B)
    total = {name: np.zeros_like(W) for name, W in lstm.parameters().items()}
    dh, dc = lstm.initial_state(B)  # zeros, (H, B) each
    for s, dy in zip(reversed(traces), reversed(dys), strict=True):
        step = lstm.backward(s, dy=dy, dh=dh, dc=dc)
        for name in total:
            total[name] += step[name]
        dh_prev, dc_prev = step["h_prev"], step["c_prev"]  # (H, B) each
        if fault == "dh overwritten":
            dc_prev = lstm.backward(s, dh=dh_prev, dc=dc)["c_prev"]
        dh, dc = dh_prev, np.zeros_like(dc_prev) if fault == "dc_next dropped" else dc_prev
    if fault == "one bias for another":
        total["Wi_bias"] = total["Wf_bias"].copy()
    if fault == "[h; x] for [x; h]":
        total |= {name: np.roll(total[name], H, axis=1) for name in ("Wf", "Wi", "Wc", "Wo")}
    return loss, total


def error(fault: str) -> float:
    """Return the norm of the difference between right and wrong gradient, over the larger of their norms."""
    lstm, (xs, targets) = LSTM(D, H, O, rng=0), batch(np.random.default_rng(0))
    right, wrong = (
        np.concatenate([g.ravel() for g in gradients(lstm, xs, targets, kind)[1].values()])
        for kind in (FAULTS[0], fault)
    )
    return float(np.linalg.norm(right - wrong) / max(np.linalg.norm(right), np.linalg.norm(wrong)))


def curve(fault: str, seed: int) -> list[float]:
    """Train with a gradient and return the loss of every update."""
    lstm, adam, rng = LSTM(D, H, O, rng=seed), Adam(0.03), np.random.default_rng(seed)
    losses = []
    for _ in range(UPDATES):
        loss, gradient = gradients(lstm, *batch(rng), fault)
        adam.update(lstm.parameters(), gradient)
        losses.append(loss)
    return losses


def build() -> None:
    figure, (above, below) = style.new_figure(height=5.8, rows=2, height_ratios=(3, 2))
    for k, fault in enumerate(FAULTS):
        losses = np.mean([curve(fault, seed) for seed in SEEDS], axis=0)  # (UPDATES,)
        draw_smooth(above, losses, label=fault, **style.series(k))
        wrong = error(fault)
        text = f"{fault}: {wrong:.0%} off" if wrong else f"{fault}: no error"
        below.barh(k, wrong, color=style.series(k)["color"], height=0.6)
        below.annotate(text, (wrong, k), (5, 0), textcoords="offset points", va="center")
    style.log_axis(above)
    above.set(ylabel="loss, mean of 2 seeds", xlabel="update", xlim=(0, UPDATES))
    style.legend(above)
    below.set(xlabel="error before the first update", yticks=[], xticks=(0, 0.5, 1), xlim=(0, 1.6))
    below.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    below.invert_yaxis()
    below.grid(axis="y", visible=False)
    style.save(
        figure,
        "falling_loss",
        title="The loss under one right and four wrong gradients",
        description="Five curves of the loss over 100 updates. Four of them, one right and three wrong, "
        "fall a hundredfold and cannot be told apart; the fourth wrong one falls a little. Bars below give "
        "the error of each gradient.",
    )
