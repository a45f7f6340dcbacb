"""Draw which inputs each hidden state has read: forward, backward, and a pair with a layer above it."""

from functools import cache

import numpy as np

from lstm_tutorial import LSTM, unroll_layers
from lstm_tutorial.checks import FloatArray
from lstm_tutorial.layers import Layer
from scripts.plotting import style
from scripts.plotting.tiles import heat

T = 8


def stacks() -> dict[str, tuple[list[Layer], slice]]:
    """Return layers by the panel's title, and the rows of the hidden states to look at."""
    rng = np.random.default_rng(0)

    def lstm(D: int) -> LSTM:
        return LSTM(D, 4, None, rng=rng, forget_bias=1.0)

    pair = (lstm(1), lstm(1))
    return {
        "forward": ([pair], slice(0, 4)),
        "backward": ([pair], slice(4, 8)),
        "both, stacked": ([pair, (lstm(8), lstm(8))], slice(0, 4)),
    }


@cache
def influence() -> dict[str, FloatArray]:
    """Return how much each hidden state changes if one input does, (T, T): state down, input across."""
    xs = np.random.default_rng(1).standard_normal((T, 1, 1))  # (T, D, B)
    found: dict[str, FloatArray] = {}
    for name, (layers, rows) in stacks().items():
        before = unroll_layers(layers, xs).hs[:, rows]
        changes = np.zeros((T, T))
        for s in range(T):
            other = xs.copy()
            other[s] += 1.0
            changes[:, s] = np.linalg.norm(unroll_layers(layers, other).hs[:, rows] - before, axis=(1, 2))
        found[name] = changes
    return found


def build() -> None:
    figure, panels = style.new_figure(height=2.75, columns=3, sharey=True)
    for axes, (name, changes) in zip(panels, influence().items(), strict=True):
        with np.errstate(divide="ignore"):
            decades = np.log10(changes / changes.max())
        heat(axes, np.where(changes > 0, np.clip(1 + decades / 4, 0.25, 1), 0), 0.0, 1.0)
        axes.set_title(name)
        axes.set(xticks=[0, T - 1], yticks=[0, T - 1], xticklabels=[1, T], yticklabels=[1, T], aspect="equal")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    panels[1].set_xlabel("input of step")
    panels[0].set_ylabel("state of step")
    style.save(
        figure,
        "seen",
        title="Which inputs each hidden state has read",
        description="Three maps of eight steps by eight. In the first, the state of a step has read its own "
        "input and those before it: a lower triangle. In the second it has read its own and those after it: "
        "an upper triangle. In the third, of a second layer above a pair, every state has read every input.",
    )
