"""Commands in this process leave its hooks alone: those are pytest's."""

from __future__ import annotations

import pytest

from app.crash import CrashReports


@pytest.fixture(autouse=True)
def no_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch nothing at the top of the process."""

    def install(reports: CrashReports) -> None:
        del reports

    monkeypatch.setattr(CrashReports, "install", install)


@pytest.fixture
def own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test's own logging as it is."""

    def start(*_: object) -> None:
        """Write none."""

    monkeypatch.setattr("app.log.start", start)
