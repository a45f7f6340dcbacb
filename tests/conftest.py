"""What holds for every test: where `CI` is set, one that is skipped has failed.

A skip says that something is not installed. A machine that decides about a change has everything.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def fail_if_skipped(report: Any) -> Any:
    """Turn a skip into a failure that says what was missing; let an expected failure be one."""
    if IN_CI and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} is not to be skipped in CI. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Look at the report of each phase of each test."""
    return fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Look at the report of each module, which may be skipped as a whole."""
    return fail_if_skipped((yield))
