"""Exercises that answer: `check` says in words whether an answer is right, and if not, what is wrong.

``check("bptt-1", my_function)`` compares an answer with the solution on a few inputs, the smallest first. The
twelve exercises of `lstm_tutorial.exercises.build` build an LSTM from nothing; those of a chapter stand in
the file of its name in `lstm_tutorial.exercises.chapters`. How an exercise is written and judged stands in
`lstm_tutorial.exercises.exercise`. Nothing here times, stores or sends an answer.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from lstm_tutorial.exercises import chapters
from lstm_tutorial.exercises.exercise import Exercise, Verdict, judge_answer

__all__ = ["Exercise", "Verdict", "check", "example", "exercises_of", "find", "judge", "names"]


def names() -> list[str]:
    """Return the names of all groups of exercises: ``"build"`` and the chapters that have some."""
    return ["build", *sorted(module.name.replace("_", "-") for module in iter_modules(chapters.__path__))]


def exercises_of(group: str) -> dict[str, type[Exercise]]:
    """Return the exercises of a group by their names, such as ``"bptt-1"``, in the order of its file."""
    if group not in names():
        raise ValueError(f"group must be one of {', '.join(names())}, got {group!r}")
    place = "build" if group == "build" else f"chapters.{group.replace('-', '_')}"
    module = import_module(f"{__name__}.{place}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Exercise) and value.__module__ == module.__name__
    ]
    return {f"{group}-{number}": exercise for number, exercise in enumerate(found, start=1)}


def find(name: str) -> type[Exercise]:
    """Return the exercise of a name.

    Parameters
    ----------
    name : str
        A chapter or ``build``, and a number: ``"bptt-1"``.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    group = str(name).rpartition("-")[0]
    if group not in names():
        raise ValueError(f"name must be like 'build-1' or 'bptt-1', got {name!r}")
    exercises = exercises_of(group)
    if name not in exercises:
        raise ValueError(f"name must be one of {', '.join(exercises)}, got {name!r}")
    return exercises[name]


def judge(name: str, answer: Any) -> Verdict:
    """Return whether an answer to an exercise is right, and what is to be said about it.

    Parameters
    ----------
    name : str
        The exercise, such as ``"bptt-1"``.
    answer : object
        What the exercise asks for: a number or a function.

    Returns
    -------
    Verdict
        ``passed`` and ``message``.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    return judge_answer(name, find(name), answer)


def check(name: str, answer: Any) -> None:
    """Print what there is to say about an answer to an exercise.

    Parameters
    ----------
    name : str
        The exercise, such as ``"bptt-1"``.
    answer : object
        What the exercise asks for: a number or a function.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    print(judge(name, answer).message)


def example(name: str, number: int) -> dict[str, Any]:
    """Return one of the inputs that `check` tries, by the names of the arguments, to look at it.

    Parameters
    ----------
    name : str
        The exercise, such as ``"bptt-1"``.
    number : int
        Which input, counted from 1 as in the message of `check`.

    Raises
    ------
    ValueError
        If there is no such exercise or input.
    """
    cases = list(find(name).cases().values())
    if number not in range(1, len(cases) + 1):
        raise ValueError(f"number must lie between 1 and {len(cases)}, got {number!r}")
    return cases[number - 1]
