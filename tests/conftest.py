"""What the whole suite shares: the built site, and the rule that CI skips nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.docs.pages import all_pages
from tests.site.audit import CHROMIUM, Audit, audit_all
from tests.site.builds import Builds

PAGES = [re.sub(r"(index)?\.md$", "/", page).replace("//", "/").lstrip("/") for page in all_pages()]
"""The addresses of all pages, relative to the site's."""


@pytest.fixture(scope="session", autouse=True)
def early(request: pytest.FixtureRequest) -> None:
    """Start what takes long before the first test, if any test needs it: the tests run beside it."""
    needed = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in ("builds", "audits"):
        if name in needed:
            request.getfixturevalue(name)


@pytest.fixture(scope="session")
def audits(builds: Builds) -> Iterator[Future[dict[str, Audit]]]:
    """Return what the browser saw of each page, to be waited for; none where there is no browser."""
    with ThreadPoolExecutor(1) as thread:  # Playwright's loop has to be in a thread of its own
        yield thread.submit(lambda: audit_all(builds.wait(builds.first), PAGES if CHROMIUM else []))


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Return the site, built twice by MkDocs and once by Zensical; all start at once, each is waited for."""
    with Builds(tmp_path_factory.mktemp("site builds")) as running:  # a directory with a space in its name
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last the tests that wait longest for what runs beside the others."""
    items.sort(key=lambda item: "audits" in getattr(item, "fixturenames", ()))


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
