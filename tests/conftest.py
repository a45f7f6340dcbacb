"""What every test shares: no deadlines for property tests, a fast selection, and no skipped test in CI."""

import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # no test fails because a machine is slow
settings.load_profile("no deadline")

SLOW_FOLDERS = {"docs", "parity", "site"}
"""Folders whose tests need the site's tools, a browser or PyTorch. All their tests are slow."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the slow folders unopened under ``-m "not slow"``, so that nothing they import is needed."""
    is_slow = collection_path.parent == Path(__file__).parent and collection_path.name in SLOW_FOLDERS
    return True if is_slow and config.option.markexpr == "not slow" else None


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case without an address in memory: every test process must give it the same name."""
    return re.sub(r" at 0x\w+", "", val) if isinstance(val, str) and " at 0x" in val else None


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
