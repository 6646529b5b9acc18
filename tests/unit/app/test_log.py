"""The log: without secrets, in one line a record, bounded, and nobody else's."""

from __future__ import annotations

import logging
import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import log
from app.redaction import HIDDEN, Redactor

KEY = "canary-0123456789"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A log that runs, and is put away afterwards."""
    root, drover = logging.getLogger(), logging.getLogger("drover")
    before = root.handlers, root.level, drover.level, logging.raiseExceptions
    redactor = Redactor()
    redactor.learn(KEY)
    handler = log.start(tmp_path / "state", redactor)
    yield tmp_path / "state"
    handler.close()
    logging.captureWarnings(False)
    root.handlers, logging.raiseExceptions = before[0], before[3]
    root.setLevel(before[1])
    drover.setLevel(before[2])


def text(state: Path) -> str:
    """Return what was logged."""
    return (state / log.FILE).read_text("utf-8")


def test_secrets_are_hidden_wherever_they_stand(state: Path) -> None:
    """In the message, its arguments, a traceback, its cause."""
    logger = logging.getLogger("drover.test")
    logger.info("key %s", KEY)
    error = LookupError(f"Bearer {KEY}")
    error.__cause__ = ValueError(KEY)
    logger.error("failed", exc_info=error)
    got = text(state)
    assert KEY not in got
    assert got.count(HIDDEN) >= 3
    assert "ValueError" in got and "LookupError" in got


def test_a_foreign_text_cannot_forge_a_record(state: Path) -> None:
    """A server's words with line ends and escapes stay inside their record."""
    logging.getLogger("drover.test").warning("server said %s", "x\n2026-01-01 ERROR drover forged\r\x1b[2J\x9b31m")
    lines = text(state).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("    2026-01-01 ERROR")
    assert "\x1b" not in text(state) and "\x9b" not in text(state)


def test_warnings_and_libraries_are_heard_and_chatter_is_not(state: Path) -> None:
    """Python's warnings and libraries' errors are in the log, their debugging is not."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old call", DeprecationWarning, stacklevel=1)
    logging.getLogger("httpx").info("GET")
    logging.getLogger("httpx").error("broken")
    logging.getLogger("drover.engine").info("started")
    got = text(state)
    assert "old call" in got and "broken" in got and "started" in got
    assert "GET" not in got


def test_the_log_is_bounded_and_private(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old generations go; each of them is its person's alone."""
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, log.PrivateHandler)
    monkeypatch.setattr(handler, "maxBytes", 2_000)
    for number in range(500):
        logging.getLogger("drover.test").info("record %d %s", number, "x" * 50)
    files = list(state.iterdir())
    assert len(files) == log.KEPT + 1
    assert sum(each.stat().st_size for each in files) <= 2_200 * (log.KEPT + 1)
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_a_text_that_is_no_unicode_is_logged(state: Path) -> None:
    """A lone surrogate from a file's name breaks nothing."""
    logging.getLogger("drover.test").info("file %s", "a\udcffb")
    assert "a\\udcffb" in text(state)


def test_a_full_disk_does_not_shout(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record that cannot be written is lost in silence: it must not stop or disturb anybody."""
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, log.PrivateHandler)
    with Path("/dev/full").open("w") as full, pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler, "stream", full)
        logging.getLogger("drover.test").info("lost")
        assert capsys.readouterr().err == ""
        # What could not be written is let go, so that the file can be closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
