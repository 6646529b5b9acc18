"""Hostile text in every view and on the terminal: no file and no address is opened, no cursor is moved."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.hostile import TERMINAL, Hostile, asking_for
from tests.end2end.threaded import served
from tests.wire import Exchange

PATIENCE_S = 240.0

pytestmark = pytest.mark.slow


def can_trace() -> bool:
    """Whether this system lets a process be traced."""
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "-o", os.devnull, "true"], check=False).returncode == 0


traced = pytest.mark.skipif(not can_trace(), reason="strace is not installed, or the system forbids it")


class Bait:
    """A file and a server that nobody has any business with."""

    def __init__(self, file: Path, address: str) -> None:
        self.file, self.address = file, address

    @property
    def port(self) -> int:
        """Where the server listens."""
        return int(self.address.rsplit(":", 1)[1].removesuffix("/v1"))


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    """Bait that can be read and reached."""
    file = tmp_path / "bait.d" / "picture.png"
    file.parent.mkdir()
    file.write_bytes(b"\x89PNG\r\n\x1a\n")

    async def caught(exchange: Exchange) -> None:
        raise ConnectionError

    with served(caught) as address:
        yield Bait(file, address)


def trace(folder: Path, *command: str) -> tuple[str, str]:
    """Run a module of ours under strace; return what it opened and connected to, and what it said."""
    out = folder / "trace"
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-e", "trace=%file,connect", "-o", str(out)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": "1"}
    done = subprocess.run(
        [*strace, sys.executable, "-m", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out.read_text("utf-8", "replace"), done.stdout


def opened(seen: str, file: Path) -> list[str]:
    """Return the calls that name a file; that the process itself was started with its name is none."""
    return [line for line in seen.splitlines() if str(file) in line and "execve(" not in line]


@traced
def test_the_trace_shows_a_view_that_loads(tmp_path: Path, bait: Bait) -> None:
    """Rich text, as Qt shows it when nobody forbids it, opens the file: a trace without it means something."""
    seen, _ = trace(tmp_path, "tests.end2end.hostile_window", str(tmp_path), "-", str(bait.file), bait.address, "naive")
    assert opened(seen, bait.file)


@traced
def test_no_view_opens_what_a_text_names(tmp_path: Path, bait: Bait) -> None:
    """Titles, replies, errors, names of models and servers, in every view: nothing is opened, reached or started."""
    server = Hostile(asking_for(bait.file, bait.address))
    with served(server.answer) as url:
        seen, said = trace(
            tmp_path, "tests.end2end.hostile_window", str(tmp_path / "d"), url, str(bait.file), bait.address
        )
    assert "seen" in said and server.asked >= 3
    assert opened(seen, bait.file) == []
    ports = {int(port) for port in re.findall(r"sin6?_port=htons\((\d+)\)", seen)}
    assert ports <= {int(url.rsplit(":", 1)[1].removesuffix("/v1")), 1}
    assert bait.port not in ports
    assert len(re.findall(r"execve\(", seen)) == 1


def test_no_command_moves_a_cursor(tmp_path: Path) -> None:
    """A reply, an error and a title with escapes: each command says printable text, and JSON keeps their value."""
    server = Hostile(f"{TERMINAL} said")
    said: dict[str, str] = {}

    def drover(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app", *words],
            env=os.environ | {"DROVER_DATA_DIR": str(tmp_path / "d")},
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        said[words[0] + words[-1]] = (done.stdout + done.stderr).decode()
        return done.stdout.decode()

    with served(server.answer) as url:
        free = ("--base-url", url, "--free", "--model", "plain", "--steps", "1")
        drover("run", *free, "--title", TERMINAL.replace("\0", ""), "--goal", f"a\x1b[2J{TERMINAL[:5]}")
    (task,) = {line.split()[0] for line in drover("list").splitlines()}
    drover("show", task)
    drover("show", task, "--json")
    drover("export", task)
    drover("export", task, "--format", "json")
    assert [name for name, text in said.items() if not all(c.isprintable() or c in "\n\t" for c in text)] == []
    assert "\\u001b[2J" in said["show--json"]
