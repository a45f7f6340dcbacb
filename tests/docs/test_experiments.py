"""The baselines that the chapters on the experiments draw, and the table that compares with the papers.

What their sentences say is asserted in the pages themselves.
"""

from math import log
from typing import Any

import numpy as np
import pytest

from lstm_tutorial import softmax_cross_entropy, squared_error
from lstm_tutorial.tasks import embedded_reber, noise_free_long_lag, predicts_legal
from scripts.experiments import baselines
from scripts.experiments.harness import NAMES, load, read_record
from scripts.experiments.summary import OVERVIEW, Row, count_solved, overview, sequences, verdict


def runs(name: str, arm: str) -> list[dict[str, Any]]:
    """Return the runs of an arm of a record."""
    kept: list[dict[str, Any]] = read_record(name)["arms"][arm]["runs"]
    return kept


def solved(name: str, arm: str) -> float:
    """Return the share of the runs of an arm that were solved."""
    return count_solved(runs(name, arm)) / len(runs(name, arm))


# Baselines


def test_the_reber_baselines_are_what_an_ideal_network_reaches() -> None:
    """Outputs made from the grammar, with the second symbol and without, through loss and criterion."""
    strings = embedded_reber(3000, rng=5)
    T, _, B = strings.xs.shape
    counts = np.arange(T)[:, None] < strings.lengths  # (T, B)
    memoryless = strings.legal.copy()  # (T, 7, B)
    answer = strings.lengths - 2, slice(None), np.arange(B)
    memoryless[answer] |= np.eye(7, dtype=bool)[[1, 2]].any(axis=0)  # the symbols T and P
    reber = baselines.reber()
    for legal, expected in ((strings.legal, reber.best_possible), (memoryless, reber.memoryless)):
        ys = np.where(legal, 0.0, -50.0)  # (T, 7, B)
        losses = [
            softmax_cross_entropy(ys[:n, :, b : b + 1], strings.targets[:n, :, b : b + 1])[0]
            for b, n in enumerate(strings.lengths)
        ]
        assert np.mean(losses) == pytest.approx(expected, rel=0.02)
    coin = np.random.default_rng(0).random((B, 2))  # (B, 2), which of T and P it finds likelier
    ys = np.where(strings.legal, 1.0, -1.0)  # (T, 7, B)
    ys[strings.lengths - 2, 1, np.arange(B)], ys[strings.lengths - 2, 2, np.arange(B)] = coin.T
    right = predicts_legal(ys, strings.legal) | ~counts  # (T, B)
    assert right.all(axis=0).mean() == pytest.approx(reber.right, abs=0.03)
    stream = np.concatenate([np.append(right[:n, b], True) for b, n in enumerate(strings.lengths)])
    between = np.diff(np.flatnonzero(~stream)).mean() - 1  # two of them belong to the string that failed
    assert reber.symbols_to_mistake == pytest.approx(between - 2, rel=0.05)


def test_the_other_baselines_are_what_a_constant_answer_reaches() -> None:
    """Through the losses that the experiments take."""
    assert baselines.adding_1997_error() == pytest.approx(1 / 24, rel=0.1)
    both = noise_free_long_lag(2, 100, rng=1)
    ys = np.where(both.targets, 0.0, -50.0)  # (T, p+1, B)
    ys[-1, -2:] = 0.0
    assert softmax_cross_entropy(ys, both.targets)[0] == pytest.approx(baselines.long_lag(100))
    guess = softmax_cross_entropy(np.zeros((4, 1)), np.eye(4)[:, :1])[0]
    assert guess == pytest.approx(baselines.TEMPORAL_ORDER) == pytest.approx(log(4))
    assert squared_error([[0.5, 0.5]], [[0.0, 1.0]])[0] == baselines.TWO_SEQUENCE


# Tables


def test_the_overview_has_every_experiment() -> None:
    """At least one row each, and a cell for everything that one compares."""
    assert {row.record for row in OVERVIEW} == {name for name in NAMES if "paper" in load(name).ABOUT}
    lines = overview().splitlines()
    assert len(lines) == len(OVERVIEW) + 2
    assert {line.count("|") for line in lines} == {7}


@pytest.mark.parametrize(
    ("succeeds", "none", "some", "most"),
    [
        (True, "not reproduced", "in part", "agrees"),
        (False, "agrees", "solved here by some", "solved here, not in the paper"),
        (None, "not solved", "by some", "solved"),
    ],
)
def test_a_verdict_counts_four_of_five_as_success(
    succeeds: bool | None, none: str, some: str, most: str
) -> None:
    """None, three, four and all of five runs, beside a paper that solves it, does not, or says nothing."""
    row = Row("adding", "arm", "label", "", succeeds)
    for count, expected in ((0, none), (3, some), (4, most), (5, most)):
        five = [{"solved": k < count, "sequences": 1000 * (k + 1)} for k in range(5)]
        assert verdict(row, five) == expected
        assert sequences(five).startswith("none in 5,000" if count == 0 else f"{500 * (count + 1):,}")


@pytest.mark.parametrize("row", [row for row in OVERVIEW if row.succeeds and "ablation" not in row.record])
def test_what_a_paper_solved_is_solved_here(row: Any) -> None:
    """By four seeds of five at least."""
    assert solved(row.record, row.arm) >= 0.8
