"""A Markdown extension that writes exercises into pages, from their one source in `lstm_tutorial.exercises`.

Three comments, each on a line of its own, become Markdown before the blocks of the page are read::

    <!-- exercises of bptt -->           in a chapter: the list of its exercises, folded
    <!-- exercises in full: build -->    on a page of part 5: every exercise of a group, to be solved there
    <!-- all exercises -->               the table of all exercises, by chapter

In place of a group, ``derive``, say, stands for all chapters whose exercises that page holds: see `PAGES`.
A page needs no JavaScript to be of use: the code can be copied, and hints and solution are folded.
`docs/widgets/exercise.js` adds editor and Check.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from copy import copy
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from scripts.files import ROOT

if TYPE_CHECKING:
    from lstm_tutorial.exercises import Exercise

COMMENT = re.compile(
    r"^<!-- (?:exercises of (\S+)|exercises in full: (\S+)|(all) exercises) -->$", re.MULTILINE
)
CHAPTER = re.compile(r"^      - \"?(.+?)\"?: learn/(\S+)\.md$", re.MULTILINE)
PAGES = {
    "fifteen": "understand",
    "memory": "derive",
    "gradients": "measure",
    "frameworks": "use",
    "forecast": "series",
}
"""The pages of part 5 with the exercises of chapters: each begins with that of a chapter, and holds those of
the chapters after it in the navigation, up to the one with which the next page begins."""

WIDTH = 72  # characters, as many as a block of a page holds


class Chapter(NamedTuple):
    """A chapter, with what the navigation says about it."""

    name: str
    title: str
    page: str
    """The page of part 5 with its exercises, such as ``derive``."""


def names() -> list[str]:
    """Return the names of all groups of exercises."""
    groups: list[str] = import_module("lstm_tutorial.exercises").names()
    return groups


def exercises_of(group: str) -> dict[str, type["Exercise"]]:
    """Return the exercises of a group by name, from modules that `mkdocs serve` may load anew."""
    exercises: dict[str, type[Exercise]] = import_module("lstm_tutorial.exercises").exercises_of(group)
    return exercises


def chapters() -> list[Chapter]:
    """Return the chapters in the order of the navigation."""
    found, page = [], ""
    for title, name in CHAPTER.findall((ROOT / "mkdocs.yml").read_text(encoding="utf-8")):
        page = PAGES.get(name, page)
        found.append(Chapter(name, title, page))
    return found


def page_of(name: str) -> str:
    """Return the page of part 5 on which an exercise stands, such as ``practice/derive.md#bptt-1``.

    For a chapter that is not in the navigation it is the page of all exercises.
    """
    group = name.rpartition("-")[0]
    pages = {"build": "build"} | {chapter.name: chapter.page for chapter in chapters()}
    return f"practice/{pages[group]}.md#{name}" if group in pages else "practice/exercises.md"


def exercises_at(chapter: str) -> dict[str, type["Exercise"]]:
    """Return the exercises of a chapter by name: its own, then those of the twelve that belong to it."""
    own = exercises_of(chapter) if chapter in names() else {}
    return own | {name: e for name, e in exercises_of("build").items() if e.chapter == chapter}


def title_and_goal(exercise: type["Exercise"]) -> tuple[str, str]:
    """Return the title of an exercise, without the period of a docstring, and its goal in Markdown."""
    title, _, goal = (inspect.getdoc(exercise) or "").partition("\n\n")
    return title.removesuffix("."), goal


def time(minutes: int) -> str:
    """Return a number of minutes, or of hours, as text."""
    return f"{minutes}\N{NO-BREAK SPACE}min" if minutes < 60 else f"{minutes // 60}\N{NO-BREAK SPACE}h"


def starter_program(name: str, exercise: type["Exercise"]) -> str:
    """Return the program that a reader begins with: it runs, and says that the answer is not there yet."""
    if exercise.kind == "compute":
        return program(name, exercise, "answer = None  # your number", given(exercise))
    return program(name, exercise, function(exercise, "starter"))


def solution_program(name: str, exercise: type["Exercise"]) -> str:
    """Return the program with the solution."""
    if exercise.kind == "compute":
        _, _, body = function(exercise, "solution").partition("\n")
        answer = re.sub(r"^return ", "answer = ", textwrap.dedent(body), flags=re.MULTILINE)
        return program(name, exercise, answer, given(exercise))
    return program(name, exercise, function(exercise, "solution"))


def given(exercise: type["Exercise"]) -> str:
    """Return what a number is computed from, as assignments."""
    arguments = next(iter(exercise.cases().values()))
    return "\n".join(f"{name} = {value!r}" for name, value in arguments.items()) + "\n\n"


def program(name: str, exercise: type["Exercise"], answer: str, before: str = "") -> str:
    """Return an answer as a program, with the imports that it needs and the check of it."""
    module = import_module(exercise.__module__)
    # A starter needs what its solution does.
    code = [answer, textwrap.dedent(inspect.getsource(exercise.solution))]
    nodes = [node for part in code for node in ast.walk(ast.parse(part))]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used -= {"staticmethod"} | {node.arg for node in nodes if isinstance(node, ast.arg)}
    lines = {"from lstm_tutorial.exercises import check"}
    for node in imports_of(inspect.getsource(module)):
        kept = [alias for alias in node.names if (alias.asname or alias.name) in used]
        if kept:
            part = copy(node)
            part.names = kept
            lines.add(ast.unparse(part))
    own = sorted(used & vars(module).keys() - {n for line in lines for n in re.findall(r"\w+", line)})
    if own:
        line = f"from {module.__name__} import {', '.join(own)}"
        if len(line) > WIDTH:
            line = line.replace("import ", "import (\n    ") + ",\n)"
        lines.add(f"# Ours. Put your own in their place.\n{line}")
    others = sorted(line for line in lines if "lstm_tutorial" not in line)
    ours = sorted(lines - set(others), key=lambda line: (line.startswith("#"), line))
    imports = "\n\n".join("\n".join(block) for block in (others, ours) if block)
    gap = "\n" if exercise.kind == "compute" else "\n\n"
    return f'{imports}\n{gap}{before}{answer}\n{gap}check("{name}", {exercise.answer})\n'


@cache
def imports_of(source: str) -> list[ast.Import | ast.ImportFrom]:
    """Return the imports at the top level of a module."""
    return [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]


def function(exercise: type["Exercise"], kind: str) -> str:
    """Return the source of an exercise's ``starter`` or ``solution``, under the reader's name for it."""
    source = textwrap.dedent(inspect.getsource(getattr(exercise, kind)))
    return re.sub(rf"\A(?:@.*\n)*def {kind}\(", f"def {exercise.answer}(", source).rstrip()


def list_of(chapter: str) -> str:
    """Return the folded list of a chapter's exercises, with links, for its readers and not for the search."""
    items = [
        f"- [{title_and_goal(e)[0]}](../{page_of(name)}): {e.kind}, {time(e.minutes)}"
        for name, e in exercises_at(chapter).items()
    ]
    if not items:
        raise ValueError(f"the chapter {chapter} has no exercises")
    fold = f'??? note "Exercises to this chapter: {len(items)}"\n\n' + textwrap.indent(
        "\n".join(items), "    "
    )
    return f'<div class="to-do" data-search-exclude markdown="block">\n\n{fold}\n\n</div>'


def table() -> str:
    """Return the table of all exercises, the twelve first, then by chapter."""
    rows = ["| exercise | kind | time |", "|---|---|---:|"]
    groups = [("[Build it yourself](build.md)", exercises_of("build"))]
    for chapter in chapters():
        if chapter.name in names():
            groups.append((f"[{chapter.title}](../learn/{chapter.name}.md)", exercises_of(chapter.name)))
    for heading, exercises in groups:
        rows.append(f"| **{heading}** | | |")
        for name, e in exercises.items():
            address = page_of(name).removeprefix("practice/")
            rows.append(f"| [{title_and_goal(e)[0]}]({address}) | {e.kind} | {time(e.minutes)} |")
    return "\n".join(rows)


def in_full(group: str) -> Iterator[str]:
    """Yield the exercises of a group, or of a page's chapters, as they are read and solved."""
    if group in PAGES.values():
        for chapter in chapters():
            if chapter.page == group and chapter.name in names():
                yield f"## [{chapter.title}](../learn/{chapter.name}.md)"
                yield from in_full(chapter.name)
        return
    for name, exercise in exercises_of(group).items():
        title, goal = title_and_goal(exercise)
        number = f"{name.rpartition('-')[2]}. " if group == "build" else ""
        level = "##" if group == "build" else "###"
        about = f'data-view="exercise" data-name="{name}" data-answer="{exercise.answer}"'
        yield f'<section class="exercise" {about} markdown="block">'
        yield f"{level} {number}{title} {{ #{name} }}"
        yield f"*{exercise.kind.capitalize()}, {time(exercise.minutes)}.*"
        yield goal
        yield f'```python title="{name}"\n{starter_program(name, exercise)}```'
        yield '<div class="run-panel"></div>'
        for k, hint in enumerate(exercise.hints, start=1):
            yield f'??? note hint "Hint {k}"\n\n{textwrap.indent(hint, "    ")}'
        solution = f'```python title="{name}, solved"\n{solution_program(name, exercise)}```'
        yield f'??? success "Solution"\n\n{textwrap.indent(solution, "    ")}'
        yield "</section>"


def written(comment: re.Match[str]) -> str:
    """Return what stands in the place of a comment."""
    chapter, group, _ = comment.groups()
    if chapter:
        return list_of(chapter)
    return "\n\n".join(in_full(group)) if group else table()


class WriteExercises(Preprocessor):
    """Puts exercises in the place of comments."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines of the page with its exercises."""
        return COMMENT.sub(written, "\n".join(lines)).split("\n")


class ExercisesExtension(Extension):
    """Registers `WriteExercises` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Write exercises once the words of the page are counted, and before its blocks are read."""
        md.preprocessors.register(WriteExercises(md), "exercises", 90)
