"""What the whole suite shares: the built site, and the rule that CI skips nothing."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from tests.site.builds import Builds


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Return the site, built twice by MkDocs and once by Zensical; all start at once, each is waited for."""
    with Builds(tmp_path_factory.mktemp("site builds")) as running:  # a directory with a space in its name
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where CI=true: what is not tested there is tested nowhere."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which continuous integration does not accept: {report.longrepr}"
    return report
