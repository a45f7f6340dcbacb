"""How gradients become new weights: SGD with momentum, Adam, a learning-rate schedule, and clipping.

An optimizer changes the arrays that it is given in place, so the network that owns them has the new weights.
It knows nothing of networks, losses or data: it sees names and arrays only.
"""

from collections.abc import Callable, Mapping
from math import cos, inf, isfinite, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from lstm_tutorial.checks import (
    FloatArray,
    as_array,
    as_floats,
    as_gradients,
    as_number,
    as_positive,
    as_size,
    check_live,
    is_finite,
)

LearningRate = float | Callable[[int], float]
"""A constant, or a function that gives the learning rate of each update from its number: 1, 2, 3, …"""


class Optimizer:
    """The common part of SGD and Adam: a learning rate, a count of updates, and arrays for each parameter.

    Parameters
    ----------
    learning_rate : float or callable
        A number above zero, or a function that takes the number of the update and returns one.

    Raises
    ------
    TypeError, ValueError
        If `learning_rate` is neither.
    """

    slots: tuple[str, ...] = ()
    """The arrays that the method keeps for every parameter, by the names of its equations."""
    squares: tuple[str, ...] = ()
    """Those of them that are means of squares."""

    def __init__(self, learning_rate: LearningRate) -> None:
        if not callable(learning_rate):
            learning_rate = as_positive("learning_rate", learning_rate)
        self.learning_rate = learning_rate
        self.t = 0
        self._memory: dict[str, dict[str, FloatArray]] = {slot: {} for slot in self.slots}

    def update(self, parameters: Mapping[str, FloatArray], gradients: Mapping[str, ArrayLike]) -> None:
        """Take one step downhill: change the arrays of `parameters` in place.

        After an error nothing has changed, neither a parameter nor the optimizer.

        Parameters
        ----------
        parameters : dict of str to numpy.ndarray
            The live arrays, as ``lstm.parameters()`` gives them; the same names and shapes at every call.
        gradients : dict of str to array_like
            A gradient for each of them; further names are ignored. It is not changed.

        Raises
        ------
        TypeError, ValueError
            If a gradient is missing, has another shape or is not finite, or the names or shapes are not
            those of the calls before.
        FloatingPointError
            If the step would leave a parameter, or what the optimizer keeps for it, not finite.
        """
        checked = _matching(parameters, gradients)
        memory = self._memory_for(parameters)
        t = self.t + 1
        rate = self.learning_rate
        rate = as_positive("learning_rate", rate(t)) if callable(rate) else rate
        changes: dict[str, FloatArray] = {}
        with np.errstate(all="ignore"):  # results that are not finite are refused below
            for name, parameter in parameters.items():
                step, *kept = self._direction(t, checked[name], *[memory[slot][name] for slot in self.slots])
                changes[name] = (rate * step).astype(parameter.dtype, copy=False)
                for slot, array in zip(self.slots, kept, strict=True):
                    memory[slot][name] = array
                    if not is_finite(array):
                        raise FloatingPointError(f"update {t} would leave {slot} of {name!r} not finite")
                if not is_finite(parameter - changes[name]):
                    raise FloatingPointError(f"update {t} would leave {name!r} not finite")
        for name, parameter in parameters.items():
            parameter -= changes[name]
        self._memory, self.t = memory, t

    def _memory_for(self, parameters: Mapping[str, FloatArray]) -> dict[str, dict[str, FloatArray]]:
        """Return what is kept for every parameter, in new dicts: zeros before the first update."""
        if self.t == 0:
            return {slot: {n: np.zeros_like(p) for n, p in parameters.items()} for slot in self.slots}
        for slot, kept in self._memory.items():
            for name in sorted(kept.keys() | parameters.keys()):
                if name not in kept or name not in parameters or kept[name].shape != parameters[name].shape:
                    owner = f"{type(self).__name__}'s {slot}"
                    raise ValueError(f"{owner} belongs to other parameters: {name} differs")
        return {slot: dict(kept) for slot, kept in self._memory.items()}

    def _direction(self, t: int, gradient: FloatArray, *kept: FloatArray) -> tuple[FloatArray, ...]:
        """Return the step of update t for one parameter at learning rate 1, and the new arrays to keep."""
        raise NotImplementedError

    def state(self) -> dict[str, FloatArray]:
        """Return copies of everything that the optimizer keeps, by name, for a checkpoint and for `load`.

        The learning rate and the other settings are not included: they are part of your program.
        """
        arrays = {f"{s}/{n}": array.copy() for s, kept in self._memory.items() for n, array in kept.items()}
        return {"t": np.array(float(self.t))} | arrays

    def load(self, state: Mapping[str, ArrayLike]) -> None:
        """Continue from what `state` returned.

        Raises
        ------
        TypeError, ValueError
            If it is not a state of this method: other names, another kind of value, not finite, or a mean of
            squares below zero. The optimizer has not changed then.
        """
        method = type(self).__name__
        known = tuple(f"{slot}/" for slot in self.slots)
        if "t" not in state or not all(name == "t" or name.startswith(known) for name in state):
            raise ValueError(f"state is not one of {method}: it holds {sorted(state)}")
        arrays = {n: as_floats(f"state[{n!r}]", array) for n, array in state.items()}
        for name, array in arrays.items():
            as_array(f"state[{name!r}]", array, array.shape, array.dtype)
            if name.partition("/")[0] in self.squares and (array < 0).any():
                raise ValueError(f"state[{name!r}] must hold means of squares, got {array.min()}")
        t = arrays.pop("t")
        if t.shape != () or t < 0 or t != int(t):
            raise ValueError(f"state['t'] must be a number of updates, got {t}")
        memory = {
            slot: {n.partition("/")[2]: a.copy() for n, a in arrays.items() if n.startswith(f"{slot}/")}
            for slot in self.slots
        }
        if any(
            bool(kept) != (t > 0) or kept.keys() != memory[self.slots[0]].keys() for kept in memory.values()
        ):
            raise ValueError(f"state is not one of {method} after {int(t)} updates: it holds {sorted(state)}")
        self.t, self._memory = int(t), memory


class SGD(Optimizer):
    r"""Stochastic gradient descent, with momentum if you like.

    :math:`v \leftarrow \mu v + g` and :math:`\theta \leftarrow \theta - \eta v`, where :math:`v` starts at
    zero (Polyak 1964, in the form of Sutskever et al. 2013 with the learning rate taken out of :math:`v`).

    Parameters
    ----------
    learning_rate : float or callable
        :math:`\eta`: a number, or a function of the number of the update.
    momentum : float
        :math:`\mu`, from 0 (none) to below 1.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of range.
    """

    slots = ("v",)

    def __init__(self, learning_rate: LearningRate, *, momentum: float = 0.0) -> None:
        super().__init__(learning_rate)
        self.momentum = _fraction("momentum", momentum)

    def _direction(self, t: int, gradient: FloatArray, *kept: FloatArray) -> tuple[FloatArray, ...]:
        # --8<-- [start:sgd]
        (v,) = kept  # what is kept for this parameter
        v = self.momentum * v + gradient
        step = v
        return step, v
        # --8<-- [end:sgd]


class Adam(Optimizer):
    r"""Adam: every entry takes steps of its own size (Kingma & Ba 2015, algorithm 1).

    It keeps a running mean :math:`m` of the gradient and :math:`v` of its square. Both start at zero and are
    too small at first; dividing by :math:`1 - \beta^t` corrects that.

    Parameters
    ----------
    learning_rate : float or callable
        The size of a step: a number, or a function of the number of the update.
    beta1 : float
        How much of the old mean of the gradient stays at each update, from 0 to below 1.
    beta2 : float
        How much of the old mean of its square stays, from 0 to below 1.
    epsilon : float
        Above zero; keeps the division defined where a gradient has always been zero.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of range.
    """

    slots = ("m", "v")
    squares = ("v",)

    def __init__(
        self,
        learning_rate: LearningRate = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        self.beta1 = _fraction("beta1", beta1)
        self.beta2 = _fraction("beta2", beta2)
        self.epsilon = as_positive("epsilon", epsilon)

    def _direction(self, t: int, gradient: FloatArray, *kept: FloatArray) -> tuple[FloatArray, ...]:
        # --8<-- [start:adam]
        m, v = kept  # what is kept for this parameter
        m = self.beta1 * m + (1 - self.beta1) * gradient  # mean of the gradient
        v = self.beta2 * v + (1 - self.beta2) * gradient**2  # of its square
        m_hat = m / (1 - self.beta1**t)  # as if neither had started at zero
        v_hat = v / (1 - self.beta2**t)
        step = m_hat / (np.sqrt(v_hat) + self.epsilon)
        return step, m, v
        # --8<-- [end:adam]


# --8<-- [start:schedule]
def cosine_schedule(
    peak: float, steps: int, *, warm_up: int = 100, final: float = 0.02
) -> Callable[[int], float]:
    """Return a learning rate for each update: it rises to `peak`, then falls along half a cosine wave.

    The warm-up keeps Adam's first steps small, while its running means rest on a few gradients only. The fall
    lets the weights settle (Loshchilov & Hutter 2017, without restarts).

    Parameters
    ----------
    peak : float
        The largest learning rate, above zero.
    steps : int
        The number of updates in all.
    warm_up : int
        The number of updates of the rise, below `steps`.
    final : float
        What is left at the last update, as a share of `peak`.

    Returns
    -------
    callable
        A function of the number of the update, for `SGD` and `Adam`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or range; the message names it.
    """
    peak, final = as_positive("peak", peak), as_positive("final", final)
    steps, warm_up = as_size("steps", steps), as_size("warm_up", warm_up)
    if warm_up >= steps:
        raise ValueError(f"warm_up must be below steps, {steps}, got {warm_up}")

    def learning_rate(t: int) -> float:
        if t < warm_up:
            return peak * t / warm_up
        done = min(1.0, (t - warm_up) / (steps - warm_up))  # from 0 to 1
        return peak * (final + (1 - final) * (1 + cos(pi * done)) / 2)

    return learning_rate
    # --8<-- [end:schedule]


def global_norm(gradients: Mapping[str, ArrayLike]) -> float:
    """Return the length of all gradients taken as one vector, also where a square would leave the floats.

    Parameters
    ----------
    gradients : dict of str to array_like
        Any arrays by name.

    Returns
    -------
    float
        The square root of the sum of all squares. Not finite if an entry is not finite.
    """
    arrays = [np.asarray(as_floats(f"gradients[{n!r}]", g), np.float64) for n, g in gradients.items()]
    squares = sum(float(np.vdot(array, array)) for array in arrays)
    if 1e-250 < squares < inf:  # else a square may have left the range of floats
        return sqrt(squares)
    sizes = [abs(array).max(initial=0.0) for array in arrays]
    largest = float(np.max(sizes, initial=0.0))  # NaN if one is NaN
    if largest == 0.0 or not isfinite(largest):
        return largest
    return largest * sqrt(sum(float(np.square(array / largest).sum()) for array in arrays))


def clip_by_global_norm(
    gradients: Mapping[str, ArrayLike], max_norm: float
) -> tuple[dict[str, FloatArray], float]:
    """Shorten all gradients by one factor so that together they are no longer than `max_norm`.

    The direction stays (Pascanu, Mikolov & Bengio 2013, algorithm 1).

    Parameters
    ----------
    gradients : dict of str to array_like
        Not changed.
    max_norm : float
        The greatest length, above zero.

    Returns
    -------
    clipped : dict of str to numpy.ndarray
        New arrays.
    norm : float
        The length before clipping.

    Raises
    ------
    TypeError, ValueError
        If `max_norm` is not a number above zero, or a gradient is not finite: no factor mends that.
    """
    max_norm = as_positive("max_norm", max_norm)
    norm = global_norm(gradients)
    if not isfinite(norm):
        raise ValueError(f"gradients must be finite, got a global norm of {norm}")
    scale = max_norm / norm if norm > max_norm else 1.0
    clipped = {}
    for name, gradient in gradients.items():
        g = as_floats(f"gradients[{name!r}]", gradient)
        clipped[name] = (g * np.float64(scale)).astype(g.dtype)  # a small scale would be 0 in float16
    return clipped, norm


def clip_by_value(
    gradients: Mapping[str, ArrayLike], max_value: float
) -> tuple[dict[str, FloatArray], float]:
    """Cut every entry to the range from ``-max_value`` to ``max_value``. The direction may turn.

    Parameters
    ----------
    gradients : dict of str to array_like
        Not changed.
    max_value : float
        The greatest size of an entry, above zero.

    Returns
    -------
    clipped : dict of str to numpy.ndarray
        New arrays.
    norm : float
        The length of all gradients together before clipping.

    Raises
    ------
    TypeError, ValueError
        If `max_value` is not a number above zero, or a gradient is not finite.
    """
    max_value = as_positive("max_value", max_value)
    norm = global_norm(gradients)
    if not isfinite(norm):
        raise ValueError(f"gradients must be finite, got a global norm of {norm}")
    checked = {name: as_floats(f"gradients[{name!r}]", g) for name, g in gradients.items()}
    return {name: np.clip(g, -max_value, max_value) for name, g in checked.items()}, norm


def _fraction(name: str, value: float) -> float:
    """Return a number from 0 to below 1, or refuse it."""
    value = as_number(name, value)
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value}")
    return value


def _matching(
    parameters: Mapping[str, FloatArray], gradients: Mapping[str, ArrayLike]
) -> dict[str, FloatArray]:
    """Return the gradient of every parameter, of its shape and dtype, or say which one is wrong."""
    for name, array in parameters.items():
        check_live(f"parameters[{name!r}]", array)
        if array.dtype.kind != "f":
            raise TypeError(f"parameters[{name!r}] must hold floats, got dtype {array.dtype}")
    return as_gradients(gradients, parameters)
