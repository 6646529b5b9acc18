"""A second start raises the first window: a local socket named by the data folder, inside the folder's own user."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 500


def socket_name(data: Path) -> str:
    """Return the socket's name for a data folder."""
    return "drover-" + hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:24]


def raise_first(data: Path) -> bool:
    """Ask the window that holds the folder to come to the front; False where none answers."""
    socket = QLocalSocket()
    socket.connectToServer(socket_name(data))
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(b"raise\n")
    socket.waitForBytesWritten(WAIT_MS)
    socket.disconnectFromServer()
    return True


def listen(data: Path, raised: Callable[[], None], parent: QObject) -> QLocalServer:
    """Call `raised` at each later start; the caller holds the folder's lock, so an old socket is nobody's."""
    name = socket_name(data)
    QLocalServer.removeServer(name)
    server = QLocalServer(parent)
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

    def connected() -> None:
        socket = server.nextPendingConnection()
        socket.disconnected.connect(socket.deleteLater)
        raised()

    server.newConnection.connect(connected)
    server.listen(name)
    return server
