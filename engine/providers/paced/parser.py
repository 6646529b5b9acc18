"""One response's bytes in, its head and pieces of its body out: no I/O, so that every way of cutting it can be tested.

httptools does the work. A piece is handed over by one call of C into C (`list.append`), so that a read of many chunks
costs no Python for each of them. Here are the caps: httptools has none.
"""

from __future__ import annotations

from collections.abc import Callable

import httptools

from engine.providers.paced.errors import GarbledError

MAX_HEAD = 65_536
"""Bytes that may come and be no body: a head, the frames of chunks, what follows the last one."""
MAX_HEADERS = 256


class ResponseParser:
    """Parses one response: `feed` it, look at what it has; `end` it when the connection ends."""

    __slots__ = (
        "_barren",
        "_framed",
        "_parser",
        "begun",
        "headers",
        "on_body",
        "pieces",
        "reusable",
        "status",
        "whole",
    )

    def __init__(self) -> None:
        """Begin before the first byte."""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.begun = False
        """Whether status and headers are there."""
        self.pieces: list[bytes] = []
        """Of the body, since they were last taken."""
        self.whole = False
        self.reusable = False
        """Whether its connection may carry another request, once it is whole."""
        self.on_body: Callable[[bytes], None] = self.pieces.append
        self._barren = 0
        self._framed = False
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    def feed(self, data: bytes | memoryview) -> None:
        """Take bytes in; raises `GarbledError`. What follows a whole response never spoils it."""
        if self._parser is None or self.whole:
            self.reusable = False
            return
        before = len(self.pieces)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.reusable = False
            if not self.whole:
                raise _garbled(error) from error
        self._barren = 0 if len(self.pieces) > before else self._barren + len(data)
        if self._barren > MAX_HEAD and not self.whole:
            raise GarbledError(f"{MAX_HEAD} bytes that are no body")

    def take(self) -> bytes:
        """Return what there is of the body."""
        taken = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.pieces.clear()
        return taken

    def end(self, *, clean: bool) -> bool:
        """Let the connection end; whether the response is whole. One without a stated length ends so, if cleanly."""
        self.whole = self.whole or (self.begun and not self._framed and clean)
        self.reusable = False
        return self.whole

    def close(self) -> None:
        """Let go of the parser, which holds on to this: nobody needs to look for such circles then."""
        self._parser = None

    # --- what httptools calls

    def on_message_begin(self) -> None:
        """Refuse a second response: nobody asked for it."""
        if self.whole:
            raise GarbledError("more than one response")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or leave one that follows the body."""
        if not self.begun:
            self.headers.append((name, value))
            if len(self.headers) > MAX_HEADERS:
                raise GarbledError(f"more than {MAX_HEADERS} headers")

    def on_headers_complete(self) -> None:
        """Begin, unless this only announces a response."""
        assert self._parser is not None  # noqa: S101 - it calls
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200:
            self.headers.clear()
            return
        self.begun = True
        self._framed = any(
            name.lower() == b"content-length" or (name.lower() == b"transfer-encoding" and b"chunked" in value.lower())
            for name, value in self.headers
        )

    def on_message_complete(self) -> None:
        """End, unless it was only announced."""
        if self.begun and self._parser is not None:
            self.whole = True
            self.reusable = self._parser.should_keep_alive()


def _garbled(error: Exception) -> GarbledError:
    cause = error.__context__
    return cause if isinstance(cause, GarbledError) else GarbledError(f"{type(error).__name__}: {error}"[:200])
