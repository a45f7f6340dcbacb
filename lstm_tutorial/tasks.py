"""The tasks on which memory is measured, each as its paper defines it: Reber, adding, copying and more.

Every function draws a batch from an `rng` and returns the inputs (T, D, B), the targets, and the number of
valid steps of each column. Past its length a column holds zeros. Nothing here learns or knows of a network.

Letters: T = steps, D = inputs, O = outputs, B = batch. In the Reber grammar "T" and "P" are also symbols.
"""

from collections.abc import Iterator, Sequence
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_tutorial.checks import (
    FloatArray,
    RandomSource,
    as_array,
    as_real,
    as_rng,
    as_size,
    refuse_masked,
    valid_steps,
)

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.integer[Any]]


class Sequences(NamedTuple):
    """A batch of sequences, and the answers that are wanted."""

    xs: FloatArray
    """Inputs, (T, D, B)."""
    targets: FloatArray
    """(T, O, B) where every step is answered, (O, B) where only a sequence's last step is."""
    lengths: IntArray
    """The number of valid steps of each column, (B,)."""


class SymbolStrings(NamedTuple):
    """A batch of strings of a grammar: the symbol that is read, the next one, and all that could be next."""

    xs: FloatArray
    """The symbol that is read, one-hot, (T, 7, B)."""
    targets: FloatArray
    """The symbol that comes next, one-hot, (T, 7, B)."""
    lengths: IntArray
    """The number of valid steps of each column, (B,)."""
    legal: BoolArray
    """True for each symbol that the grammar allows next, (T, 7, B)."""


# The embedded Reber grammar

REBER_SYMBOLS = "BTPSXVE"
"""The seven symbols, in the order of the one-hot encoding."""

_REBER = {  # state: {symbol: next state}
    "0": {"B": "1"},
    "1": {"T": "2", "P": "3"},
    "2": {"S": "2", "X": "4"},
    "3": {"T": "3", "V": "5"},
    "4": {"X": "3", "S": "6"},
    "5": {"P": "4", "V": "6"},
    "6": {"E": "out"},
}


def _embedded_grammar() -> dict[str, dict[str, str]]:
    """Put the Reber grammar twice between an opening symbol, T or P, and the same symbol again."""
    grammar = {"start": {"B": "open"}, "open": {"T": "T0", "P": "P0"}, "close": {"E": "start"}}
    for second in "TP":
        for state, moves in _REBER.items():
            grammar[second + state] = {symbol: second + after for symbol, after in moves.items()}
        grammar[second + "out"] = {second: "close"}
    return grammar


_EMBEDDED = _embedded_grammar()


def embedded_reber_string(*, rng: RandomSource = None) -> str:
    """Draw one string of the embedded Reber grammar, such as ``BTBPVVETE``.

    Where the grammar forks, both symbols have probability one half. The second symbol, T or P, is also the
    second-last; between the two lies a string of the Reber grammar, 5 symbols long or longer.

    Parameters
    ----------
    rng : None, int or numpy.random.Generator
        Where the choices come from.

    Returns
    -------
    str
        At least 9 symbols.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 1, figures 3 and 4.
    """
    rng = as_rng(rng)
    state, string = "start", ""
    while not string.endswith("E") or state != "start":
        moves = _EMBEDDED[state]
        symbol = list(moves)[rng.integers(2)] if len(moves) == 2 else next(iter(moves))
        string, state = string + symbol, moves[symbol]
    return string


def legal_next(string: str) -> list[str]:
    """Return the symbols that may follow each symbol of an embedded Reber string.

    Parameters
    ----------
    string : str
        One string of the embedded Reber grammar, the start of one, or several in a row: after the last ``E``
        a new string may begin.

    Returns
    -------
    list of str
        For each symbol of `string`, the one or two symbols that may follow.

    Raises
    ------
    ValueError
        If `string` does not follow the grammar.
    """
    state, answer = "start", []
    for k, symbol in enumerate(string):
        if symbol not in _EMBEDDED[state]:
            raise ValueError(f"string must follow the embedded Reber grammar, got {symbol!r} at {k}")
        state = _EMBEDDED[state][symbol]
        answer.append("".join(_EMBEDDED[state]))
    return answer


def encode_reber(string: str) -> FloatArray:
    """Return the one-hot encoding of a string.

    Parameters
    ----------
    string : str
        Any of the seven symbols ``BTPSXVE``.

    Returns
    -------
    numpy.ndarray, (T, 7, 1)
        One step per symbol, batch size one.

    Raises
    ------
    ValueError
        If a symbol is not one of the seven.
    """
    unknown = sorted(set(string) - set(REBER_SYMBOLS))
    if unknown:
        raise ValueError(f"string must hold symbols of {REBER_SYMBOLS}, got {unknown[0]!r}")
    return _encode([string])


def _encode(strings: Sequence[Sequence[str]]) -> FloatArray:
    """Return 1 for each symbol of each step, of which a step may have several, and 0 elsewhere, (T, 7, B)."""
    xs = np.zeros((max(map(len, strings)), len(REBER_SYMBOLS), len(strings)))  # (T, 7, B)
    for b, string in enumerate(strings):
        for t, symbols in enumerate(string):
            xs[t, [REBER_SYMBOLS.index(symbol) for symbol in symbols], b] = 1.0
    return xs


def _batch(strings: Sequence[str], legal: Sequence[Sequence[str]]) -> SymbolStrings:
    """Return strings as inputs and targets. The last symbol of each is only a target."""
    xs = _encode([string[:-1] for string in strings])  # (T, 7, B)
    targets = _encode([string[1:] for string in strings])  # (T, 7, B)
    lengths = np.array([len(string) - 1 for string in strings])  # (B,)
    return SymbolStrings(xs, targets, lengths, _encode([symbols[:-1] for symbols in legal]) > 0)


def embedded_reber(
    batch_size: int = 1, *, exclude: SymbolStrings | None = None, rng: RandomSource = None
) -> SymbolStrings:
    """Draw strings of the embedded Reber grammar. The task is to predict the next symbol at every step.

    The difficulty is one symbol: the second-last, which repeats the second, at least six steps later. A
    string is right if at every step the symbols that may come next are the most active outputs
    (`predicts_legal`).

    Parameters
    ----------
    batch_size : int
        B, the number of strings. Some may be equal: short strings are frequent.
    exclude : SymbolStrings, optional
        Strings that are not drawn, such as those of a training set.
    rng : None, int or numpy.random.Generator
        Where the strings come from.

    Returns
    -------
    SymbolStrings
        A string of n symbols gives n - 1 steps, since nothing follows the last.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 1 and table 1. They trained on a fixed set of 256 strings and
    tested on 256 strings that are not in it.
    """
    B = as_size("batch_size", batch_size)
    rng = as_rng(rng)
    if not (exclude is None or isinstance(exclude, SymbolStrings)):
        raise TypeError(f"exclude must be None or SymbolStrings, got {type(exclude).__name__}")
    excluded = set() if exclude is None else set(_array_to_strings(exclude))
    strings: list[str] = []
    while len(strings) < B:
        string = embedded_reber_string(rng=rng)
        if string not in excluded:
            strings.append(string)
    return _batch(strings, [legal_next(string) for string in strings])


def _array_to_strings(strings: SymbolStrings) -> list[str]:
    """Return the symbols of each column; the last one, E, is only a target."""
    numbers = strings.xs.argmax(axis=1).T  # (B, T)
    columns = zip(numbers, strings.lengths, strict=True)
    return ["".join(REBER_SYMBOLS[k] for k in column[:n]) + "E" for column, n in columns]


def continual_reber(
    batch_size: int = 1, steps: int = 50, *, rng: RandomSource = None
) -> Iterator[SymbolStrings]:
    """Draw endless streams of embedded Reber strings, one after another without a mark between them.

    Nothing tells the network where a string begins, and nobody resets its state: it has to learn when to
    forget.

    Parameters
    ----------
    batch_size : int
        B, the number of streams side by side.
    steps : int
        T, the number of symbols of each stream in one chunk.
    rng : None, int or numpy.random.Generator
        Where the strings come from.

    Yields
    ------
    SymbolStrings
        A chunk: the next `steps` symbols of every stream.

    References
    ----------
    Gers, Schmidhuber & Cummins (2000), section 4, "continual embedded Reber grammar problem".
    """
    B, T = as_size("batch_size", batch_size), as_size("steps", steps)
    return _continual_chunks(B, T, as_rng(rng))


def _continual_chunks(B: int, T: int, rng: np.random.Generator) -> Iterator[SymbolStrings]:
    """Yield chunks of B streams of whole strings."""
    streams = [""] * B  # the symbols that no chunk has shown
    legal: list[list[str]] = [[] for _ in range(B)]  # what may follow each of them
    while True:
        for b in range(B):
            while len(streams[b]) <= T:
                string = embedded_reber_string(rng=rng)
                streams[b] += string
                legal[b] += legal_next(string)
        yield _batch([symbols[: T + 1] for symbols in streams], [symbols[: T + 1] for symbols in legal])
        streams = [symbols[T:] for symbols in streams]
        legal = [symbols[T:] for symbols in legal]


def predicts_legal(ys: ArrayLike, legal: BoolArray) -> BoolArray:
    """Return whether at each step the symbols that may come next are the most active outputs.

    Parameters
    ----------
    ys : array_like, (T, 7, B)
        The outputs; any order-preserving function of them gives the same answer.
    legal : numpy.ndarray of bool, (T, 7, B)
        The symbols that may come next.

    Returns
    -------
    numpy.ndarray of bool, (T, B)
        True where every legal symbol's output is above every other. True past a string's end.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 1: "training and testing".
    """
    refuse_masked("legal", legal)
    legal = np.asarray(legal)
    if legal.dtype != np.bool_ or legal.ndim != 3:
        raise TypeError(f"legal must be truth values, (T, 7, B), got {legal.dtype} of shape {legal.shape}")
    within: BoolArray = np.any(legal, axis=1)  # (T, B), past a string's end nothing is read
    ys = np.where(within[:, None], as_real("ys", ys, legal.shape), 0)  # (T, 7, B)
    ys = as_array("ys", ys, legal.shape, np.dtype(np.float64))  # (T, 7, B)
    weakest_legal = np.where(legal, ys, np.inf).min(axis=1)  # (T, B)
    strongest_other = np.where(legal, -np.inf, ys).max(axis=1)  # (T, B)
    right: BoolArray = (weakest_legal > strongest_other) | ~within  # (T, B)
    return right


# Adding


def adding(batch_size: int = 1, length: int = 100, *, rng: RandomSource = None) -> Sequences:
    """Draw the adding problem in its later form: the sum of the two marked numbers of a long row.

    Row 0 of the input holds numbers uniform in [0, 1]. Row 1 is 1 at one step of the first half and at one
    step of the second half, and 0 elsewhere. The target is the sum of the two marked numbers. The best
    constant answer is 1, with a mean squared error of 1/6; a network that sees only the last step can reach
    1/6 - 1/(6 T), because that step is sometimes marked.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    length : int
        T, the number of steps, at least 2.
    rng : None, int or numpy.random.Generator
        Where the numbers come from.

    Returns
    -------
    Sequences
        With one target per column, (1, B).

    References
    ----------
    Arjovsky, Shah & Bengio (2016), section 4.2; after Hochreiter & Schmidhuber (1997), experiment 4.
    """
    B, T = as_size("batch_size", batch_size), _at_least("length", length, 2)
    rng = as_rng(rng)
    columns = np.arange(B)  # (B,)
    xs = np.zeros((T, 2, B))  # (T, 2, B)
    xs[:, 0] = rng.uniform(0.0, 1.0, (T, B))  # (T, B)
    first = rng.integers(0, T // 2, B)  # (B,)
    second = rng.integers(T // 2, T, B)  # (B,)
    xs[first, 1, columns] = 1.0
    xs[second, 1, columns] = 1.0
    targets = (xs[first, 0, columns] + xs[second, 0, columns]).reshape(1, B)  # (1, B)
    return Sequences(xs, targets, np.full(B, T))


ADDING_BASELINE = 1 / 6
"""Mean squared error of the best constant answer to `adding`: twice the variance of a uniform number."""


def adding_1997(batch_size: int = 1, length: int = 100, *, rng: RandomSource = None) -> Sequences:
    """Draw the adding problem in its first form, with lengths that vary by a tenth.

    Row 0 holds numbers uniform in [-1, 1]. Row 1 is -1 at the first and the last step, 1 at two marked steps,
    and 0 elsewhere. The first mark is at one of the first ten steps, the second at one of the first
    ``length / 2 - 1`` steps that are still unmarked. The target is ``0.5 + (X1 + X2) / 4``, where X1 and X2
    are the marked numbers. If the first step is drawn, its mark stays -1 and its number counts as zero; the
    paper says this of X1, and we do the same with X2. A sequence is right if the error is below 0.04.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    length : int
        The smallest number of steps, at least 20; each sequence has up to a tenth more.
    rng : None, int or numpy.random.Generator
        Where the numbers come from.

    Returns
    -------
    Sequences
        With one target per column, (1, B).

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 4 and table 7.
    """
    B, shortest = as_size("batch_size", batch_size), _at_least("length", length, 20)
    rng = as_rng(rng)
    columns = np.arange(B)  # (B,)
    lengths = rng.integers(shortest, shortest + shortest // 10 + 1, B)  # (B,)
    T = int(lengths.max())
    xs = np.zeros((T, 2, B))  # (T, 2, B)
    valid = valid_steps(lengths, T, B)[:, 0]  # (T, B)
    xs[:, 0] = np.where(valid, rng.uniform(-1.0, 1.0, (T, B)), 0.0)  # (T, B)
    first = rng.integers(0, 10, B)  # (B,)
    second = rng.integers(0, shortest // 2 - 1, B)  # (B,), among the steps that `first` left
    second += second >= first
    numbers = np.stack([xs[first, 0, columns], xs[second, 0, columns]])  # (2, B)
    numbers[0, first == 0] = 0.0
    numbers[1, second == 0] = 0.0
    xs[first, 1, columns] = 1.0
    xs[second, 1, columns] = 1.0
    xs[0, 1] = -1.0
    xs[lengths - 1, 1, columns] = -1.0
    targets = 0.5 + numbers.sum(axis=0, keepdims=True) / 4.0  # (1, B)
    return Sequences(xs, targets, lengths)


# Copying


def copying(batch_size: int = 1, gap: int = 20, *, symbols: int = 10, rng: RandomSource = None) -> Sequences:
    """Draw the copying memory problem: ten symbols, a long silence, a signal, the ten symbols again.

    There are ten kinds of symbols: 0 to 7 carry the message, 8 is the blank and 9 the signal. The input is a
    message of ten symbols, ``gap - 1`` blanks, the signal, and ten blanks. The target is ``gap + 10`` blanks
    and then the message.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    gap : int
        The number of steps between the message and its repetition; T = gap + 20.
    symbols : int
        The length of the message: ten in the papers. With n symbols, T = gap + 2 n.
    rng : None, int or numpy.random.Generator
        Where the messages come from.

    Returns
    -------
    Sequences
        Inputs and targets one-hot, (T, 10, B) each.

    References
    ----------
    Arjovsky, Shah & Bengio (2016), section 4.1; Tallec & Ollivier (2018), section 3.
    """
    B, gap, n = as_size("batch_size", batch_size), as_size("gap", gap), as_size("symbols", symbols)
    rng = as_rng(rng)
    message = rng.integers(0, 8, (n, B))  # (n, B)
    shown = np.full((gap + 2 * n, B), 8)  # (T, B)
    shown[:n] = message
    shown[gap + n - 1] = 9
    targets = np.full((gap + 2 * n, B), 8)  # (T, B)
    targets[-n:] = message
    return Sequences(_one_hot(shown, 10), _one_hot(targets, 10), np.full(B, gap + 2 * n))


def copying_baseline(gap: int, symbols: int = 10) -> float:
    """Return the memoryless baseline of `copying`, n ln 8 / (gap + 2 n) nats per step for n symbols.

    A network that has no memory of the message can at best predict the blanks with certainty and guess among
    eight symbols in the last n steps.

    Parameters
    ----------
    gap : int
        As in `copying`.
    symbols : int
        As in `copying`.

    Returns
    -------
    float
        The mean cross-entropy per step.
    """
    gap, n = as_size("gap", gap), as_size("symbols", symbols)
    return n * log(8) / (gap + 2 * n)


# Temporal order, long lags, two sequences, one bit

TEMPORAL_ORDER_SYMBOLS = "EBabcdXY"
"""The eight symbols of the temporal order task: start, trigger, four distractors and the two that matter."""


def temporal_order(batch_size: int = 1, *, rng: RandomSource = None) -> Sequences:
    """Draw temporal order, task 6a: tell which of X and Y came first, and which second.

    A sequence of 100 to 110 symbols starts with E, ends with the trigger B, and is filled at random with a,
    b, c and d. One of steps 10 to 20 and one of steps 50 to 60, counted from 1, hold X or Y, so the minimal
    lag is 40. The four classes are XX, XY, YX and YY. A sequence is right if every output is within 0.3 of
    its target.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    rng : None, int or numpy.random.Generator
        Where the sequences come from.

    Returns
    -------
    Sequences
        Inputs one-hot, (T, 8, B); one target per column, one-hot over the four classes, (4, B).

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 6a and table 9.
    """
    B = as_size("batch_size", batch_size)
    rng = as_rng(rng)
    columns = np.arange(B)  # (B,)
    lengths = rng.integers(100, 111, B)  # (B,)
    T = int(lengths.max())
    symbols = rng.integers(2, 6, (T, B))  # (T, B), a to d
    symbols[0] = 0
    symbols[lengths - 1, columns] = 1
    first, second = rng.integers(0, 2, (2, B))  # (B,) each, 0 for X and 1 for Y
    symbols[rng.integers(9, 20, B), columns] = 6 + first  # steps 10 to 20, counted from 1
    symbols[rng.integers(49, 60, B), columns] = 6 + second  # steps 50 to 60
    xs = _one_hot(symbols, 8)  # (T, 8, B)
    xs *= valid_steps(lengths, T, B)
    return Sequences(xs, _one_hot((2 * first + second)[np.newaxis], 4)[0], lengths)


def noise_free_long_lag(batch_size: int = 1, lag: int = 100, *, rng: RandomSource = None) -> Sequences:
    """Draw the noise-free task with a long lag, 2a: the last symbol is the first one.

    There are ``p + 1`` symbols, where p = `lag`: a_1 to a_{p-1}, x and y. There are only two sequences,
    x a_1 ... a_{p-1} x and y a_1 ... a_{p-1} y, equally likely. The task is to predict the next symbol at
    every step.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    lag : int
        p, the number of steps between a symbol and its return, at least 2.
    rng : None, int or numpy.random.Generator
        Where the choices come from.

    Returns
    -------
    Sequences
        Inputs and targets one-hot, (p, p + 1, B) each: symbol x is number p - 1 and y is number p.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 2a and table 2.
    """
    B, p = as_size("batch_size", batch_size), _at_least("lag", lag, 2)
    rng = as_rng(rng)
    key = p - 1 + rng.integers(0, 2, B)  # (B,)
    symbols = np.empty((p + 1, B), int)  # (p+1, B)
    symbols[1:-1] = np.arange(p - 1)[:, np.newaxis]
    symbols[0] = symbols[-1] = key
    return Sequences(_one_hot(symbols[:-1], p + 1), _one_hot(symbols[1:], p + 1), np.full(B, p))


def two_sequence(
    batch_size: int = 1, length: int = 100, relevant: int = 3, *, rng: RandomSource = None
) -> Sequences:
    """Draw the two-sequence problem, 3a: a class shown in the first steps, then noise.

    The first `relevant` numbers are 1 for class 1 and -1 for class 2; the others are Gaussian with mean 0 and
    variance 0.2. The target is 1 for class 1 and 0 for class 2. A sequence is right if the error is below
    0.2.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    length : int
        The smallest number of steps, at least `relevant`; each sequence has up to a tenth more.
    relevant : int
        N, the number of steps that show the class.
    rng : None, int or numpy.random.Generator
        Where the sequences come from.

    Returns
    -------
    Sequences
        With one input, (T, 1, B), and one target per column, (1, B).

    Raises
    ------
    ValueError
        If `length` is smaller than `relevant`.

    References
    ----------
    Hochreiter & Schmidhuber (1997), experiment 3a and table 4; after Bengio, Simard & Frasconi (1994).
    """
    B, N = as_size("batch_size", batch_size), as_size("relevant", relevant)
    shortest = _at_least("length", length, N)
    rng = as_rng(rng)
    lengths = rng.integers(shortest, shortest + shortest // 10 + 1, B)  # (B,)
    T = int(lengths.max())
    classes = rng.integers(0, 2, B)  # (B,)
    xs = rng.normal(0.0, np.sqrt(0.2), (T, 1, B))  # (T, 1, B)
    xs[:N] = 2.0 * classes - 1.0
    xs *= valid_steps(lengths, T, B)
    return Sequences(xs, classes[np.newaxis].astype(np.float64), lengths)


def one_bit(
    batch_size: int = 1, lag: int = 20, *, marker: bool = True, rng: RandomSource = None
) -> Sequences:
    """Draw one bit, then noise as loud as the bit; the target at the last step is the bit.

    Row 0 of the input is the bit, 1 or -1, at the first step, and Gaussian noise of variance 1 at every
    later step. Row 1, the marker, is 1 at the first step and 0 elsewhere. The best constant answer is 0, with
    a mean squared error of 1. This task is our own: the smallest one that needs memory.

    Parameters
    ----------
    batch_size : int
        B, the number of sequences.
    lag : int
        The number of steps from the bit to the answer; T = lag + 1.
    marker : bool
        Whether row 1 is there. Without it, only its position tells the bit from the noise.
    rng : None, int or numpy.random.Generator
        Where bits and noise come from.

    Returns
    -------
    Sequences
        With two inputs, (T, 2, B), or one, (T, 1, B), and one target per column, (1, B).
    """
    B, lag = as_size("batch_size", batch_size), as_size("lag", lag)
    rng = as_rng(rng)
    xs = np.zeros((lag + 1, 2 if marker else 1, B))  # (T, D, B)
    xs[:, 0] = rng.standard_normal((lag + 1, B))  # (T, B)
    bits = rng.choice([-1.0, 1.0], (1, B))  # (1, B)
    xs[0, 0] = bits[0]
    xs[0, 1:] = 1.0
    return Sequences(xs, bits, np.full(B, lag + 1))


def _one_hot(symbols: IntArray, n: int) -> FloatArray:
    """Return symbol numbers (T, B) one-hot, (T, n, B)."""
    one_hot: FloatArray = (symbols[:, np.newaxis] == np.arange(n)[:, np.newaxis]).astype(np.float64)
    return one_hot


def _at_least(name: str, value: int, least: int) -> int:
    """Return `value` as an int of at least `least`."""
    size = as_size(name, value)
    if size < least:
        raise ValueError(f"{name} must be at least {least}, got {size}")
    return size
