"""Every solution of an exercise passes, every starter fails, every wrong answer is told its own mistake."""

import numpy as np
import pytest

from lstm_tutorial.exercises import exercises_of, judge, names
from lstm_tutorial.exercises.exercise import Compute, Write

EXERCISES = {name: exercise for group in names() for name, exercise in exercises_of(group).items()}
WRITTEN = {name: e for name, e in EXERCISES.items() if issubclass(e, Write)}
WRONG = [(name, wrong) for name, exercise in EXERCISES.items() for wrong in exercise.wrong_answers()]


def given(exercise, function):
    """Return what a reader gives to check: a number where one is computed, and else the function."""
    return function(*exercise.given.values()) if issubclass(exercise, Compute) else function


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes(name):
    exercise = EXERCISES[name]
    verdict = judge(name, given(exercise, exercise.solution))
    assert verdict.passed, verdict.message
    for arguments in exercise.cases().values():
        for key, value in exercise.run(exercise.solution, arguments).items():
            is_text = isinstance(value, str | list | tuple)
            assert is_text or not np.isnan(np.asarray(value, float)).any(), f"NaN is never right: {key}"


@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_fails(name):
    exercise = EXERCISES[name]
    verdict = judge(name, given(exercise, exercise.starter))
    assert not verdict.passed
    sign = {"compute": "no answer yet", "write": "Nothing is written yet", "find the fault": "instead of"}
    assert sign[exercise.kind] in verdict.message or "must have shape" in verdict.message, verdict.message


@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_a_wrong_answer_is_told_its_own_mistake(name, wrong):
    message, function = EXERCISES[name].wrong_answers()[wrong]
    verdict = judge(name, given(EXERCISES[name], function))
    assert not verdict.passed
    assert verdict.message.startswith(f"Not yet. {message}"), verdict.message


def test_an_argument_may_differ_by_rounding_and_no_more():
    """Who moves an entry up, down and back leaves it not quite as it was."""

    def moved(rest):
        def numerical_gradient(loss, weights, size):
            found = EXERCISES["build-7"].solution(loss, weights, size)
            for W in weights.values():
                W += size
                W -= 2 * size
                W += size + rest
            return found

        return judge("build-7", numerical_gradient)

    assert moved(0.0).passed
    assert "weights is changed by the function" in moved(1e-6).message


def test_what_is_raised_is_said_with_its_line():
    def step(x, h_prev, c_prev, weights):
        return x @ x @ weights["nothing"]

    line = step.__code__.co_firstlineno + 1
    assert (
        f"the function raises KeyError: 'nothing'. That is in line {line}." in judge("build-2", step).message
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_three_wrong_answers_at_least_are_known(name):
    assert len(EXERCISES[name].wrong_answers()) >= 3


@pytest.mark.parametrize("name", WRITTEN)
def test_an_answer_that_is_not_written_yet_fails(name):
    """Python programs often have an ellipsis where something is left to do."""
    assert not judge(name, lambda *arguments, **named: ...).passed


@pytest.mark.parametrize("product", [np.dot, lambda W, x: np.einsum("hk,kb->hb", W, x)])
def test_a_product_may_be_written_in_other_ways(product):
    """The exercise asks for one product of matrices, and `@` is not the only way to write it."""

    def preactivations(matrices, biases, xh):
        a = product(np.concatenate(matrices), xh) + np.concatenate(biases)
        return a.reshape(4, len(matrices[0]), xh.shape[1])

    assert judge("fast-3", preactivations).passed
    four = lambda Ws, bs, xh: np.array([product(W, xh) + b for W, b in zip(Ws, bs, strict=True)])  # noqa: E731
    assert not judge("fast-3", four).passed


@pytest.mark.parametrize(
    "answer", ["4096000", np.ma.masked_equal([4096000], 4096000), 4096000 + 0j, np.array(["4096000"]), np.nan]
)
def test_what_is_no_number_is_no_answer(answer):
    assert judge("after-1", 4096000).passed
    result = judge("after-1", answer)
    assert not result.passed
    assert "number" in result.message


def test_an_argument_must_not_become_something_else():
    def step(x, h_prev, c_prev, weights):
        result = EXERCISES["build-2"].solution(x, h_prev, c_prev, weights)
        weights["Wf"] = None
        return result

    assert "weights is changed by the function" in judge("build-2", step).message
