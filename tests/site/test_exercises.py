"""Exercises on pages: every program runs, every link leads somewhere, and nothing is left out."""

import contextlib
import io
import re

import pytest

from lstm_tutorial.exercises import exercises_of, names
from scripts.site import exercises
from tests.docs.pages import text_of

CHAPTERS = [chapter.name for chapter in exercises.chapters()]
EXERCISES = {name: e for group in names() for name, e in exercises_of(group).items()}


def printed(program: str) -> str:
    """Return what a program prints."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(program, "a program of a page", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("name", EXERCISES)
def test_a_starter_runs_and_is_not_the_answer(name: str) -> None:
    answer = printed(exercises.starter_program(name, EXERCISES[name]))
    assert answer.startswith(("Nothing is written yet", "There is no answer yet", "Not yet."))


@pytest.mark.parametrize("name", EXERCISES)
def test_a_solution_runs_and_is_right(name: str) -> None:
    assert printed(exercises.solution_program(name, EXERCISES[name])).startswith("Right")


@pytest.mark.parametrize("name", EXERCISES)
def test_a_program_fits_its_box(name: str) -> None:
    """A solution, which is folded, may scroll sideways. What is read first may not."""
    program = exercises.starter_program(name, EXERCISES[name])
    assert max(map(len, program.splitlines())) <= exercises.WIDTH, program


def test_every_group_is_a_chapter_whose_page_lists_it() -> None:
    assert set(names()) - {"build"} <= set(CHAPTERS)
    for chapter in CHAPTERS:
        comment = f"<!-- exercises of {chapter} -->"
        assert (comment in text_of(f"learn/{chapter}.md")) == bool(exercises.exercises_at(chapter)), chapter


def test_every_exercise_stands_in_full_on_the_page_that_links_lead_to() -> None:
    for name in EXERCISES:
        page, _, anchor = exercises.page_of(name).partition("#")
        assert anchor == name
        shown = re.findall(r"^<!-- exercises in full: (.+) -->$", text_of(page), re.MULTILINE)
        assert any(f"{{ #{name} }}" in part for group in shown for part in exercises.in_full(group)), name


def test_every_exercise_of_the_twelve_belongs_to_a_chapter() -> None:
    assert len(exercises_of("build")) == 12
    assert {e.chapter for e in exercises_of("build").values()} <= set(CHAPTERS)


def test_a_comment_without_exercises_fails_the_build() -> None:
    comment = exercises.COMMENT.search("<!-- exercises of no-such-chapter -->")
    assert comment is not None
    with pytest.raises(ValueError, match="no-such-chapter has no exercises"):
        exercises.written(comment)
