"""What the whole suite shares: the built site, and the rule that CI skips nothing."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.site.builds import Builds


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Return the site, built twice by MkDocs and once by Zensical; all start at once, each is waited for."""
    with Builds(tmp_path_factory.mktemp("site builds")) as running:  # a directory with a space in its name
        yield running


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
