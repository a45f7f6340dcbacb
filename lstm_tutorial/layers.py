"""Layers: networks one above the other, and two directions side by side.

A stack is a list of layers, the lowest first. A layer is one network, or a pair ``(forward, backward)`` whose
second network reads every sequence from its end. What goes up are the hidden states: of a pair, those of both
directions, one above the other. `unroll` runs each network and `backpropagate` carries its gradients back.
Here is what lies between networks, and no equation of a cell.

Letters as in `lstm_tutorial.network`. A network is named by its place: ``"0"`` is the lowest layer, and
``"1.forward"`` and ``"1.backward"`` are a pair above it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import (
    FloatArray,
    RandomSource,
    as_array,
    as_lengths,
    as_number,
    as_rng,
    as_sequence,
)
from lstm_tutorial.network import Gradients, Network, backpropagate, require_finite, require_network, unroll

Layer = Network | tuple[Network, Network]
"""One network, or one for each direction: ``(forward, backward)``."""


class LayersCache(NamedTuple):
    """What a forward pass through layers leaves for the backward pass."""

    layers: list[dict[str, Any]]
    """For each layer, the cache of each of its networks, by the network's name."""
    masks: list[FloatArray | None]
    """For each layer, what its inputs were multiplied by."""
    lengths: NDArray[np.intp]
    """The number of valid steps of each column, (B,)."""
    shape: tuple[int, ...]
    """The shape of ``hs``."""


class UnrolledLayers(NamedTuple):
    """The results of the top layer, the final states of all layers, and what `backpropagate_layers` needs."""

    ys: Any
    """Outputs of the top layer, (T, O, B); of a pair, the sum of both. None without a read-out."""
    hs: FloatArray
    """Hidden states of the top layer, (T, H, B); of a pair, those of both directions, (T, 2H, B)."""
    states: list[Any]
    """For each layer, its final state: ``(h, c)``, or `h` without a cell state; of a pair, a tuple of two."""
    cache: LayersCache
    """For `backpropagate_layers`."""


def layer_parameters(layers: Sequence[Layer]) -> dict[str, FloatArray]:
    """Return the weight arrays of all layers by name, such as ``"0.Wf"``: the live arrays, not copies.

    An optimizer takes them together with the gradients of `backpropagate_layers`, which have the same names.

    Parameters
    ----------
    layers : list
        The layers, the lowest first: each one network, or a pair ``(forward, backward)``.

    Raises
    ------
    TypeError, ValueError
        If these are no layers, or one does not fit onto the one below it.
    """
    return {
        f"{name}.{weight}": array
        for networks in named_networks(layers)
        for name, network in networks.items()
        for weight, array in network.parameters().items()
    }


def dropout_mask(shape: tuple[int, ...], p: float, *, rng: RandomSource = None) -> FloatArray:
    """Draw a mask for inverted dropout: 0 with probability `p`, and 1 / (1 - p) elsewhere.

    What is multiplied by it keeps its mean, so nothing needs to be scaled where dropout is off. For training,
    draw a new mask for each batch; for evaluation, use none.

    Parameters
    ----------
    shape : tuple of int
        Shape of the mask: (T, H, B), or (H, B) to leave out the same units at every step.
    p : float
        The share that is left out, at least 0 and below 1.
    rng : None, int or numpy.random.Generator
        Where the choice comes from.

    Returns
    -------
    numpy.ndarray
        The mask, in float64.

    Raises
    ------
    TypeError, ValueError
        If `p` or `rng` is of the wrong kind or range; the message names it.

    References
    ----------
    Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting"; section 10
    has the scaling in training. Zaremba, Sutskever & Vinyals (2014) put it between the layers of an LSTM and
    not on its recurrent path; Gal & Ghahramani (2016) keep one mask for all steps.
    """
    p = as_number("p", p)
    if not 0 <= p < 1:
        raise ValueError(f"p must be at least 0 and below 1, got {p!r}")
    mask: FloatArray = (as_rng(rng).random(shape) >= p) / (1 - p)  # shape
    return mask


# --8<-- [start:drop-connect]
def drop_connections(
    network: Network, p: float, *, rng: RandomSource = None
) -> tuple[Network, dict[str, FloatArray]]:
    """Leave out a share of the weights that act on the hidden state: drop-connect on the recurrent weights.

    The same weights are missing at every step of a sequence, so the state is carried through one network, and
    no unit's memory is cut. Train the copy for one batch: multiply its gradients by the masks, and update the
    weights of `network`.

    Parameters
    ----------
    network : LSTM, RNN, GRU, Variant, or a network of your own
        The network; it is not changed.
    p : float
        The share that is left out, as in `dropout_mask`.
    rng : None, int or numpy.random.Generator
        Where the choice comes from.

    Returns
    -------
    thinned : the type of `network`
        A copy whose recurrent weights are multiplied by a `dropout_mask`.
    masks : dict of str to numpy.ndarray
        For each matrix of the cell, by name, what it was multiplied by: ones for the inputs' columns.

    References
    ----------
    Merity, Keskar & Socher (2018), "Regularizing and optimizing LSTM language models", section 2.
    """
    require_network(network)
    rng, thinned, D = as_rng(rng), network.copy(), network.input_size
    masks = {}
    for name, W in thinned.parameters().items():
        if W.shape[1] == D + network.hidden_size and name != "Wy":
            masks[name] = np.ones_like(W)  # (H, D+H)
            masks[name][:, D:] = dropout_mask((network.hidden_size,) * 2, p, rng=rng)
            W *= masks[name]
    return thinned, masks
    # --8<-- [end:drop-connect]


def unroll_layers(
    layers: Sequence[Layer],
    xs: ArrayLike,
    states: Sequence[Any] | None = None,
    *,
    lengths: ArrayLike | None = None,
    masks: Sequence[ArrayLike | None] | None = None,
) -> UnrolledLayers:
    """Run a stack of layers along a batch of sequences.

    The second network of a pair begins at each column's own last step and ends at the first. So its ``hs[t]``
    knows step t and what follows, and its final state is the one after it has read the first step.

    Parameters
    ----------
    layers : list
        The layers, the lowest first: each one network, or a pair ``(forward, backward)``. Only the top layer
        may have a read-out. The weights are copied into the cache.
    xs : array_like, (T, D, B)
        Inputs of the lowest layer.
    states : list, optional
        For each layer, the state before the first step: ``(h, c)``, or `h` without a cell state; for a pair,
        a tuple of both. The ``states`` that this function returned are of this form. None stands for zeros.
    lengths : array_like of int, (B,), optional
        The number of valid steps of each column; the rest is padding, which is never read.
    masks : list of array_like, optional
        Dropout between layers: for each layer but the lowest, what its inputs are multiplied by, or None. The
        shape is that of these inputs, or (H, B) for one mask at all steps. `dropout_mask` draws one.

    Returns
    -------
    UnrolledLayers
        ``ys`` and ``hs`` of the top layer, the final ``states`` of all layers, and ``cache``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it.
    FloatingPointError
        If the numbers are so large that a result would not be finite; the message names the step.
    """
    named = named_networks(layers)
    lowest = next(iter(named[0].values()))
    hs = as_sequence("xs", xs, ("T", lowest.input_size, "B"), lowest.dtype, lengths)  # (T, D, B)
    T, _, B = hs.shape
    ends = as_lengths(lengths, T, B)  # (B,)
    masks = as_masks(masks, named, T, B)
    caches: list[dict[str, Any]] = []
    final = []
    for networks, mask, before in zip(named, masks, as_states("states", states, named), strict=True):
        # --8<-- [start:layer]
        inputs = hs if mask is None else _product(hs, mask)  # (T, D, B)
        runs = []
        for direction, (name, network) in enumerate(networks.items()):
            with naming(name):
                run = unroll(network, turned(inputs, ends, direction), *before[direction], lengths=ends)
            runs.append(run._replace(hs=turned(run.hs, ends, direction), ys=turned(run.ys, ends, direction)))
        hs = np.concatenate([run.hs for run in runs], axis=1)  # (T, H, B), or (T, 2H, B) for a pair
        # --8<-- [end:layer]
        caches.append({name: run.cache for name, run in zip(networks, runs, strict=True)})
        states_after = [run.h if run.c is None else (run.h, run.c) for run in runs]
        final.append(states_after[0] if len(runs) == 1 else tuple(states_after))
    outputs = [run.ys for run in runs if run.ys is not None]  # (T, O, B) each
    ys = _total(outputs) if outputs else None  # (T, O, B)
    return UnrolledLayers(ys, hs, final, LayersCache(caches, masks, ends, hs.shape))


def backpropagate_layers(
    cache: LayersCache,
    *,
    dys: ArrayLike | None = None,
    dhs: ArrayLike | None = None,
    dstates: Sequence[Any] | None = None,
) -> Gradients:
    """Carry the gradient of a loss back through a stack of layers.

    Parameters
    ----------
    cache : LayersCache
        From `unroll_layers`. It is not changed and can be used again.
    dys : array_like, (T, O, B), optional
        Gradient with respect to ``ys``.
    dhs : array_like, optional
        Gradient with respect to ``hs``, of its shape.
    dstates : list, optional
        Gradients with respect to ``states``, in the same form. None stands for zeros.

    Returns
    -------
    dict of str to numpy.ndarray
        Gradients with respect to the parameters, by the names of `layer_parameters`, summed over steps and
        batch; to the initial states, such as ``"0.h0"``; and to ``xs``, (T, D, B).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape; the message names it.
    FloatingPointError
        If the numbers are so large that a gradient would not be finite; the message names the step.
    """
    if not isinstance(cache, LayersCache):
        raise TypeError(f"cache must be the cache of unroll_layers, got {type(cache).__name__}")
    lengths, (T, _, B) = cache.lengths, cache.shape
    named = [{name: part.network for name, part in parts.items()} for parts in cache.layers]
    top = next(iter(named[-1].values()))
    if dys is not None:
        dys = as_sequence("dys", dys, (T, top._outputs_of("dys"), B), top.dtype, lengths)  # (T, O, B)
    if dhs is not None:
        dhs = as_sequence("dhs", dhs, cache.shape, top.dtype, lengths)  # (T, H, B) or (T, 2H, B)
    arriving = zip(cache.layers, cache.masks, as_states("dstates", dstates, named), strict=True)
    gradients: Gradients = {}
    for parts, mask, dstate in reversed(list(arriving)):
        sizes = [part.network.hidden_size for part in parts.values()]
        shares = [None] * 2 if dhs is None else np.split(dhs, np.cumsum(sizes)[:-1], axis=1)  # (T, H, B) each
        of_layer: Gradients = {}
        dinputs = []  # (T, D, B) each
        for direction, (name, part) in enumerate(parts.items()):
            dh_dc = dict(zip(("dh", "dc"), dstate[direction], strict=False))  # (H, B) each
            reaching = [turned(steps, lengths, direction) for steps in (dys, shares[direction])]
            with naming(name):
                found = backpropagate(part, dys=reaching[0], dhs=reaching[1], **dh_dc)
            dinputs.append(turned(found.pop("xs"), lengths, direction))
            of_layer |= {f"{name}.{key}": gradient for key, gradient in found.items()}
        dxs = _total(dinputs)  # (T, D, B), both directions read the same inputs
        dxs = dxs if mask is None else _product(dxs, mask)  # (T, D, B)
        dhs, dys = dxs, None  # what this layer reads are the hidden states below, and no read-out is there
        gradients = of_layer | gradients
    return gradients | {"xs": dxs}


def _total(parts: list[FloatArray]) -> FloatArray:
    """Return the sum of what the directions of a layer give, (T, rows, B), if it is finite."""
    with np.errstate(over="ignore"):
        steps: FloatArray = np.sum(parts, axis=0)  # (T, rows, B)
    require_finite(0, steps)
    return steps


def _product(steps: FloatArray, mask: FloatArray) -> FloatArray:
    """Return steps, (T, rows, B), times a mask, if it is finite."""
    with np.errstate(over="ignore"):
        masked: FloatArray = steps * mask  # (T, rows, B)
    require_finite(0, masked)
    return masked


def turned(steps: Any, lengths: NDArray[np.intp], direction: int) -> Any:
    """Return a sequence as a direction reads it: 0 as it is, 1 with each column's valid steps reversed.

    Padding stays where it is, and turning twice gives the same sequence. None stays None.
    """
    if steps is None or direction == 0:
        return steps
    # --8<-- [start:turn]
    t = np.arange(len(steps))[:, None]  # (T, 1)
    source = np.where(t < lengths, lengths - 1 - t, t)  # (T, B), the step that comes to stand at t
    return np.take_along_axis(steps, source[:, None, :], axis=0)  # (T, rows, B)
    # --8<-- [end:turn]


def named_networks(layers: Sequence[Layer]) -> list[dict[str, Network]]:
    """Return the networks of each layer by name, or refuse what is no stack.

    Raises
    ------
    TypeError, ValueError
        If `layers` is not a list of networks and pairs, or one does not fit onto the one below it.
    """
    if not isinstance(layers, list) or not layers:
        raise TypeError("layers must be a list of networks and pairs (forward, backward), the lowest first")
    named: list[dict[str, Network]] = []
    for k, layer in enumerate(layers):
        parts = layer if isinstance(layer, tuple) else (layer,)
        if len(parts) not in (1, 2) or not all(isinstance(network, Network) for network in parts):
            raise TypeError(f"layers[{k}] must be a network or a pair (forward, backward), got {layer!r}")
        names = [f"{k}"] if len(parts) == 1 else [f"{k}.forward", f"{k}.backward"]
        named.append(dict(zip(names, parts, strict=True)))
    every = [network for networks in named for network in networks.values()]
    if len({id(network) for network in every}) < len(every):
        raise ValueError("layers must be different networks, but one stands in two places")
    if len({network.dtype for network in every}) > 1:
        raise ValueError(f"layers must have one dtype, got {', '.join(str(n.dtype) for n in every)}")
    rows = every[0].input_size
    for k, networks in enumerate(named):
        check_layer(f"layers[{k}]", list(networks.values()), rows, is_top=k == len(named) - 1)
        rows = rows_of(networks)
    return named


def check_layer(name: str, networks: list[Network], rows: int, *, is_top: bool) -> None:
    """Refuse a layer that reads another number of rows, or with a read-out that would go nowhere."""
    for network in networks:
        if network.input_size != rows:
            raise ValueError(f"{name} must have input_size {rows}, got {network!r}")
        if not is_top and network.output_size is not None:
            raise ValueError(f"{name} must have output_size None below another layer, got {network!r}")
    if networks[0].output_size != networks[-1].output_size:
        raise ValueError(f"{name} must have one output_size, got {networks}")


def rows_of(networks: dict[str, Network]) -> int:
    """Return the number of rows that a layer hands up: H, or the sum of both directions'."""
    return sum(network.hidden_size for network in networks.values())


def as_states(name: str, states: Any, named: list[dict[str, Network]]) -> list[list[tuple[Any, ...]]]:
    """Return what was given of the states of each network of each layer: nothing, (h,) or (h, c)."""
    if states is None:
        states = [None] * len(named)
    if not isinstance(states, list) or len(states) != len(named):
        raise TypeError(f"{name} must be a list of {len(named)} states, one for each layer")
    found = []
    for k, (networks, of_layer) in enumerate(zip(named, states, strict=True)):
        if of_layer is None or len(networks) == 1:
            of_layer = (of_layer,) * len(networks)
        if not isinstance(of_layer, tuple) or len(of_layer) != len(networks):
            raise TypeError(f"{name}[{k}] must be a pair, (state of forward, state of backward)")
        pairs = zip(of_layer, networks.values(), strict=True)
        found.append([as_state(f"{name}[{k}]", state, network) for state, network in pairs])
    return found


def as_state(name: str, state: Any, network: Network) -> tuple[Any, ...]:
    """Return what was given of one network's state as a tuple: nothing for None, (h,) or (h, c)."""
    if state is None:
        return ()
    parts = state if len(network.state_names) > 1 else (state,)
    if not isinstance(parts, tuple) or len(parts) != len(network.state_names):
        raise TypeError(f"{name} must be ({', '.join(network.state_names)}) for {network!r}")
    return parts


def as_masks(masks: Any, named: list[dict[str, Network]], T: int, B: int) -> list[FloatArray | None]:
    """Return a copy of the mask of each layer's inputs, None for the lowest, or refuse one by name."""
    if masks is None:
        masks = [None] * (len(named) - 1)
    if not isinstance(masks, (list, tuple)) or len(masks) != len(named) - 1:
        raise TypeError(f"masks must be a list of {len(named) - 1}, one for each layer but the lowest")
    found: list[FloatArray | None] = [None]
    for k, (mask, below) in enumerate(zip(masks, named, strict=False)):
        if mask is not None:
            shape = (rows_of(below), B) if np.ndim(mask) == 2 else (T, rows_of(below), B)
            mask = as_array(f"masks[{k}]", mask, shape, next(iter(below.values())).dtype).copy()
        found.append(mask)
    return found


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Add to an error in one of the networks which one it is."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This happened in layer {name}.")
        raise
