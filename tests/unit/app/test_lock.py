"""One process a data folder: held for its life, free after any death, and never by a file that is left behind."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.lock import FolderInUseError, FolderLock, Owner, is_held, owner_of
from engine.domain.errors import DroverError, ErrorCode

HOLD = """
import sys
from pathlib import Path
from app.lock import FolderLock, Owner
import os
with FolderLock(Path(sys.argv[1]), Owner(pid=os.getpid(), kind="command", since_ms=5)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The lock's file, in a folder that is not there yet."""
    return tmp_path / "data" / "lock"


def lock(file: Path) -> FolderLock:
    """Return a lock for this process."""
    return FolderLock(file, Owner(pid=os.getpid(), kind="window", since_ms=1))


@contextmanager
def other_process(file: Path) -> Generator[subprocess.Popen[str]]:
    """Another process that holds the folder until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child


def test_a_second_one_is_told_who_holds_it(file: Path) -> None:
    """The error names process and kind; the one who holds it keeps it."""
    with lock(file):
        with pytest.raises(FolderInUseError) as caught, lock(file):
            pass
        assert caught.value.code is ErrorCode.FOLDER_IN_USE
        assert caught.value.owner == Owner(pid=os.getpid(), kind="window", since_ms=1)
        with pytest.raises(FolderInUseError), lock(file):
            pass


def test_it_is_free_afterwards(file: Path) -> None:
    """Also after an error in its body; no owner is named any more."""
    with pytest.raises(LookupError), lock(file):
        raise LookupError
    assert owner_of(file) is None
    with lock(file):
        pass


def test_another_process_holds_it(file: Path) -> None:
    """Across processes, and free when that one ends."""
    with other_process(file) as child:
        with pytest.raises(FolderInUseError) as caught, lock(file):
            pass
        assert caught.value.owner == Owner(pid=child.pid, kind="command", since_ms=5)
    with lock(file):
        pass


def test_a_killed_process_holds_nothing(file: Path) -> None:
    """After kill -9 the folder is free at once, though its owner file names the dead."""
    with other_process(file) as child:
        child.kill()
        child.wait()
        assert owner_of(file) is not None
        with lock(file):
            owner = owner_of(file)
            assert owner is not None and owner.pid == os.getpid()


def test_files_that_are_left_hold_nothing(file: Path) -> None:
    """A lock file and an owner file from another time, whatever is in them."""
    file.parent.mkdir()
    file.write_text("12345")
    (file.parent / "owner.json").write_bytes(b"\xff garbage")
    assert owner_of(file) is None
    with lock(file):
        pass


def test_reading_the_lock_file_does_not_lose_it(file: Path) -> None:
    """Opening and closing the file elsewhere in this process leaves the lock, as POSIX locks would not."""
    with lock(file):
        file.read_bytes()
        with pytest.raises(FolderInUseError), lock(file):
            pass
        with other_descriptor(file) as descriptor, pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def other_descriptor(file: Path) -> Generator[int]:
    """Another open descriptor on the file."""
    descriptor = os.open(file, os.O_RDWR)
    yield descriptor
    os.close(descriptor)


def test_it_can_be_let_go_on_another_thread(file: Path) -> None:
    """The lock is the process's and not a thread's."""
    held = lock(file)
    held.__enter__()
    thread = threading.Thread(target=held.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with lock(file):
        pass


def test_files_are_private(file: Path) -> None:
    """Nobody else reads who holds it."""
    with lock(file):
        for each in file.parent.iterdir():
            assert stat.S_IMODE(each.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_an_error_with_a_code(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "data").write_text("")
    with pytest.raises(DroverError) as caught, lock(tmp_path / "data" / "lock"):
        pass
    assert caught.value.code is ErrorCode.FOLDER_NOT_WRITABLE
    assert caught.value.detail == f"{tmp_path / 'data'}: File exists"


def test_without_flock_the_folder_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without it gets no lock of another kind, which a crash would leave behind."""

    def absent(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "no flock")

    monkeypatch.setattr(fcntl, "flock", absent)
    with pytest.raises(DroverError) as caught, lock(file):
        pass
    assert caught.value.code is ErrorCode.FOLDER_NOT_WRITABLE


def test_a_full_disk_costs_only_the_owners_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is held though nobody can be told by whom."""

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "replace", full)
    with lock(file), pytest.raises(FolderInUseError) as caught, lock(file):
        pass
    assert caught.value.owner is None


def test_whether_it_is_held_is_asked_without_holding_it(file: Path) -> None:
    """By this process or another; not before, not after, not by files that were left. Asking stops nobody."""
    assert not is_held(file)
    with lock(file):
        assert is_held(file)
    assert not is_held(file)
    with other_process(file) as child:
        assert is_held(file)
        child.kill()
        child.wait()
        assert not is_held(file)
    with other_descriptor(file) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # somebody else asks in this moment
        assert not is_held(file)


def test_who_only_asks_is_waited_for(file: Path) -> None:
    """A window that starts while a command looks is not told that the folder is in use."""
    with lock(file):
        pass
    with other_descriptor(file) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        letting_go = threading.Timer(0.03, fcntl.flock, (descriptor, fcntl.LOCK_UN))
        letting_go.start()
        with lock(file):
            pass
        letting_go.join()
