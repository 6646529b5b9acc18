"""The log: a rotated file in the state folder, without secrets. What is for people goes to them, not here."""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
from pathlib import Path

from app.paths import private, private_file
from app.redaction import Redactor

FILE = "drover.log"
MAX_BYTES = 4 * 1024 * 1024
KEPT = 3

# A line of a server's must not pass for a record of ours, nor drive the terminal it is read in.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
_CONTROLS[ord("\n")] = "\n    "


class RedactingFormatter(logging.Formatter):
    """Formats records, tracebacks among them, and takes secrets and control characters out of the result."""

    def __init__(self, redactor: Redactor) -> None:
        """Use this redactor."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text; lines after its first are indented."""
        return self._redactor(super().format(record)).translate(_CONTROLS)


class PrivateHandler(logging.handlers.RotatingFileHandler):
    """A rotated file of which every generation is its person's alone."""

    def _open(self) -> io.TextIOWrapper:
        """Make the file private before the library opens it."""
        os.close(private_file(self.baseFilename, os.O_WRONLY | os.O_CREAT))
        return super()._open()


def start(state: Path, redactor: Redactor) -> logging.Handler:
    """Write warnings of every library and everything of Drover to the log file; raises OSError."""
    handler = PrivateHandler(
        private(state) / FILE, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(RedactingFormatter(redactor))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("drover").setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(True)  # noqa: FBT003 - the standard library's signature
    # A full disk must not answer each record with a traceback on the person's terminal.
    logging.raiseExceptions = False
    return handler
