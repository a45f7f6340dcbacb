"""Letters and numbers, the text that comes with the package, sampling, and the network trained on it."""

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from lstm_tutorial import GRU, LSTM, RNN, softmax, softmax_cross_entropy, unroll
from lstm_tutorial import text as text_module
from lstm_tutorial.text import (
    bits_per_letter,
    comedies,
    decode,
    encode,
    inputs,
    one_hot,
    probabilities,
    sample,
    streams,
    trained_on_comedies,
)

ALPHABET = "\n abc"


def test_the_comedies_are_cut_in_order():
    text = comedies()
    whole = (text_module.DATA / "comedies.txt").read_bytes()
    assert len(whole) < 350_000
    assert "".join(decode(part, text.alphabet) for part in text[1:]).encode() == whole
    assert [round(len(part) / len(whole), 3) for part in text[1:]] == [0.9, 0.05, 0.05]
    assert list(text.alphabet) == sorted(set(whole.decode("ascii")))
    assert text.alphabet[:3] == "\n !"
    lines = whole.decode("ascii").split("\n")
    assert not any(line != line.rstrip() for line in lines)
    assert "\n\n\n" not in whole.decode()
    assert re.findall(r"^ACT (\w+)", whole.decode(), re.MULTILINE) == ["I", "II", "III", "IV", "V"] * 3
    assert not re.search(r"gutenberg|copyright|&\w+;|[{}/0-9]", whole.decode(), re.IGNORECASE)


def test_letters_are_numbers_and_back():
    assert encode("cab\n", ALPHABET).tolist() == [4, 2, 3, 0]
    assert decode(encode("a cab", ALPHABET), ALPHABET) == "a cab"
    with pytest.raises(ValueError, match="text must have letters of the alphabet only, got 'xz'"):
        encode("abxzax", ALPHABET)


def test_streams_are_pieces_side_by_side():
    assert streams(np.arange(11), 3).T.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    with pytest.raises(ValueError, match="batch_size"):
        streams(np.arange(11), 0)


def test_inputs_have_unit_variance():
    network = LSTM(5, 2, 5, dtype=np.float32)
    xs = inputs(network, np.array([[0, 4], [1, 3]]))
    assert xs.dtype == np.float32
    assert xs.argmax(axis=1).tolist() == [[0, 4], [1, 3]]
    np.testing.assert_allclose((xs**2).mean(axis=1), 1, rtol=1e-6)
    assert one_hot(np.array([[2]]), 4)[0, :, 0].tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("network", [LSTM(5, 7, 5, rng=0), GRU(5, 7, 5, rng=0), RNN(5, 7, 5, rng=0)])
def test_bits_per_letter_are_those_of_one_run(network):
    """Over more steps than a chunk has; in streams, the mean of the streams."""
    numbers = np.random.default_rng(0).integers(0, 5, 1201)

    def bits(numbers):
        ys = unroll(network, inputs(network, numbers[:-1, None])).ys
        return softmax_cross_entropy(ys, one_hot(numbers[1:, None], 5))[0] / np.log(2)

    assert bits_per_letter(network, numbers) == pytest.approx(bits(numbers), rel=1e-12)
    parts = np.mean([bits(numbers[:400]), bits(numbers[400:800]), bits(numbers[800:1200])])
    assert bits_per_letter(network, numbers, 3) == pytest.approx(parts, rel=1e-12)
    constant = np.zeros((5, 7))
    network = network.copy()
    network.Wy = constant
    assert bits_per_letter(network, numbers) == pytest.approx(np.log2(5)), "all letters alike"


def test_probabilities():
    """At temperature 1 the softmax; ratios to the power 1 / temperature; 0 and top-k."""
    logits = np.array([2.0, -1.0, 700.0, 701.5, 701.0])
    np.testing.assert_allclose(probabilities(logits), softmax(logits[:, None])[:, 0], rtol=1e-12)
    p, q = probabilities([1.0, 2.0, 4.0]), probabilities([1.0, 2.0, 4.0], temperature=0.5)
    np.testing.assert_allclose(q[1:] / q[:-1], (p[1:] / p[:-1]) ** 2, rtol=1e-12)
    assert probabilities(logits, temperature=0).tolist() == [0, 0, 0, 1, 0]
    assert probabilities([1.0, 1.0], temperature=0).tolist() == [1, 0], "the first of equals"
    assert probabilities(logits, temperature=1e-300).tolist() == [0, 0, 0, 1, 0], "as at 0"
    np.testing.assert_allclose(probabilities(logits, temperature=1e300), 0.2)
    top = probabilities(logits, top_k=2)
    assert (top > 0).tolist() == [False, False, False, True, True]
    assert top[3] / top[4] == pytest.approx(np.exp(0.5))
    np.testing.assert_allclose(probabilities(logits, top_k=99), probabilities(logits))


BAD = [("temperature", -1.0), ("temperature", np.nan), ("top_k", 0), ("top_k", 1.5)]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_arguments_are_refused(name, value):
    with pytest.raises((TypeError, ValueError), match=name):
        probabilities([1.0, 2.0], **{name: value})
    with pytest.raises((TypeError, ValueError), match=name):
        sample(LSTM(5, 2, 5), "a", 3, ALPHABET, **{name: value})


@pytest.mark.parametrize("network", [LSTM(5, 7, 5, rng=0), GRU(5, 7, 5, rng=0), RNN(5, 7, 5, rng=0)])
def test_a_sample_reads_what_it_wrote(network):
    """At temperature 0, each letter is the likeliest after everything before it, prime included."""
    for array in network.parameters().values():
        array *= 3
    prime, written = "cab", sample(network, "cab", 20, ALPHABET, temperature=0)
    assert len(written) == 20
    everything = encode(prime + written, ALPHABET)
    ys = unroll(network, inputs(network, everything[:, None])).ys[:, :, 0]  # (T, O)
    assert (ys[len(prime) - 1 : -1].argmax(axis=1) == everything[len(prime) :]).all()
    assert sample(network, prime, 20, ALPHABET, rng=1) == sample(network, prime, 20, ALPHABET, rng=1)
    assert len({sample(network, prime, 20, ALPHABET, rng=k) for k in range(5)}) > 1
    with pytest.raises(ValueError, match="prime must have at least one letter"):
        sample(network, "", 3, ALPHABET)


def test_letters_are_drawn_as_often_as_their_probabilities():
    network = LSTM(5, 2, 5)
    network.Wy = np.zeros((5, 2))
    network.Wy_bias = np.log([[0.1], [0.2], [0.3], [0.15], [0.25]])
    drawn = Counter(sample(network, "a", 4000, ALPHABET, rng=0))
    np.testing.assert_allclose([drawn[a] / 4000 for a in ALPHABET], [0.1, 0.2, 0.3, 0.15, 0.25], atol=0.02)


# The network that was trained


def test_the_stored_network_is_small_and_knows_the_comedies():
    """Better than any n-gram model on 3,000 letters it was not trained on, though float16 in its file."""
    assert (text_module.DATA / "comedies.safetensors").stat().st_size < 700_000
    network, text = trained_on_comedies(), comedies()
    assert network.dtype == np.float64
    assert network.input_size == network.output_size == len(text.alphabet)
    assert bits_per_letter(network, text.test[:3008], 8) < 2.13


def test_the_stored_network_is_read_with_numpy_alone():
    """Without the library safetensors, as in a browser."""
    code = (
        "import sys; sys.modules['safetensors'] = None\n"
        "from lstm_tutorial.text import comedies, sample, trained_on_comedies\n"
        "print(sample(trained_on_comedies(), 'O ', 5, comedies().alphabet, temperature=0))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert len(found.rstrip("\n")) >= 4


def test_a_damaged_network_is_refused(tmp_path, monkeypatch):
    data = bytearray((text_module.DATA / "comedies.safetensors").read_bytes())
    data[-1000] ^= 1
    (tmp_path / "comedies.safetensors").write_bytes(data)
    monkeypatch.setattr(text_module, "DATA", tmp_path)
    with pytest.raises(ValueError, match="is damaged, or not what it says: its checksum does not fit"):
        trained_on_comedies()


LETTERS = LSTM(3, 4, 3, rng=0)
CALLS = {
    "letters twice": ("alphabet", lambda: encode("aab", "aab")),
    "below 0": ("numbers", lambda: decode([-1], "abc")),
    "no letter": ("numbers", lambda: decode([3], "abc")),
    "one_hot, no letter": ("numbers", lambda: one_hot([[3]], 3)),
    "one_hot, a fraction": ("numbers", lambda: one_hot([[1.5]], 3)),
    "one_hot, NaN": ("numbers", lambda: one_hot([[np.nan]], 3)),
    "one_hot, one axis": ("numbers", lambda: one_hot([1, 2], 3)),
    "one_hot, masked": ("numbers", lambda: one_hot(np.ma.masked_equal([[1]], 1), 3)),
    "one_hot, no size": ("size", lambda: one_hot([[0]], 0)),
    "streams, fractions": ("numbers", lambda: streams([0.5, 1.0], 1)),
    "bits, nothing": ("numbers", lambda: bits_per_letter(LETTERS, [])),
    "bits, one letter": ("numbers", lambda: bits_per_letter(LETTERS, [1])),
    "bits, fewer letters than streams": ("numbers", lambda: bits_per_letter(LETTERS, [1, 2], 3)),
    "bits, no letter": ("numbers", lambda: bits_per_letter(LETTERS, [7, 1, 2])),
    "bits, no read-out": ("network", lambda: bits_per_letter(LSTM(3, 4, None), [0, 1])),
    "sample, another alphabet": ("network", lambda: sample(LETTERS, "z", 3, "abcz")),
    "sample, no read-out": ("network", lambda: sample(LSTM(3, 4, None), "a", 3, "abc")),
    "no logits": ("logits", lambda: probabilities([])),
}


@pytest.mark.parametrize("case", CALLS)
def test_what_is_no_text_is_refused_by_name(case):
    name, call = CALLS[case]
    with pytest.raises((TypeError, ValueError), match=f"^{name} must"):
        call()


def test_lists_are_texts_and_streams_are_copies():
    numbers = np.arange(6) % 3
    pieces = streams(numbers, 2)
    pieces[:] = 0
    assert numbers.tolist() == [0, 1, 2, 0, 1, 2]
    assert decode([0, 2], "abc") == "ac"
    assert decode([], "abc") == ""
    assert bits_per_letter(LETTERS, numbers.tolist()) == bits_per_letter(LETTERS, numbers)


def test_the_farthest_logits_raise_no_warning():
    assert probabilities([1.7e308, -1.7e308]).tolist() == [1, 0]
    assert probabilities([0.0, -1.0], temperature=5e-324).tolist() == [1, 0]
