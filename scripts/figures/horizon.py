"""Draw what is left of one gradient at each lag: in an LSTM, along its forget gates alone, in a plain RNN.

This is the first state of the live view `docs/widgets/horizon.js`, which draws the same networks.
"""

import numpy as np

from lstm_tutorial import LSTM, RNN, backpropagate_trace, trace_sequence
from lstm_tutorial.checks import FloatArray
from scripts.plotting import style

D, H, T, LAG = 10, 20, 100, 50


class Draws:
    """Numbers between -1 and 1 that another language can repeat: the generator of Park and Miller."""

    def __init__(self, seed: int) -> None:
        self.state = seed * 1000003

    def __call__(self, *shape: int) -> FloatArray:
        """Return an array of the next numbers."""
        numbers = []
        for _ in range(int(np.prod(shape))):
            self.state = self.state * 48271 % 2147483647
            numbers.append(2 * self.state / 2147483647 - 1)
        return np.reshape(numbers, shape)


def left(forget_bias: float = 1.0, radius: float = 1.0, seed: int = 1) -> dict[str, FloatArray]:
    """Return the size of the gradient at every lag, relative to lag 0, (T,) each.

    "all" is the gradient at the cell state of the LSTM, "gates" the part along the forget gates alone, and
    "plain" the gradient at the hidden state of the plain network.
    """
    draws = Draws(seed)
    lstm, rnn = LSTM(D, H, None), RNN(D, H, None)
    lstm.Wf, lstm.Wi, lstm.Wc, lstm.Wo = draws(4, H, D + H) / np.sqrt(H)
    lstm.Wf_bias[:] = forget_bias
    rnn.Wh[...] = draws(H, D + H) / np.sqrt(H)
    rnn.Wh[:, D:] *= radius / abs(np.linalg.eigvals(rnn.Wh[:, D:])).max()
    xs = np.sqrt(3) * draws(T, D)[..., None]  # (T, D, B), of variance 1
    trace, ones = trace_sequence(lstm, xs), np.ones((H, 1))
    forgets = np.cumprod(trace.f[:0:-1], axis=0)  # (T-1, H, B), from the last step back
    gradients = {
        "all": backpropagate_trace(lstm, trace, dc=ones)["c"][::-1],  # (T, H, B)
        "gates": np.concatenate((ones[None], forgets)),  # (T, H, B)
        "plain": backpropagate_trace(rnn, trace_sequence(rnn, xs), dh=ones)["h"][::-1],  # (T, H, B)
    }
    return {name: np.linalg.norm(array, axis=(1, 2)) / np.sqrt(H) for name, array in gradients.items()}


def build() -> None:
    profiles = left()
    figure, axes = style.new_figure(height=3.4)
    looks = {
        "plain": ("plain RNN", style.series(0)),
        "all": ("LSTM, all paths", style.series(1)),
        "gates": ("forget gates alone", style.gate("forget") | {"linestyle": ":"}),
    }
    for name, (label, look) in looks.items():
        axes.plot(profiles[name][: LAG + 1], label=label, **look)
    style.log_axis(axes)
    axes.set(xlabel="steps back", ylabel="gradient left", xlim=(0, LAG), ylim=(1e-12, 1e4))
    axes.set_yticks([1e4, 1, 1e-4, 1e-8, 1e-12])
    style.legend(axes)
    ends = {name: style.magnitude(profile[LAG]) for name, profile in profiles.items()}
    style.save(
        figure,
        "horizon",
        title="What is left of one gradient",
        description=f"Three curves over {LAG} steps back, on a logarithmic axis. At the end, {ends['all']} "
        "of the gradient is left in the LSTM along all paths, "
        f"{ends['gates']} along its forget gates alone, and {ends['plain']} in the plain network.",
    )
