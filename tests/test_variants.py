"""Every variant against a loop over numbers; its gradients and sequences are in `test_network`.

The loop is written from the equations of Greff et al. (2015), one unit and one weight at a time; it shares no
line with the package.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_tutorial import LSTM, Variant, unroll
from lstm_tutorial.variants import CHANGES
from tests.asserts import assert_same
from tests.problems import D, H, O, problem, split


def squash(a: float) -> float:
    return 1.0 / (1.0 + math.exp(-a))


def by_numbers(variant: Variant, xs: Any, h0: Any, c0: Any) -> tuple[Any, Any, Any]:
    """Compute outputs, last hidden and last cell state of one column, number by number."""
    W = {name: array.tolist() for name, array in variant.parameters().items()}
    change, h, c, ys = variant.change, h0.tolist(), c0.tolist(), []

    def total(gate: str, unit: int, seen: list[float], peephole: float = 0.0) -> Any:
        row = zip(W[f"W{gate}"][unit], seen, strict=True)
        return sum(w * x for w, x in row) + W[f"W{gate}_bias"][unit][0] + peephole

    for x in xs.tolist():
        seen, new_h, new_c = x + h, [], []
        for unit in range(H):
            look = {g: W[f"p{g}"][unit][0] if change == "peepholes" else 0.0 for g in "fio"}
            f = 1.0 if change == "no forget gate" else squash(total("f", unit, seen, look["f"] * c[unit]))
            if change == "no input gate":
                i = 1.0
            elif change == "coupled gates":
                i = 1.0 - f
            else:
                i = squash(total("i", unit, seen, look["i"] * c[unit]))
            c_tilde = total("c", unit, seen)
            if change != "no input activation":
                c_tilde = math.tanh(c_tilde)
            new_c.append(f * c[unit] + i * c_tilde)
            o = 1.0
            if change != "no output gate":
                o = squash(total("o", unit, seen, look["o"] * new_c[unit]))
            new_h.append(o * (new_c[unit] if change == "no output activation" else math.tanh(new_c[unit])))
        h, c = new_h, new_c
        ys.append([sum(w * v for w, v in zip(row, h, strict=True)) for row in W["Wy"]])
    return np.array(ys) + np.array(W["Wy_bias"]).T, np.array(h), np.array(c)


@pytest.mark.parametrize("change", [change for change in CHANGES if change != "none"])
@given(T=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_forward_is_the_equations_number_by_number(change, T, seed):
    variant, values = problem(T, 1, seed, network=f"LSTM, {change}")
    inputs, _ = split(values)
    ys, h, c = by_numbers(variant, *(array[..., 0] for array in inputs.values()))
    unrolled = unroll(variant, **inputs)
    np.testing.assert_allclose(unrolled.ys[..., 0], ys, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(unrolled.h[:, 0], h, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(unrolled.c[:, 0], c, rtol=1e-12, atol=1e-13)


def test_no_change_has_the_weights_of_the_lstm():
    """The same, from the same seed. `test_fast` compares results and gradients."""
    lstm = LSTM(D, H, O, rng=4, forget_bias=0.7)
    variant = Variant(D, H, O, change="none", rng=4, forget_bias=0.7)
    assert_same(lstm.parameters(), variant.parameters())


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("none", []),
        ("no input gate", ["Wi", "Wi_bias"]),
        ("no forget gate", ["Wf", "Wf_bias"]),
        ("no output gate", ["Wo", "Wo_bias"]),
        ("no input activation", []),
        ("no output activation", []),
        ("coupled gates", ["Wi", "Wi_bias"]),
    ],
)
def test_what_is_left_out_has_no_weights(change, missing):
    names = set(Variant(D, H, O, change=change, rng=0).parameters())
    assert names == set(LSTM(D, H, O, rng=0).parameters()) - set(missing)


def test_peepholes_start_at_zero_and_then_change_nothing():
    plain, variant = Variant(D, H, O, rng=2), Variant(D, H, O, change="peepholes", rng=2)
    assert set(variant.parameters()) - set(plain.parameters()) == {"pf", "pi", "po"}
    assert not any(variant.parameters()[name].any() for name in ("pf", "pi", "po", "Wf_bias"))
    xs = np.random.default_rng(0).standard_normal((6, D, 2))
    assert (unroll(plain, xs).ys == unroll(variant, xs).ys).all()
