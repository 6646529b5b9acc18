"""The log: a rotated file in the state folder, without secrets. What is for people goes to them, not here."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from app.paths import private
from app.redaction import Redactor

FILE = "drover.log"
MAX_BYTES = 4 * 1024 * 1024
KEPT = 3


class RedactingFormatter(logging.Formatter):
    """Formats records, tracebacks among them, and takes secrets out of the result."""

    def __init__(self, redactor: Redactor) -> None:
        """Use this redactor."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text."""
        return self._redactor(super().format(record))


def start(state: Path, redactor: Redactor) -> None:
    """Write warnings of every library and everything of Drover to the log file; raises OSError."""
    file = private(state) / FILE
    handler = logging.handlers.RotatingFileHandler(file, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    file.chmod(0o600)
    handler.setFormatter(RedactingFormatter(redactor))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("drover").setLevel(logging.INFO)
    logging.captureWarnings(True)  # noqa: FBT003 - the standard library's signature
