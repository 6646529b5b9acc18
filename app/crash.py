"""What is left when something nobody caught happens: a report in the state folder, without secrets."""

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

from app.paths import private
from app.redaction import Redactor

logger = logging.getLogger("drover.crash")

KEPT = 20
"""Reports beyond which the oldest goes."""


class CrashReports:
    """Writes reports for errors that no code caught."""

    def __init__(self, state: Path, redactor: Redactor) -> None:
        """Write below `state`."""
        self._folder = state / "crashes"
        self._redactor = redactor

    def install(self) -> None:
        """Catch what reaches the top of the program, of a thread, or of the interpreter itself; raises OSError."""
        private(self._folder)
        sys.excepthook = self._top
        threading.excepthook = lambda args: self._report(args.exc_value)
        # Open for the life of the process: the interpreter writes to it when it can do nothing else any more.
        fatal = (self._folder / "fatal.txt").open("a", encoding="utf-8")
        faulthandler.enable(fatal)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Catch what an event loop is told of."""
        loop.set_exception_handler(self._of_loop)

    def _of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._report(error)
        logger.error("event loop: %s", context.get("message"))
        del loop

    def _top(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        file = self._report(error)
        sys.stderr.write(f"Drover stopped because of an error inside it. A report is in {file}\n")

    def _report(self, error: BaseException | None) -> Path | None:
        if error is None:
            return None
        logger.error("not caught", exc_info=error)
        file = self._folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{threading.get_ident()}.txt"
        lines = "".join(traceback.format_exception(error))
        try:
            file.write_text(self._redactor(f"Python {platform.python_version()} {platform.platform()}\n\n{lines}"))
            file.chmod(0o600)
            for old in sorted(self._folder.glob("2*.txt"))[:-KEPT]:
                old.unlink()
        except OSError as problem:
            logger.warning("the report could not be written: %s", problem)
        return file
