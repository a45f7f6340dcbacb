"""Text for a network: letters as numbers and back, three comedies to learn from, and sampling.

A text is an array of symbol numbers, (N,), each the place of its letter in an alphabet. A network reads a
letter one-hot and its outputs are the logits of the next letter. There is no training here.
"""

from math import log
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lstm_tutorial.checks import FloatArray, RandomSource, as_array, as_integers, as_number, as_rng, as_size
from lstm_tutorial.interop import load
from lstm_tutorial.losses import softmax_cross_entropy
from lstm_tutorial.lstm import LSTM
from lstm_tutorial.network import Network, unroll

DATA = Path(__file__).parent / "data"
"""Where the files of the package are."""
Symbols = NDArray[np.integer[Any]]


class Text(NamedTuple):
    """A text, as numbers, cut in order into three parts."""

    alphabet: str
    """Its letters; the number of a letter is its place here."""
    train: Symbols
    """What a network learns from: the first 90 percent, (N,)."""
    validation: Symbols
    """What choices are made on: the next 5 percent, (N,)."""
    test: Symbols
    """What is reported: the last 5 percent, (N,)."""


def comedies() -> Text:
    """Read A Midsummer Night's Dream, Twelfth Night and As You Like It, by William Shakespeare.

    Validation and test are the end of the last play: neighbors in time, and never seen in training.
    """
    text = (DATA / "comedies.txt").read_text(encoding="ascii")
    alphabet = "".join(sorted(set(text)))
    numbers = encode(text, alphabet)  # (N,)
    return Text(alphabet, *np.split(numbers, [len(text) * 90 // 100, len(text) * 95 // 100]))


def encode(text: str, alphabet: str) -> Symbols:
    """Return the number of each letter, (N,). A letter that the alphabet lacks is a ValueError."""
    number = {letter: k for k, letter in enumerate(alphabet)}
    if len(number) < len(alphabet):
        raise ValueError(f"alphabet must have each letter once, got {alphabet!r}")
    missing = sorted(set(text) - number.keys())
    if missing:
        raise ValueError(f"text must have letters of the alphabet only, got {''.join(missing)!r}")
    return np.array([number[letter] for letter in text], int)  # (N,)


def decode(numbers: ArrayLike, alphabet: str) -> str:
    """Return the letters of these numbers, (N,), as one string."""
    return "".join(alphabet[k] for k in _as_symbols(numbers, ("N",), len(alphabet)))


def streams(numbers: ArrayLike, batch_size: int) -> Symbols:
    """Cut a text into B pieces of equal length, side by side, (T, B); what is left over is dropped.

    Each column is a text of its own that is read from top to bottom.
    """
    numbers, B = _as_symbols(numbers, ("N",)), as_size("batch_size", batch_size)
    T = len(numbers) // B
    return numbers[: T * B].reshape(B, T).T  # (T, B)


def _as_symbols(numbers: ArrayLike, shape: tuple[str, ...], size: int | None = None) -> Symbols:
    """Return the numbers of symbols as an array of integers, or refuse what is none, or not below `size`."""
    array = as_integers("numbers", numbers, shape)
    if array.size and not (array.min() >= 0 and (size is None or array.max() < size)):
        below = "" if size is None else f" and below {size}"
        raise ValueError(f"numbers must be at least 0{below}, got {array.min()} to {array.max()}")
    return array


def one_hot(numbers: ArrayLike, size: int, dtype: DTypeLike = np.float64) -> FloatArray:
    """Return symbol numbers, (T, B), one-hot over `size` symbols, (T, size, B)."""
    size = as_size("size", size)
    numbers = _as_symbols(numbers, ("T", "B"), size)  # (T, B)
    hot: FloatArray = (numbers[:, np.newaxis] == np.arange(size)[:, np.newaxis]).astype(dtype)
    return hot  # (T, size, B)


def inputs(network: Network, numbers: ArrayLike) -> FloatArray:
    """Return letters, (T, B), as a network reads them: one-hot, times the root of the alphabet's size.

    Weights that are drawn for inputs of unit variance then get such inputs: a one-hot column of V entries has
    a mean square of 1/V.
    """
    D = network.input_size
    xs: FloatArray = one_hot(numbers, D, network.dtype) * np.sqrt(D, dtype=network.dtype)  # (T, D, B)
    return xs


def bits_per_letter(network: Network, numbers: ArrayLike, batch_size: int = 1) -> float:
    """Return how surprised a network is by a text, in bits per letter.

    Parameters
    ----------
    network : LSTM, RNN, GRU, Variant, or a network of your own
        It reads `inputs` and gives logits.
    numbers : numpy.ndarray, (N,)
        The text.
    batch_size : int
        The text is cut into so many `streams`. Each is read from a state of zeros to its end, with the state
        carried along. More of them are quicker, and forget more often.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or range, or a stream has fewer than two letters.
    """
    _require_letters(network, network.input_size)
    columns = _as_symbols(streams(numbers, batch_size), ("T", "B"), network.input_size)  # (T, B)
    if len(columns) < 2:
        raise ValueError(f"numbers must have two letters or more for each stream, got {len(columns)}")
    state: list[FloatArray] = []  # zeros
    nats = 0.0
    for start in range(0, len(columns) - 1, 512):
        letters = columns[start : start + 513]  # (K+1, B), each but the first one is a target
        out = unroll(network, inputs(network, letters[:-1]), *state, keep_cache=False)
        state = [s for s in (out.h, out.c) if s is not None]
        loss, _ = softmax_cross_entropy(out.ys, one_hot(letters[1:], network.input_size))
        nats += loss * (len(letters) - 1)
    return nats / (len(columns) - 1) / log(2)


def probabilities(logits: ArrayLike, *, temperature: float = 1.0, top_k: int | None = None) -> FloatArray:
    """Turn logits into the probabilities that a letter is drawn with.

    Parameters
    ----------
    logits : array_like, (O,)
        Outputs of one step.
    temperature : float
        What the logits are divided by: 1 leaves the model as it is, below 1 favors what is likely, above 1
        evens out. At 0, the likeliest letter has all the probability.
    top_k : int, optional
        Only the `top_k` likeliest letters can be drawn.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range; the message names it.
    """
    logits = as_array("logits", logits, ("O",), np.dtype(np.float64))  # (O,)
    temperature = as_number("temperature", temperature)
    k = len(logits) if top_k is None else min(as_size("top_k", top_k), len(logits))
    if temperature < 0:
        raise ValueError(f"temperature must be at least 0, got {temperature}")
    if not len(logits):
        raise ValueError("logits must have one number or more")
    # --8<-- [start:probabilities]
    if temperature == 0:
        k, temperature = 1, 1.0
    with np.errstate(over="ignore"):  # -inf has a probability of 0
        shifted = logits - logits.max()  # (O,), at most 0
        p: FloatArray = np.exp(shifted / temperature)  # (O,)
    p[np.argsort(-logits, kind="stable")[k:]] = 0  # all but the k likeliest
    p /= p.sum()
    # --8<-- [end:probabilities]
    return p


def sample(
    network: Network,
    prime: str,
    length: int,
    alphabet: str,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    rng: RandomSource = None,
) -> str:
    """Read a text, and write on: `length` letters, each drawn and then read like a letter of the text.

    Parameters
    ----------
    network : LSTM, RNN, GRU, Variant, or a network of your own
        It reads `inputs` and gives logits. In float64, the letters are the same on every processor.
    prime : str
        What is read first, at least one letter. It is not part of the result.
    length : int
        How many letters are written.
    alphabet : str
        The letters, in the order that the network was trained with.
    temperature : float
        As `probabilities` takes it.
    top_k : int, optional
        As `probabilities` takes it.
    rng : None, int or numpy.random.Generator
        Where the choice comes from.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or range; the message names it.
    """
    rng, length = as_rng(rng), as_size("length", length)
    if not prime:
        raise ValueError("prime must have at least one letter")
    _require_letters(network, len(alphabet))
    out = unroll(network, inputs(network, encode(prime, alphabet)[:, np.newaxis]), keep_cache=False)
    y, state = out.ys[-1], [s for s in (out.h, out.c) if s is not None]  # (O, 1), (H, 1) each
    written = []
    for _ in range(length):
        p = probabilities(y[:, 0], temperature=temperature, top_k=top_k)  # (O,)
        written.append(rng.choice(len(p), p=p))
        x = inputs(network, np.array([[written[-1]]]))[0]  # (D, 1), the letter that was drawn
        y, *state = network.forward(x, *state)
    return decode(np.array(written), alphabet)


def _require_letters(network: Network, letters: int) -> None:
    """Refuse a network that does not read one letter of an alphabet and give a logit for each."""
    if not network.input_size == network.output_size == letters:
        sizes = f"input_size {network.input_size} and output_size {network.output_size}"
        raise ValueError(f"network must read and give {letters} letters, one number for each, got {sizes}")


def trained_on_comedies() -> LSTM:
    """Return the LSTM that was trained on `comedies`, in float64. Its letters are those of their alphabet.

    ``scripts/experiments/text.py`` trained it, and docs/records/text.json says how well it does.
    """
    lstm: LSTM = load(DATA / "comedies.safetensors", dtype=np.float64)
    return lstm
