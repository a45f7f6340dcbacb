"""n-gram models with Kneser-Ney smoothing, beside counts made by hand."""

from collections import Counter

import pytest

from lstm_tutorial.text import comedies, decode
from scripts.experiments.ngrams import Counts, count, nats_per_letter, probability, summed


def test_what_is_counted_by_hand():
    """In "abcabdab", "ab" occurs 3 times; "b" follows "a" only, and "a" follows "c" and "d"."""
    single, pairs = count("abcabdab", 2)
    assert pairs.of == {"ab": 3, "bc": 1, "ca": 1, "bd": 1, "da": 1}
    assert pairs.after == {"a": 3, "b": 2, "c": 1, "d": 1}
    assert single.of == {"b": 1, "c": 1, "a": 2, "d": 1}
    assert single.after == {"": 5}
    assert single.discounts == (0.0, 0.5, 0.5, 0.5)
    assert single.held_back == {"": 2.0}


def test_a_probability_by_hand():
    """After "b": "c" counts 1 of 2, less the discount; two discounts are given to the single letters."""
    counts = count("abcabdab", 2)
    p_c = (1 - 0.5) / 5 + 2.0 / 5 * (1 / 4)  # of the single letter
    assert probability(counts, "b", "c", 4) == pytest.approx((1 - 0.5) / 2 + (0.5 + 0.5) / 2 * p_c)
    p_a = (2 - 0.5) / 5 + 2.0 / 5 * (1 / 4)
    assert probability(counts, "b", "a", 4) == pytest.approx((0.5 + 0.5) / 2 * p_a), "never seen"
    assert probability(counts, "x", "a", 4) == pytest.approx(p_a), "a context never seen"


def test_the_discounts_are_those_of_the_paper():
    """Chen & Goodman's formulas: 8 n-grams count 1, 4 count 2, 2 count 3, and 1 counts 4."""
    times = [1] * 8 + [2] * 4 + [3] * 2 + [4]
    found = summed(Counter({f"{k}x": c for k, c in enumerate(times)}))
    y = 8 / (8 + 2 * 4)
    expected = (0.0, 1 - 2 * y * 4 / 8, 2 - 3 * y * 2 / 4, 3 - 4 * y * 1 / 2)
    assert isinstance(found, Counts)
    assert found.discounts == pytest.approx(expected)


@pytest.mark.parametrize("context", ["", "the", "q", "e th", "zzzz"])
def test_probabilities_add_up_to_one(context):
    text = comedies()
    counts = count(decode(text.train[:20_000], text.alphabet), 4)
    letters = text.alphabet
    total = sum(probability(counts, context[-3:], letter, len(letters)) for letter in letters)
    assert total == pytest.approx(1, abs=1e-12)
    assert min(probability(counts, context[-3:], letter, len(letters)) for letter in letters) > 0


def test_a_text_that_repeats_is_no_surprise():
    assert nats_per_letter(count("abc" * 200, 3), "abc" * 20, 3) < 0.2
