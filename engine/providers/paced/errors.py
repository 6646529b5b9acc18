"""What can go wrong on the way, as httpx's own exceptions, so that whoever knows httpx knows these.

They say one thing more than httpx does: whether a byte of the request can have left.
"""

from __future__ import annotations

import httpx


class UnsentError(httpx.ConnectError):
    """There is no connection, in time or at all: certainly nothing of the request has left."""


class UntrustedError(httpx.ConnectError):
    """The other side could not show who it is, or speaks no TLS: certainly nothing of the request has left."""


class BrokenError(httpx.ReadError):
    """The connection ended before the reply did: the request may have arrived."""


class GarbledError(httpx.RemoteProtocolError):
    """What came is not HTTP, or has no end: the request may have arrived."""
