"""The child process: runs llama.cpp's server on loopback until its standard input ends.

It is a process of its own because native code that crashes, or holds the interpreter while it loads, must not take
the window with it. The end of its input comes however the parent ends, also by kill -9, and on every system; but who
reads it is a thread, which stands still while native code holds the interpreter, as loading a model does for seconds.
On Linux the kernel ends the child, whatever it does. It imports nothing of the engine but the handshake; `xllamacpp`
alone is heavy.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import select
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from engine.domain.errors import ErrorCode
from engine.providers.local.handshake import MAX_LINE, Launch, Ready

PR_SET_PDEATHSIG = 1
"""Of Linux's `prctl`."""
NICENESS = 5
"""The window goes first."""
PROMPT_CACHE_MIB = 128
"""Memory for prompts that left their slot; the server's own default is 8 GiB."""
QUIET = 1
"""The server's log level at which no prompt is printed."""


def run_child(argv: Sequence[str] = ()) -> int:
    """Serve the model that the first line of input names; returns an exit status only when there is none."""
    del argv
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the parent's to answer
    _end_with_the_parent()
    line = sys.stdin.buffer.readline(MAX_LINE)
    if not line or _is_orphan():
        return 0
    launch = msgspec.json.decode(line, type=Launch)
    answers = os.dup(1)
    _print_to(launch.log)
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    server, ready = _serve(launch)
    os.write(answers, msgspec.json.encode(ready) + b"\n")
    os.close(answers)
    if server is None:
        return 1
    threading.Event().wait()
    return 0


def _end_with_the_parent() -> None:
    """Ask the kernel for a kill when the parent's thread that started this process ends: its loop's, its main one."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a libc without it: the end of the input remains
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _is_orphan() -> bool:
    """Whether the parent had gone before the kernel was asked: it left its orders behind, and the end of them."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(0, select.POLLHUP)
    return bool(poll.poll(0))


def _leave_with_the_parent() -> None:
    while os.read(0, MAX_LINE):
        pass
    os._exit(0)  # at once: native threads are not asked


def _print_to(log: str) -> None:
    """Send what native code prints to a file of the person's own, or nowhere."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    target = os.open(log, flags, 0o600) if log else os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(target, descriptor)
    os.close(target)


def _serve(launch: Launch) -> tuple[object, Ready]:
    try:
        llama = importlib.import_module("xllamacpp")
    except ImportError as error:
        return None, Ready(error=ErrorCode.MODEL_NOT_INSTALLED, detail=str(error))
    params = llama.CommonParams()
    params.model.path = launch.model
    params.model_alias = {launch.alias}
    params.api_keys = [launch.key]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = launch.slots
    params.n_ctx = launch.slots * launch.context  # shared out among the slots
    params.n_threads_http = launch.slots + 2
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = launch.threads
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.ctx_shift = False  # what does not fit is refused, never dropped silently
    params.ui = params.endpoint_slots = False
    params.verbosity = QUIET
    try:
        server = llama.Server(params)
    except RuntimeError as error:
        return None, Ready(error=ErrorCode.MODEL_FILE, detail=str(error))
    return server, Ready(address=server.listening_address)


if __name__ == "__main__":
    sys.exit(run_child(sys.argv[1:]))
