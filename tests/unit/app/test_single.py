"""A second start asks the first window to come to the front."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.single import listen, raise_first, socket_name


def test_each_folder_has_a_name_of_its_own(tmp_path: Path) -> None:
    """However it is written; and short enough for every system's sockets."""
    assert socket_name(tmp_path / "a") == socket_name(tmp_path / "b" / ".." / "a")
    assert socket_name(tmp_path / "a") != socket_name(tmp_path / "b")
    assert len(socket_name(tmp_path)) < 40


def test_nobody_answers(qapp: QApplication, tmp_path: Path) -> None:
    """Said at once, so that the person hears who holds the folder."""
    assert not raise_first(tmp_path)


def test_each_later_start_raises_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    """Two starts, two raises; another folder's window is left alone."""
    parent, raised, answered = QObject(), list[int](), list[bool]()
    server = listen(tmp_path, lambda: raised.append(1), parent)
    for _ in range(2):
        second = threading.Thread(target=lambda: answered.append(raise_first(tmp_path)))
        second.start()
        seen = len(raised)
        qtbot.waitUntil(lambda seen=seen: len(raised) > seen, timeout=3_000)
        second.join(5)
    assert (answered, len(raised)) == ([True, True], 2)
    assert not raise_first(tmp_path / "other")
    server.close()
    assert not raise_first(tmp_path)
