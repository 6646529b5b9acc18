"""Crash reports: every way an error can reach the top ends in one, without secrets."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.crash import KEPT, CrashReports
from app.redaction import HIDDEN, Redactor

KEY = "canary-0123456789"
BEGIN = f"""
import sys, threading, asyncio, os
from pathlib import Path
from app import log
from app.crash import CrashReports
from app.redaction import Redactor
redactor = Redactor()
redactor.learn({KEY!r})
crashes = CrashReports(Path(sys.argv[1]), redactor)
crashes.install()
log.start(Path(sys.argv[1]), redactor)
"""


def crash(state: Path, code: str) -> tuple[int, str, list[Path]]:
    """Run a program that fails; return its status, what it said, and its reports."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code, str(state)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr, sorted((state / "crashes").glob("2*.txt"))


def test_an_error_at_the_top(tmp_path: Path) -> None:
    """A report with the traceback and without the key; the person gets a sentence and the file, no traceback."""
    status, said, reports = crash(tmp_path, f"raise LookupError('Bearer {KEY} \\udcff')")
    assert status == 1
    assert len(reports) == 1
    text = reports[0].read_text("utf-8")
    assert "LookupError" in text and "Traceback" in text and HIDDEN in text
    assert KEY not in text + said
    assert str(reports[0]) in said and "Traceback" not in said
    assert stat.S_IMODE(reports[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(reports[0].parent.stat().st_mode) == 0o700


def test_an_error_in_a_thread(tmp_path: Path) -> None:
    """A thread that dies leaves a report; one that only leaves does not."""
    code = "for work in (lambda: 1 / 0, sys.exit):\n    t = threading.Thread(target=work); t.start(); t.join()"
    status, _, reports = crash(tmp_path, code)
    assert status == 0
    assert ["ZeroDivisionError" in each.read_text("utf-8") for each in reports] == [True]


def test_a_dead_interpreter(tmp_path: Path) -> None:
    """A crash in C leaves the Python stack in a file."""
    status, _, _ = crash(tmp_path, "import faulthandler\ndef guilty(): faulthandler._sigsegv()\nguilty()")
    assert status < 0
    fatal = tmp_path / "crashes" / "fatal.txt"
    assert "guilty" in fatal.read_text("utf-8")
    assert stat.S_IMODE(fatal.stat().st_mode) == 0o600


def test_ctrl_c_is_no_crash(tmp_path: Path) -> None:
    """A person who stops the program gets no report."""
    _, said, reports = crash(tmp_path, "raise KeyboardInterrupt")
    assert reports == []
    assert "KeyboardInterrupt" in said


def test_a_full_folder_of_reports_is_bounded(tmp_path: Path) -> None:
    """Old reports go, and an error that comes with every frame does not fill the disk."""
    code = f"for number in range({KEPT} * 3): sys.excepthook(LookupError, LookupError(str(number)), None)"
    for _ in range(2):
        _, _, reports = crash(tmp_path, code)
        assert len(reports) == KEPT


def test_a_report_that_cannot_be_written_hides_nothing(tmp_path: Path) -> None:
    """Without its folder the program still says that it failed, and names no file that is not there."""
    status, said, _ = crash(tmp_path, "import shutil; shutil.rmtree(crashes._folder); 1 / 0")
    assert status == 1
    assert said.strip() and ".txt" not in said


def test_before_the_log_begins_nothing_leaks(tmp_path: Path) -> None:
    """Records that have no file yet go to stderr, and are redacted there too."""
    _, said, _ = crash(tmp_path, f"import logging; logging.getLogger().handlers = []\nraise LookupError('{KEY}')")
    assert "LookupError" in said and KEY not in said


async def test_an_error_on_the_loop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A callback that fails leaves a report, and the loop goes on."""
    (tmp_path / "crashes").mkdir()
    loop = asyncio.get_running_loop()
    CrashReports(tmp_path, Redactor()).watch(loop)

    def fail() -> None:
        raise LookupError("callback")

    loop.call_soon(fail)
    await asyncio.sleep(0.001)
    loop.call_exception_handler({"message": "only words"})
    reports = list((tmp_path / "crashes").glob("2*.txt"))
    assert len(reports) == 1 and "LookupError" in reports[0].read_text("utf-8")
    assert "only words" in caplog.text


def test_a_command_that_fails_inside_leaves_a_report_too(tmp_path: Path) -> None:
    """A traceback on the terminal would hold whatever the error says."""
    code = f"""
import sys
import app.cli.running as running
from app.__main__ import main

async def broken(program, asked, output):
    program.redactor.learn({KEY!r})
    raise LookupError("with {KEY}")

running.run = broken
sys.argv = ["drover", "run", "goal", "--data-dir", {str(tmp_path)!r}]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    (report,) = (tmp_path / "state" / "crashes").glob("2*.txt")
    assert "LookupError" in report.read_text("utf-8")
    assert done.returncode == 1 and str(report) in done.stderr
    assert "Traceback" not in done.stderr and KEY not in done.stderr + report.read_text("utf-8")
