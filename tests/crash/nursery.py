"""Forks the battery's children: one process that has imported everything, so that a child is there in milliseconds.

It holds no lock, no database and no thread: a fork carries none of them over. `python -m tests.crash.nursery`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback

import msgspec

from tests.crash.child import live
from tests.crash.orders import Ended, Order, Started, tell


def bear(order: Order) -> int:
    """Run a child to its end and return how it ended."""
    pid = os.fork()
    if pid == 0:
        os._exit(_run(order))
    tell(Started(pid=pid))
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _run(order: Order) -> int:
    try:
        asyncio.run(live(order))
    except BaseException:  # noqa: BLE001 - whatever it was, it must not go on as the nursery
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """Take orders until the battery ends."""
    while line := sys.stdin.buffer.readline():
        tell(Ended(status=bear(msgspec.json.decode(line, type=Order))))


if __name__ == "__main__":
    main()
