"""In continuous integration a test runs or fails: no skip, no expected failure."""

from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


class NothingSkipped:
    """Turns what would be passed over in silence into failures."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Fail a test that was skipped or was expected to fail."""
        report = yield
        return _refused(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Fail a module that was skipped as a whole."""
        report = yield
        return _refused(report)


def _refused(report: Report) -> Report:
    if report.skipped or hasattr(report, "wasxfail"):
        report.longrepr = f"Nothing may be skipped here, but this was: {report.longrepr}"
        report.outcome = "failed"
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    return report
