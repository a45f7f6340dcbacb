"""Every value of every step, by name: what a network computes along a sequence and back.

`trace_sequence` and `backpropagate_trace` compute what `unroll` and `backpropagate` do, by a plain loop over
the network's own step, and keep all of it. A caller may change a value between two lines of a step. Nothing
here is quick, and there is no equation of a cell here.

Letters: T = time, D = input_size, H = hidden_size, O = output_size, B = batch.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lstm_tutorial.checks import FloatArray, as_array, as_lengths
from lstm_tutorial.network import (
    Gradients,
    Network,
    State,
    check_loss_gradients,
    read_out,
    require_finite,
    require_network,
    through_read_out,
)

Intervene = Callable[[str, FloatArray], None]
"""Takes the name of a value and the array, as soon as a step has computed it, and may change the array."""
LABELS = {
    "x": "Input:",
    "h_prev": "Previous hidden state:",
    "c_prev": "Previous cell state:",
    "f": "Forget gate:",
    "i": "Input gate:",
    "c_tilde": "Cell state tilde:",
    "o": "Output gate:",
    "r": "Reset gate:",
    "z": "Update gate:",
    "n": "Candidate:",
    "c": "New cell state:",
    "h": "New hidden state:",
    "y": "Output:",
}
"""What the printed trace of a step calls each value."""


def labeled(step: Any) -> str:
    """Return every value of a step behind its label, arrays as NumPy prints them."""
    return "\n".join(f"{LABELS[name]} {value}" for name, value in zip(step._fields, step, strict=True))


def watch(intervene: Intervene | None, **values: FloatArray) -> None:
    """Pass values that a step has just computed to the callback, which may change them in place."""
    if intervene is not None:
        for name, value in values.items():
            intervene(name, value)


def trace_sequence(
    network: Network,
    xs: ArrayLike,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
    *,
    intervene: Callable[[int, str, FloatArray], None] | None = None,
) -> Any:
    """Run a network along a batch of sequences and return every value of every step by name.

    Parameters
    ----------
    network : LSTM, RNN, GRU, Variant, or a network of your own
        The network.
    xs : array_like, (T, D, B)
        Inputs.
    h0 : array_like, (H, B), optional
        Hidden state before the first step; zeros without it.
    c0 : array_like, (H, B), optional
        Cell state before the first step, for a network that has one; zeros without it.
    intervene : callable, optional
        Takes the step t, the name of a value and the array, as soon as the step has computed it; for an LSTM
        the names are f, i, c_tilde, o, then c, then h. It may change the array in place, and the lines of the
        step that follow use the changed numbers.

    Returns
    -------
    StepTrace, or the named tuple of another network's step
        The names that `Network.trace` gives for one step, each array with the time axis in front:
        ``trace.f`` is (T, H, B).

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As `unroll` does.
    """
    require_network(network)
    xs = as_array("xs", xs, ("T", network.input_size, "B"), network.dtype)  # (T, D, B)
    T, _, B = xs.shape
    state: State = tuple(network._states({"h0": h0, "c0": c0}, B))  # (H, B) each
    values: dict[str, Any] = {"x": xs.copy()}  # (T, D, B)
    for name in network.step_type._fields[1:-1]:
        values[name] = np.empty((T, network.hidden_size, B), network.dtype)  # (T, H, B)
    for t, x in enumerate(xs):
        with np.errstate(all="ignore"):
            step = network.step(x, *state, intervene=None if intervene is None else partial(intervene, t))
        state = network._state_of(step)
        require_finite(t, step.h[None], *state)
        for name in network.step_type._fields[1:-1]:
            values[name][t] = getattr(step, name)
    return network.step_type(**values, y=read_out(network, values["h"]))


def backpropagate_trace(
    network: Network,
    trace: Any,
    *,
    dys: ArrayLike | None = None,
    dhs: ArrayLike | None = None,
    dh: ArrayLike | None = None,
    dc: ArrayLike | None = None,
) -> Gradients:
    """Carry the gradient of a loss back through a traced sequence and return every gradient of every step.

    Takes what `trace_sequence` returned for the network, and the gradients that `backpropagate` takes.

    Returns
    -------
    dict of str to numpy.ndarray
        By name, with the time axis in front: all that reaches ``h`` and, where there is one, ``c`` of each
        step, (T, H, B); what goes on to ``h_prev`` and ``c_prev``, (T, H, B), and to ``x``, (T, D, B); and
        what each step contributes to the gradient of each weight of the cell. Nothing if there is no step.

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As `backpropagate` does.
    """
    require_network(network)
    trace = network._as_trace(trace, "T")
    T, _, B = trace.x.shape
    dys, dhs = check_loss_gradients(network, dys, dhs, T, as_lengths(None, T, B))
    with np.errstate(all="ignore"):
        direct, _ = through_read_out(network, trace.h, dys, dhs, slice(None))  # (T, H, B)
    dstate: State = tuple(network._states({"dh": dh, "dc": dc}, B))  # (H, B) each
    steps: list[Gradients] = []
    for t in reversed(range(T)):
        step = network.step_type(*[value[t] for value in trace if value is not None])
        with np.errstate(all="ignore"):
            dh_t = direct[t] + dstate[0]  # (H, B)
            steps.append({"h": dh_t} | network.step_backward(step, dh_t, *dstate[1:]))
        dstate = tuple([steps[-1][f"{name}_prev"] for name in network.state_names])
        require_finite(t, dh_t[None], *steps[-1].values())
    return {name: np.array([step[name] for step in reversed(steps)]) for name in (steps[0] if steps else ())}
