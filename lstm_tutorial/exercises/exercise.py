"""What an exercise is, and how an answer is judged.

An exercise is a class that is never instantiated. Its docstring is its title and its goal. `starter`,
`solution` and the wrong answers, each under `wrong` with what it is told, are plain functions. An answer is
run on the exercise's inputs, the smallest first, and its results are compared with the solution's. If they
are those of a wrong answer on all inputs, that mistake has been made, and the answer is told so by name.
Nothing here knows the exercises themselves.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from traceback import extract_tb
from typing import Any, ClassVar, NamedTuple

import numpy as np

from lstm_tutorial.checks import refuse_masked

Outcome = dict[str, Any] | Exception
"""What an answer gave for an input: results by name, or what it raised."""

Cases = dict[str, dict[str, Any]]
"""The inputs of an exercise: what is special about each, and its arguments by name."""

AXES = {"T": "step", "D": "input", "H": "unit", "O": "output", "B": "column", "K": "place"}
"""What counts along an axis, by the letter of its size; K is any other row of numbers."""


class Verdict(NamedTuple):
    """What `judge` says of an answer."""

    passed: bool
    """Whether the answer is right on every input."""
    message: str
    """What to tell the reader."""


class Exercise:
    """The base of all exercises; a subclass is one, and `Compute`, `Write` and `Mend` are its three kinds."""

    kind: ClassVar[str]
    """What the reader does."""
    minutes: ClassVar[int]
    """How long it takes somebody who has read the chapter."""
    hints: ClassVar[tuple[str, ...]]
    """Hints in Markdown, each giving away a little more."""
    chapter: ClassVar[str] = ""
    """The chapter at whose end it stands, where that is not the chapter of its file."""
    answer: ClassVar[str] = "answer"
    """The name that the reader gives to the number or the function."""
    outputs: ClassVar[dict[str, str]] = {"the answer": ""}
    """The names of what the answer gives, and the letters of the sizes of each."""
    watches: ClassVar[bool] = False
    """Whether a number that overflows on the way is a mistake even where the result is right."""
    close: ClassVar[float] = 1e-6
    """By how much a number may differ, relative to its size."""
    starter: ClassVar[Callable[..., Any]]
    """What the reader begins with."""
    solution: ClassVar[Callable[..., Any]]
    """One right answer."""

    @classmethod
    def cases(cls) -> Cases:
        """Return the inputs, made anew at each call."""
        raise NotImplementedError

    @classmethod
    def run(cls, answer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return by name what an answer gives for one input. An exercise may look at more than results."""
        results = answer(*arguments.values())
        if isinstance(results, dict):
            return results
        if len(cls.outputs) == 1:
            return {next(iter(cls.outputs)): results}
        if not isinstance(results, tuple) or len(results) != len(cls.outputs):
            raise TypeError(
                f"the function must return {', '.join(cls.outputs)}, got {type(results).__name__}"
            )
        return dict(zip(cls.outputs, results, strict=True))

    @classmethod
    def wrong_answers(cls) -> dict[str, tuple[str, Callable[..., Any]]]:
        """Return the wrong answers by name, each with what it is told."""
        marked = {name: f for name, f in vars(cls).items() if hasattr(f, "message")}
        return {name: (f.message, f.__func__) for name, f in marked.items()}


class Compute(Exercise):
    """Compute a number. `given` is what it is computed from, and the only input."""

    kind = "compute"
    close = 0.01
    given: ClassVar[dict[str, Any]]

    @classmethod
    def cases(cls) -> Cases:
        """Return what is given."""
        return {"": cls.given}

    @classmethod
    def run(cls, answer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        """Take a number as it is; a solution computes it."""
        return {"the answer": answer(*arguments.values()) if callable(answer) else answer}

    @staticmethod
    def starter(*_: Any) -> None:
        """Begin without a number."""


class Write(Exercise):
    """Write a function."""

    kind = "write"


class Mend(Exercise):
    """Find the fault in a function that runs and is wrong, and mend it. `starter` is the broken function."""

    kind = "find the fault"


def wrong(message: str) -> Callable[[Any], Any]:
    """Mark a static method of an exercise as a typical wrong answer, with what its author is told."""

    def mark(function: Any) -> Any:
        function.message = message
        return function

    return mark


def judge_answer(name: str, exercise: Any, answer: Any) -> Verdict:
    """Compare an answer with the solution of an exercise, an `Exercise`, and say where they differ."""
    if answer is None:
        return Verdict(False, f"There is no answer yet: give check what {exercise.answer!r} is to be.")
    if exercise.kind != "compute" and not callable(answer):
        return Verdict(False, f"check needs the function {exercise.answer!r} itself, got {answer!r}.")
    labels = list(exercise.cases())
    wanted = [known(exercise, exercise.solution, k) for k in range(len(labels))]
    got: list[Outcome] = []
    for k in range(len(labels)):
        got.append(outcome(exercise, answer, k))
        if isinstance(got[k], NotImplementedError):
            return Verdict(False, f"Nothing is written yet: {exercise.answer} raises NotImplementedError.")
    found = [differences(exercise, w, g) for w, g in zip(wanted, got, strict=True)]
    first = next((k for k, text in enumerate(found) if text), None)
    if first is None:
        inputs = f", on all {len(wanted)} inputs" if len(wanted) > 1 else ""
        return Verdict(True, f"Right{inputs}.")
    lines = ["Not yet."]
    for message, function in exercise.wrong_answers().values():
        if all(not differences(exercise, known(exercise, function, k), got[k]) for k in range(len(labels))):
            lines[0] += f" {message}"
            break
    lines.append(
        f"{f'With {labels[first]}: ' if labels[first] else ''}{found[first]}{place(answer, got[first])}"
    )
    if len(labels) > 1:
        before = f"The {first} inputs before it are right. " if first > 1 else ""
        before = "The input before it is right. " if first == 1 else before
        lines.append(f'{before}This input is example("{name}", {first + 1}).')
    return Verdict(False, "\n".join(lines))


def outcome(exercise: type[Exercise], answer: Any, k: int) -> Outcome:
    """Return what an answer gives for the k-th input: its results by name, or what it raised."""
    arguments, before = list(exercise.cases().values())[k], list(exercise.cases().values())[k]
    try:
        with np.errstate(all="ignore"):
            results = exercise.run(answer, watched(arguments) if exercise.watches else arguments)
        for name, value in arguments.items():
            if not equal(value, before[name]):
                raise ValueError(f"{name} is changed by the function: work on a copy")
        return results
    except Exception as error:  # the answer is the reader's: anything may happen in it
        return error


def place(answer: Any, got: Outcome) -> str:
    """Return in which line of the answer's own file it raised, as a sentence; empty if it did not."""
    file = getattr(getattr(answer, "__code__", None), "co_filename", None)
    frames = extract_tb(got.__traceback__) if isinstance(got, Exception) else []
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return f" That is in line {lines[-1]}." if lines else ""


class Observed(np.ndarray):
    """An array whose operations are looked at. What they give is observed in the same way."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with plain arrays, look at the result, and go on observing it."""
        plain = [np.asarray(value) if isinstance(value, Observed) else value for value in inputs]
        if "out" in options:
            options["out"] = tuple([np.asarray(value) for value in options["out"]])
        result = getattr(ufunc, method)(*plain, **options)
        self.look(ufunc.__name__, plain, result)
        return result.view(type(self)) if isinstance(result, np.ndarray) else result

    def look(self, operation: str, inputs: list[Any], result: Any) -> None:
        """Look at an operation, with its inputs and its result."""


class Watched(Observed):
    """An array that raises where finite numbers become infinite. In a browser, NumPy does not warn of it."""

    def look(self, operation: str, inputs: list[Any], result: Any) -> None:
        """Raise where something has overflowed."""
        if np.isinf(result).any() and all(np.isfinite(value).all() for value in inputs):
            raise FloatingPointError(f"overflow in {operation}")


class Counted(Observed):
    """An array that counts, by name, the operations that it takes part in, such as ``calls["matmul"]``."""

    calls: ClassVar[Counter[str]] = Counter()
    """What has been counted since it was cleared."""

    PRODUCTS: ClassVar[set[Callable[..., Any]]] = {np.dot, np.einsum, np.inner, np.tensordot}
    """What makes a product as `@` does, without being a ufunc."""

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """Count products that are not written with `@` as such."""
        if function in Counted.PRODUCTS:
            Counted.calls["matmul"] += 1
        return super().__array_function__(function, types, args, options)

    def look(self, operation: str, inputs: list[Any], result: Any) -> None:
        """Count an operation, whatever the size of its arrays."""
        Counted.calls[operation] += 1


def watched(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments in which overflow raises."""
    return {n: v.view(Watched) if isinstance(v, np.ndarray) else v for n, v in arguments.items()}


@cache
def known(exercise: type[Exercise], function: Callable[..., Any], k: int) -> Outcome:
    """Return what a function of the exercise itself gives for the k-th input. A solution never raises."""
    result = outcome(exercise, function, k)
    if isinstance(result, Exception) and function is exercise.solution:
        raise result
    return result


def equal(value: Any, other: Any) -> bool:
    """Return whether an argument still has the values that it had."""
    if isinstance(value, dict):
        return value.keys() == other.keys() and all(equal(value[name], other[name]) for name in value)
    if isinstance(value, list):
        return len(value) == len(other) and all(map(equal, value, other))
    if not isinstance(value, np.ndarray) or not isinstance(other, np.ndarray):
        return type(value) is type(other)
    rounded = {"rtol": 1e-9, "atol": 1e-9}  # a difference may be added and taken away again
    return value.shape == other.shape and np.allclose(value, other, equal_nan=True, **rounded)


def differences(exercise: type[Exercise], wanted: Any, got: Any) -> str:
    """Say where results differ from those that are wanted; the empty text where they agree."""
    if isinstance(wanted, Exception) or isinstance(got, Exception):
        if type(wanted) is type(got):
            return ""
        error = got if isinstance(got, Exception) else wanted
        return f"the function raises {type(error).__name__}: {error}."
    found = {name: difference(exercise, name, wanted[name], got.get(name, None)) for name in wanted}
    bad, good = [name for name in found if found[name]], [name for name in found if not found[name]]
    if not bad:
        return ""
    text = found[bad[0]]
    if good:
        text += f" Right: {', '.join(good)}."
    if len(bad) > 1:
        text += f" Also wrong: {', '.join(bad[1:])}."
    return text


def difference(exercise: type[Exercise], name: str, wanted: Any, got: Any) -> str:
    """Say where one value differs from the one that is wanted; the empty text where it does not."""
    if got is None:
        return f"{name} is missing: nothing is returned for it."
    if isinstance(wanted, str | list | tuple) or got is Ellipsis:
        same = type(got) is type(wanted) and wanted == got
        return "" if same else f"{name} is {got!r} instead of {wanted!r}."
    try:
        refuse_masked(name, got)
        if np.asarray(got).dtype.kind not in "biuf":
            raise TypeError
        mine, theirs = np.asarray(wanted, float), np.asarray(got, float)
    except (TypeError, ValueError):
        return f"{name} must be a number or an array of numbers, got {type(got).__name__}."
    if mine.shape != theirs.shape:
        return f"{name} must have shape {mine.shape}, got {theirs.shape}."
    near = np.abs(theirs - mine) <= exercise.close * np.abs(mine) + 1e-9 * (exercise.close > 0)
    near |= np.isnan(mine) & np.isnan(theirs)  # NaN is wanted of a known mistake alone
    if near.all():
        return ""
    place = tuple(int(k) for k in np.argwhere(~near)[0])
    names = [AXES[letter] for letter in exercise.outputs.get(name, "")] or [""] * len(place)
    where = [
        f"{axis} {k}".strip() for axis, k, size in zip(names, place, mine.shape, strict=False) if size > 1
    ]
    at = f" at {', '.join(where)}" if where else ""
    if np.isnan(theirs[place]):
        return f"{name} is not a number (NaN){at}."
    if exercise.kind == "compute":  # what is asked for is not given away
        return f"{theirs[place]:.6g}{at} is too {'large' if theirs[place] > mine[place] else 'small'}."
    return f"{name} is {theirs[place]:.6g} instead of {mine[place]:.6g}{at}."
