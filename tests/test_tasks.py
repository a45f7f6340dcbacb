"""The tasks are what their papers say: strings of a grammar, numbers column by column.

What is compared with comes from outside `tasks.py`: a regular expression written from the grammar's diagram,
a plain loop over the columns, moments of known distributions.
"""

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import tasks

# The Reber grammar read off its diagram: what follows the upper fork's X and the lower fork's second P is the
# same.
SHARED = r"(?:XT*VP)*(?:S|XT*VV)"
REBER = rf"B(?:TS*X{SHARED}|PT*V(?:V|P{SHARED}))E"
EMBEDDED = re.compile(rf"B(?:T{REBER}T|P{REBER}P)E")

seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds)
@settings(max_examples=200, deadline=None)
def test_every_string_follows_the_grammar(seed):
    string = tasks.embedded_reber_string(rng=seed)
    assert EMBEDDED.fullmatch(string)
    assert string[1] == string[-2]


def test_every_short_string_of_the_grammar_is_drawn():
    """All strings of 9 to 11 symbols that the regular expression allows occur, and no other."""
    rng = np.random.default_rng(0)
    drawn = {s for s in (tasks.embedded_reber_string(rng=rng) for _ in range(20_000)) if len(s) <= 11}
    middles = ("".join(p) for n in range(5, 8) for p in itertools.product("BTPSXVE", repeat=n) if p[0] == "B")
    legal = [m for m in middles if re.fullmatch(REBER, m)]
    assert drawn == {f"B{way}{m}{way}E" for m in legal for way in "TP"}


def test_forks_are_fair():
    rng = np.random.default_rng(1)
    strings = [tasks.embedded_reber_string(rng=rng) for _ in range(4000)]
    assert np.mean([s[1] == "T" for s in strings]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([s[3] == "T" for s in strings]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([s[2:-2] == "BPVVE" for s in strings]) == pytest.approx(1 / 8, abs=0.02)


def test_legal_next_symbols_of_a_string():
    """Read off the diagram for BTBTSXSETE by hand."""
    assert tasks.legal_next("BTBTSXSETE") == ["TP", "B", "TP", "SX", "SX", "XS", "E", "T", "E", "B"]


@given(seed=seeds, data=st.data())
@settings(max_examples=60, deadline=None)
def test_legal_next_agrees_with_the_regular_expression(seed, data):
    """A symbol is legal where some string of the grammar goes on with it, and nowhere else."""
    string = tasks.embedded_reber_string(rng=seed)
    k = data.draw(st.integers(0, len(string) - 2))
    prefix = string[: k + 1]
    rng = np.random.default_rng(seed)
    pool = [tasks.embedded_reber_string(rng=rng) for _ in range(300)]
    followers = {s[k + 1] for s in pool if s.startswith(prefix) and len(s) > k + 1} | {string[k + 1]}
    assert followers <= set(tasks.legal_next(string)[k])


def test_legal_next_refuses_what_the_grammar_does_not_allow():
    with pytest.raises(ValueError, match="string must follow the embedded Reber grammar, got 'X' at 1"):
        tasks.legal_next("BX")


def test_reber_batch_is_the_strings_shifted_by_one():
    batch = tasks.embedded_reber(5, rng=3)
    rng = np.random.default_rng(3)
    for b, string in enumerate(tasks.embedded_reber_string(rng=rng) for _ in range(5)):
        n = len(string) - 1
        assert batch.lengths[b] == n
        read = ["".join(tasks.REBER_SYMBOLS[k] for k in one[:n, :, b].argmax(1)) for one in batch[:2]]
        assert read == [string[:-1], string[1:]]
        assert (batch.xs[:n, :, b].sum(1) == 1).all()
        assert not batch.xs[n:, :, b].any()
        assert not batch.targets[n:, :, b].any()
        assert not batch.legal[n:, :, b].any()
        assert all(
            {tasks.REBER_SYMBOLS[k] for k in np.flatnonzero(batch.legal[t, :, b])}
            == set(tasks.legal_next(string)[t])
            for t in range(n)
        )


def test_excluded_strings_are_not_drawn():
    """Every string of the training set is missing from the test set, and nothing else is."""
    training = tasks.embedded_reber(40, rng=3)
    test = tasks.embedded_reber(300, exclude=training, rng=4)

    def strings(batch):
        symbols = batch.xs.argmax(1).T  # (B, T)
        return {"".join("BTPSXVE"[k] for k in row[:n]) for row, n in zip(symbols, batch.lengths, strict=True)}

    plain = tasks.embedded_reber(2000, rng=4)
    assert not strings(test) & strings(training)
    assert strings(test) <= strings(plain)
    assert len(strings(test)) > 20
    with pytest.raises(TypeError, match="exclude must be None or SymbolStrings, got list"):
        tasks.embedded_reber(1, exclude=["BTBPVVETE"])  # type: ignore[arg-type]


def test_encode_reber():
    code = tasks.encode_reber("BE")
    assert code.shape == (2, 7, 1)
    assert code[:, :, 0].tolist() == [[1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1]]
    with pytest.raises(ValueError, match="string must hold symbols of BTPSXVE, got 'b'"):
        tasks.encode_reber("Bb")


@pytest.mark.parametrize("steps", [1, 7, 50])
def test_continual_reber_is_whole_strings_without_a_mark(steps):
    """The chunks put together are strings of the grammar end to end, and each goes on from the last."""
    chunks = list(itertools.islice(tasks.continual_reber(2, steps, rng=5), 400 // steps))
    xs = np.concatenate([p.xs for p in chunks])
    targets = np.concatenate([p.targets for p in chunks])
    legal = np.concatenate([p.legal for p in chunks])
    assert (xs[1:] == targets[:-1]).all()
    for b in range(2):
        stream = "".join(tasks.REBER_SYMBOLS[k] for k in xs[:, :, b].argmax(1))
        whole = re.match(rf"(?:{EMBEDDED.pattern})+", stream)
        assert whole
        assert len(stream) - whole.end() < 100
        for t, allowed in enumerate(tasks.legal_next(stream)):
            assert {tasks.REBER_SYMBOLS[k] for k in np.flatnonzero(legal[t, :, b])} == set(allowed)
    assert (targets <= legal).all()


def test_predicts_legal_by_hand():
    legal = np.array([[[True], [True], [False]], [[False], [True], [False]], [[False], [False], [False]]])
    ys = np.array([[[0.9], [0.2], [0.1]], [[0.5], [0.5], [0.0]], [[1.0], [2.0], [3.0]]])
    assert tasks.predicts_legal(ys, legal)[:, 0].tolist() == [True, False, True]


def test_predicts_legal_reads_no_padding_and_takes_truth_values_only():
    ys, legal = np.zeros((2, 7, 1)), np.zeros((2, 7, 1), bool)
    ys[0, 3], legal[0, 3] = 1.0, True
    ys[1] = np.nan  # past the string's end
    assert tasks.predicts_legal(ys, legal)[:, 0].tolist() == [True, True]
    bad: list[Any] = [legal.astype(float), legal[0], [["yes"]]]
    for wrong in bad:
        with pytest.raises(TypeError, match=r"^legal must be truth values"):
            tasks.predicts_legal(ys, wrong)
    with pytest.raises(TypeError, match=r"^legal must not be a masked array"):
        tasks.predicts_legal(np.zeros((1, 7, 1)), np.ma.array(np.ones((1, 7, 1), bool), mask=True))


def test_adding_is_the_sum_of_the_two_marked_numbers():
    xs, targets, lengths = tasks.adding(200, 31, rng=7)
    assert xs.shape == (31, 2, 200)
    assert (lengths == 31).all()
    for b in range(200):
        marked = np.flatnonzero(xs[:, 1, b])
        assert len(marked) == 2
        assert marked[0] < 31 // 2 <= marked[1]
        assert targets[0, b] == xs[marked[0], 0, b] + xs[marked[1], 0, b]
    assert xs[:, 0].min() >= 0
    assert xs[:, 0].max() < 1
    assert np.isin(xs[:, 1], (0, 1)).all()


def test_adding_baseline_is_the_variance_of_the_target():
    targets = tasks.adding(200_000, 2, rng=8).targets
    assert np.mean((targets - 1.0) ** 2) == pytest.approx(tasks.ADDING_BASELINE, rel=0.01)


def test_adding_1997_follows_the_paper_column_by_column():
    xs, targets, lengths = tasks.adding_1997(3000, 100, rng=9)
    assert set(lengths) == set(range(100, 111))
    first_places, second_places = set(), set()
    for b in range(3000):
        values, marks = xs[: lengths[b], 0, b], xs[: lengths[b], 1, b]
        assert not xs[lengths[b] :, :, b].any()
        assert marks[0] == marks[-1] == -1
        marked = np.flatnonzero(marks == 1)
        assert (marks[1:-1][marks[1:-1] != 1] == 0).all()
        assert len(marked) in (1, 2)  # one, where the first step was drawn
        assert targets[0, b] == pytest.approx(0.5 + values[marked].sum() / 4, abs=1e-15)
        if len(marked) == 2:
            assert marked[0] < 10
            assert marked[1] < 50
            first_places.add(int(marked[0]))
            second_places.add(int(marked[1]))
    assert first_places == set(range(1, 10))
    assert max(second_places) == 49
    assert xs[:, 0].min() < -0.99
    assert xs[:, 0].max() > 0.99


def test_copying_by_hand():
    xs, targets, lengths = tasks.copying(4, 5, rng=10)
    assert (lengths == 25).all()
    inputs, wanted = xs.argmax(1), targets.argmax(1)
    assert (xs.sum(1) == 1).all()
    assert (targets.sum(1) == 1).all()
    assert (inputs[:10] < 8).all()
    assert (inputs[10:14] == 8).all()
    assert (inputs[14] == 9).all()
    assert (inputs[15:] == 8).all()
    assert (wanted[:15] == 8).all()
    assert (wanted[15:] == inputs[:10]).all()
    assert set(tasks.copying(200, 5, rng=11).xs[:10].argmax(1).ravel()) == set(range(8))


def test_copying_a_short_message():
    xs, targets, lengths = tasks.copying(4, 2, symbols=3, rng=10)
    inputs, wanted = xs.argmax(1), targets.argmax(1)
    assert (lengths == 8).all()
    assert (inputs[:3] < 8).all()
    assert (inputs[3:] == [[8], [9], [8], [8], [8]]).all()
    assert (wanted[:5] == 8).all()
    assert (wanted[5:] == inputs[:3]).all()


def test_copying_baseline():
    """Certain blanks cost nothing; ten guesses among eight symbols cost ln 8 each."""
    for gap in (1, 20, 500):
        cost = [0.0] * (gap + 10) + [-math.log(1 / 8)] * 10
        assert tasks.copying_baseline(gap) == pytest.approx(sum(cost) / len(cost), rel=1e-14)
    assert tasks.copying_baseline(3, 5) == pytest.approx(5 * math.log(8) / 13, rel=1e-14)


def test_temporal_order_column_by_column():
    xs, targets, lengths = tasks.temporal_order(2000, rng=12)
    assert set(lengths) == set(range(100, 111))
    places: list[set[int]] = [set(), set()]
    for b in range(2000):
        assert not xs[lengths[b] :, :, b].any()
        symbols = "".join("EBabcdXY"[k] for k in xs[: lengths[b], :, b].argmax(1))
        assert re.fullmatch(r"E[abcd]+[XY][abcd]+[XY][abcd]+B", symbols)
        order = re.sub("[^XY]", "", symbols)
        assert ["XX", "XY", "YX", "YY"][targets[:, b].argmax()] == order
        assert targets[:, b].sum() == 1
        for k, m in enumerate(re.finditer("[XY]", symbols)):
            places[k].add(m.start())
    assert places == [set(range(9, 20)), set(range(49, 60))]  # steps 10 to 20 and 50 to 60, counted from 1
    assert targets.mean(1) == pytest.approx(np.full(4, 0.25), abs=0.04)


def test_noise_free_long_lag_has_two_sequences():
    xs, targets, lengths = tasks.noise_free_long_lag(50, 6, rng=13)
    assert xs.shape == targets.shape == (6, 7, 50)
    assert (lengths == 6).all()
    came, wanted = xs.argmax(1).T.tolist(), targets.argmax(1).T.tolist()
    pairs = {(tuple(i), tuple(w)) for i, w in zip(came, wanted, strict=True)}
    assert pairs == {((5, 0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5)), ((6, 0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 6))}


def test_two_sequence_by_hand():
    xs, targets, lengths = tasks.two_sequence(3000, 100, 3, rng=14)
    assert set(lengths) == set(range(100, 111))
    assert set(targets[0]) == {0.0, 1.0}
    assert (xs[:3, 0] == np.where(targets[0] == 1, 1.0, -1.0)).all()
    assert xs[3:100].var() == pytest.approx(0.2, rel=0.01)
    assert xs[3:100].mean() == pytest.approx(0, abs=0.005)
    for b in range(50):
        assert not xs[lengths[b] :, :, b].any()
        assert xs[lengths[b] - 1, 0, b] != 0


def test_one_bit_is_a_bit_and_then_noise():
    xs, targets, lengths = tasks.one_bit(3000, 7, rng=15)
    assert xs.shape == (8, 2, 3000)
    assert (lengths == 8).all()
    assert set(targets[0]) == {-1.0, 1.0}
    assert targets.mean() == pytest.approx(0, abs=0.06)
    assert (xs[0, 0] == targets[0]).all()
    assert (xs[0, 1] == 1).all()
    assert not xs[1:, 1].any()
    assert xs[1:, 0].mean() == pytest.approx(0, abs=0.02)
    assert xs[1:, 0].var() == pytest.approx(1, abs=0.03)
    assert abs(np.corrcoef(xs[1, 0], targets[0])[0, 1]) < 0.06
    unmarked = tasks.one_bit(3000, 7, marker=False, rng=15)
    assert (unmarked.xs == xs[:, :1]).all()
    assert (unmarked.targets == targets).all()


DRAWS = [
    tasks.embedded_reber,
    tasks.adding,
    tasks.adding_1997,
    tasks.copying,
    tasks.temporal_order,
    tasks.noise_free_long_lag,
    tasks.two_sequence,
    tasks.one_bit,
]


@pytest.mark.parametrize("draw", DRAWS, ids=lambda f: f.__name__)
def test_the_seed_decides_and_a_generator_moves_on(draw):
    first, again = draw(6, rng=1), draw(6, rng=np.random.default_rng(1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    rng = np.random.default_rng(1)
    draw(6, rng=rng)
    other = draw(6, rng=rng)
    assert first.xs.shape != other.xs.shape or (first.xs != other.xs).any()


@pytest.mark.parametrize("draw", DRAWS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("size", "seed", "message"), [(0, 1, "batch_size must be a positive integer"), (1, -1, "rng must be")]
)
def test_bad_arguments_are_named(draw, size, seed, message):
    with pytest.raises(ValueError, match=message):
        draw(size, rng=seed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tasks.adding(1, 1), "length must be at least 2, got 1"),
        (lambda: tasks.adding_1997(1, 19), "length must be at least 20, got 19"),
        (lambda: tasks.copying(1, 0), "gap must be a positive integer, got 0"),
        (lambda: tasks.copying(1, 2, symbols=0), "symbols must be a positive integer, got 0"),
        (lambda: tasks.copying_baseline(-1), "gap must be a positive integer, got -1"),
        (lambda: tasks.noise_free_long_lag(1, 1), "lag must be at least 2, got 1"),
        (lambda: tasks.two_sequence(1, 2, 3), "length must be at least 3, got 2"),
        (lambda: tasks.two_sequence(1, 2, 0), "relevant must be a positive integer, got 0"),
        (lambda: tasks.one_bit(1, 0), "lag must be a positive integer, got 0"),
        (lambda: tasks.continual_reber(0), "batch_size must be a positive integer, got 0"),
        (lambda: tasks.continual_reber(1, 0), "steps must be a positive integer, got 0"),
        (lambda: tasks.predicts_legal([1.0], np.ones((1, 7, 1), bool)), r"ys must have shape \(1, 7, 1\)"),
    ],
)
def test_bad_sizes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
