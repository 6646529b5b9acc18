"""What is left when something nobody caught happens: a report in the state folder, without secrets.

Errors that a person can do something about have a code and a sentence and never come here.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import platform
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import resources
from app.paths import private, private_file
from app.redaction import Redactor

logger = logging.getLogger("drover.crash")

KEPT = 20
"""Reports beyond which the oldest goes, and which one run writes at most: an error may come with every frame."""


class CrashReports:
    """Writes reports for errors that no code caught."""

    def __init__(self, state: Path, redactor: Redactor) -> None:
        """Write below `state`."""
        self._folder = state / "crashes"
        self._redactor = redactor
        self._written = 0

    def install(self) -> None:
        """Catch what reaches the top of the program, of a thread, or of the interpreter itself; raises OSError."""
        fatal = private(self._folder) / "fatal.txt"
        sys.excepthook = self._top
        threading.excepthook = self._of_thread
        # Open for the life of the process: the interpreter writes to it when it can do nothing else any more.
        faulthandler.enable(open(fatal, "a", encoding="utf-8", opener=private_file))  # noqa: SIM115

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Catch what an event loop is told of."""
        loop.set_exception_handler(self._of_loop)

    def _of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        del loop
        where = self._redactor(repr(context.get("task") or context.get("handle")))
        logger.error("event loop: %s %s", context.get("message"), where)
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._report(error)

    def _of_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._report(args.exc_value)

    def _top(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Say so on stderr too; Qt calls this for a slot that failed, and goes on."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        file = self._report(error)
        sys.stderr.write(resources.text("errors")["internal"] + (f"\n{file}\n" if file else "\n"))

    def _report(self, error: BaseException) -> Path | None:
        """Write a report; return its file, or None where there is none."""
        # Redacted here too: before the log has begun, records go to stderr as they are.
        lines = self._redactor("".join(traceback.format_exception(error)))
        logger.error("not caught: %s", lines)
        if self._written >= KEPT:
            return None
        self._written += 1
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09}.txt"
        try:
            self._write(self._folder / name, f"Python {platform.python_version()} {platform.platform()}\n\n{lines}")
        except OSError as problem:
            logger.warning("the report could not be written: %s", problem)
            return None
        return self._folder / name

    def _write(self, file: Path, text: str) -> None:
        with open(file, "x", encoding="utf-8", errors="backslashreplace", opener=private_file) as opened:
            opened.write(text)
        for old in sorted(self._folder.glob("2*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
