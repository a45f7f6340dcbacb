"""What the whole suite shares: the built site, and the rule that CI skips nothing."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.docs.pages import all_pages
from tests.docs.snippets import PAGES as SNIPPET_PAGES
from tests.docs.snippets import UV, clean_python, run_blocks, shown
from tests.site.audit import CHROMIUM, Audit, audit_all
from tests.site.builds import Builds
from tests.site.small import BREAKAGES, break_and_build, small_project

settings.register_profile("no deadline", deadline=None)  # no test fails because a machine is slow
settings.load_profile("no deadline")

PAGES = [re.sub(r"(index)?\.md$", "/", page).replace("//", "/").lstrip("/") for page in all_pages()]
"""The addresses of all pages, relative to the site's."""

LONG = ("builds", "failures", "runs", "zensical", "audits")
"""The fixtures that take long, in the order in which they start and are waited for."""


@pytest.fixture(scope="session", autouse=True)
def early(request: pytest.FixtureRequest) -> None:
    """Start what takes long before the first test, if any test needs it: the tests run beside it."""
    needed = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in LONG:
        if name in needed:
            request.getfixturevalue(name)


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Return the site, built twice by MkDocs; both builds start at once, each is waited for."""
    with Builds(tmp_path_factory.mktemp("site builds")) as running:  # a directory with a space in its name
        yield running


@pytest.fixture(scope="session")
def audits(builds: Builds) -> Iterator[Future[dict[str, Audit]]]:
    """Return what the browser saw of each page, to be waited for; none where there is no browser."""
    with ThreadPoolExecutor(1) as thread:  # Playwright's loop has to be in a thread of its own
        yield thread.submit(lambda: audit_all(builds.wait(builds.first), PAGES if CHROMIUM else []))


@pytest.fixture(scope="session")
def beside() -> Iterator[ThreadPoolExecutor]:
    """Return a thread that does one thing after the other, beside the tests."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def whole(beside: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> Future[Path]:
    """Return a small copy of the project that builds, to be waited for."""
    return beside.submit(small_project, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def failures(
    beside: ThreadPoolExecutor, whole: Future[Path]
) -> dict[str, Future[subprocess.CompletedProcess[str]]]:
    """Return what came of building copies with one thing broken in each."""

    def fail(name: str) -> subprocess.CompletedProcess[str]:
        return break_and_build(whole.result(), name)

    return {name: beside.submit(fail, name) for name in BREAKAGES}


@pytest.fixture(scope="session")
def runs(
    beside: ThreadPoolExecutor, builds: Builds, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Future[list[str]]]:
    """Return what the displayed examples of each page print in an environment with nothing else."""
    directory = tmp_path_factory.mktemp("pages")
    python = beside.submit(clean_python, tmp_path_factory.mktemp("clean"))

    def run(page: str) -> list[str]:
        blocks = [code for code, _ in shown(builds, page)]
        return run_blocks(python.result(), blocks, directory / page.replace("/", " ")) if blocks else []

    return {page: beside.submit(run, page) for page in SNIPPET_PAGES if UV}


@pytest.fixture(scope="session")
def zensical(beside: ThreadPoolExecutor, builds: Builds) -> Future[Path]:
    """Return the site as Zensical builds it, to be waited for."""
    return beside.submit(builds.zensical)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last the tests that wait for what runs beside the others, first those that wait least."""
    items.sort(key=lambda item: [name in getattr(item, "fixturenames", ()) for name in reversed(LONG)])


def fail_if_skipped(report: Any) -> Any:
    """Turn a skip into a failure where CI=true: what is not tested there is tested nowhere."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which continuous integration does not accept: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Look at each test, and at what it sets up."""
    return fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Look at each module, which may be skipped as a whole."""
    return fail_if_skipped((yield))
