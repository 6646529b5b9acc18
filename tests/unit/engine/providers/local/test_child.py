"""The child's own side: its orders, its answer, and an end with its parent whatever it is busy with."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.domain.errors import ErrorCode
from engine.providers.local.handshake import Launch, Ready
from engine.providers.local.process import ROOT

LAUNCH = Launch(model="/nowhere.gguf", alias="a", key="a-secret-of-the-child", slots=1, context=256, threads=1)
ORDERS = msgspec.json.encode(LAUNCH) + b"\n"

STUCK = """
import ctypes, sys
from engine.providers.local import child

def load(launch):  # as native code that loads a model: says who it is, and no other thread runs meanwhile
    ctypes.PyDLL(None).system(f"echo $PPID > {sys.argv[1]}; exec sleep 15".encode())

child._serve = load
child.run_child()
"""

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE)
child.stdin.write(sys.argv[3].encode())
child.stdin.flush()
child.wait()
"""


def child(code: str = "", orders: bytes = ORDERS) -> subprocess.CompletedProcess[bytes]:
    """Run a child with these orders, whose end follows at once, to its end."""
    program = ("-c", code) if code else ("-m", "engine.providers.local.child")
    return subprocess.run(
        [sys.executable, *program], input=orders, capture_output=True, cwd=ROOT, timeout=60, check=False
    )


def test_without_orders_it_leaves() -> None:
    """A parent that died at once wants nothing."""
    ended = child(orders=b"")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_orders_of_a_parent_that_has_gone_are_not_followed() -> None:
    """The line is whole and the pipe has ended behind it: no model is loaded for nobody."""
    ended = child("from engine.providers.local import child; child._serve = None; child.run_child()")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's kill is Linux's")
def test_it_ends_with_its_parent_while_native_code_holds_the_interpreter(tmp_path: Path) -> None:
    """Kill -9 of the parent while the model is loaded: the child is gone, though no thread of it can run."""
    told = tmp_path / "pid"
    os.mkfifo(told)
    words = (sys.executable, "-c", PARENT, STUCK, str(told), ORDERS.decode())
    with subprocess.Popen(words, cwd=ROOT) as parent:
        pid = int(told.read_text())
        gone = os.pidfd_open(pid)
        parent.kill()
    try:
        assert ended(gone, 10)
    finally:
        os.close(gone)


def ended(process: int, seconds: float) -> bool:
    """Whether a process ends within some seconds."""
    return bool(select.select([process], [], [], seconds)[0])


def test_an_answer_that_no_model_came_of() -> None:
    """One line, with a code; then the child is gone with a status that is none of success."""
    with subprocess.Popen(
        [sys.executable, "-m", "engine.providers.local.child"], stdin=-1, stdout=-1, cwd=ROOT
    ) as started:
        assert started.stdin is not None and started.stdout is not None
        started.stdin.write(ORDERS)
        started.stdin.flush()
        ready = msgspec.json.decode(started.stdout.readline(), type=Ready)
        assert ready.error in (ErrorCode.MODEL_FILE, ErrorCode.MODEL_NOT_INSTALLED)
        assert (ready.address, started.wait(30)) == ("", 1)
