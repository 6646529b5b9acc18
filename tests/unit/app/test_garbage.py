"""Garbage dies on the window's thread."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.garbage import FULL_AFTER, collect_due, collected_on_this_thread, keep_what_stands


class Ring:
    """A value that only the collector can end; it tells on which thread."""

    def __init__(self, ended: list[int]) -> None:
        self.me = self
        self.ended = ended

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


def rings(ended: list[int]) -> None:
    """Make and drop more of them than Python's threshold."""
    for _ in range(gc.get_threshold()[0] * 3):
        Ring(ended)


def test_what_another_thread_drops_dies_on_this_one(qtbot: QtBot) -> None:
    """A worker that allocates past the threshold collects nothing; the window's timer does."""
    ended: list[int] = []
    with collected_on_this_thread():
        worker = threading.Thread(target=rings, args=(ended,))
        worker.start()
        worker.join()
        assert not ended
        qtbot.waitUntil(lambda: bool(ended))
    assert set(ended) == {threading.get_ident()}


def test_python_collects_by_itself_again_at_the_end(qapp: QApplication) -> None:
    """Also when the window ends by an error."""

    def fail() -> None:
        with collected_on_this_thread():
            assert not gc.isenabled()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert gc.isenabled()
    gc.disable()


def test_what_stands_at_the_start_is_walked_over_no_more(qapp: QApplication) -> None:
    """Until the end, when everything is Python's own again."""
    with collected_on_this_thread():
        keep_what_stands()
        assert gc.get_freeze_count() > 1000
        assert len(gc.get_objects()) < 1000
    assert gc.get_freeze_count() == 0
    gc.disable()


def test_old_garbage_is_collected_too() -> None:
    """What survived the young generations goes with the full collection, seldom as it is."""
    ended: list[int] = []
    ring = Ring(ended)
    seen = weakref.ref(ring)
    gc.collect(0)
    gc.collect(1)
    del ring
    for _ in range(FULL_AFTER * (gc.get_threshold()[1] + 1) + 1):
        rings([])
        collect_due()
        if seen() is None:
            break
    assert seen() is None
