"""What the system allows this process: as many open files as it may have, since every stream is one."""

from __future__ import annotations

import sys

WANTED = 65_536


def raise_open_files() -> int:
    """Raise the limit of open files as far as allowed, at most to `WANTED`; return what holds now."""
    if sys.platform == "win32":
        return WANTED
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)
