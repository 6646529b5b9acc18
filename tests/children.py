"""Child processes that stand in for the local model's: a few lines of Python each."""

from __future__ import annotations

import sys


def script(code: str) -> tuple[str, ...]:
    """Return the command of a child that runs `code`."""
    return (sys.executable, "-S", "-c", code)


READY = script(
    'import sys; sys.stdin.readline(); print(\'{"address":"http://127.0.0.1:1"}\', flush=True); sys.stdin.read()'
)
"""Says that it serves, and lives until its input ends."""

DIES = script("import sys; sys.stdin.readline()")
"""Takes its orders and leaves."""
