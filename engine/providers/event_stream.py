"""Server-sent events as bytes in, events out: no I/O, so that every way of cutting a stream can be tested.

Lines end at CR, LF or CRLF and nowhere else: the ready-made parsers split text, and so also at U+2028 and U+0085,
which JSON may hold raw. Lines and events have caps, because what sends them is not trusted. Source: the WHATWG
standard, "Server-sent events", 9.2.6. What an event means belongs in `engine.providers.chat`.
"""

from __future__ import annotations

import msgspec

MAX_LINE = 4 * 1024 * 1024
"""Bytes of one line."""
MAX_EVENT = 8 * 1024 * 1024
"""Bytes of data of one event."""

BOM = b"\xef\xbb\xbf"


class EventTooLargeError(Exception):
    """A line or an event passed its cap."""


class ServerEvent(msgspec.Struct, frozen=True, gc=False):
    """One event: its type ("message" where none was named) and its data."""

    data: bytes
    type: bytes = b"message"


class EventStream:
    """Parses one stream. Give it bytes as they come; call `end` when they end."""

    __slots__ = (
        "_after_cr",
        "_data",
        "_data_size",
        "_first",
        "_max_event",
        "_max_line",
        "_part",
        "_part_size",
        "_type",
    )

    def __init__(self, *, max_line: int = MAX_LINE, max_event: int = MAX_EVENT) -> None:
        """Begin a stream."""
        self._max_line = max_line
        self._max_event = max_event
        self._part: list[bytes] = []
        self._part_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._type = b""
        self._after_cr = False
        self._first = True

    def plain(self, chunk: bytes) -> bytes | None:
        """Return the data of `chunk`, each event's on a line of its own, where that is all there is to it; else None.

        Nearly all reads are whole events of one line each: two calls then do for all of them. One that is not has to be
        fed, and one that is may be: nothing is remembered of it.
        """
        if self._first or self._part or self._data or self._type or len(chunk) > min(self._max_line, self._max_event):
            return None
        if chunk[:6] != b"data: " or chunk[-2:] != b"\n\n" or b"\r" in chunk:
            return None
        lines = chunk[6:-2].replace(b"\n\ndata: ", b"\n")
        return lines if chunk.count(b"\n") == 2 * lines.count(b"\n") + 2 else None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Return the events that `chunk` completes; raises `EventTooLargeError`."""
        if self._after_cr and chunk[:1] == b"\n":
            chunk = chunk[1:]
            self._after_cr = False
        if not chunk:
            return []
        last = chunk[-1]
        self._after_cr = last == 0x0D
        lines = chunk.splitlines()  # of bytes: at CR, LF and CRLF only
        rest = b"" if last in (0x0A, 0x0D) else lines.pop()
        events = self._lines(lines) if lines else []
        if rest:
            self._keep(rest)
        return events

    def end(self) -> list[ServerEvent]:
        """Return the event that the end of the stream leaves.

        The standard drops it; here it counts, since some servers leave out the last empty line. Whether its data is
        whole shows when it is decoded.
        """
        events = self._lines([b""]) if self._part_size else []
        return events + self._lines([b""])

    def _keep(self, rest: bytes) -> None:
        self._part.append(rest)
        self._part_size += len(rest)
        if self._part_size > self._max_line:
            raise EventTooLargeError

    def _lines(self, lines: list[bytes]) -> list[ServerEvent]:
        if self._part:
            lines[0] = b"".join((*self._part, lines[0]))
            self._part.clear()
            self._part_size = 0
        if max(map(len, lines)) > self._max_line:
            raise EventTooLargeError
        if self._first:
            lines[0] = lines[0].removeprefix(BOM)
            self._first = False
        events: list[ServerEvent] = []
        for line in lines:
            if not line:
                if self._data:
                    events.append(self._event())
                self._type = b""
            elif line[:5] == b"data:":
                self._add(line)
            elif line[:1] != b":":
                self._field(line)
        return events

    def _add(self, line: bytes) -> None:
        value = line[6:] if line[5:6] == b" " else line[5:]
        self._data.append(value)
        self._data_size += len(value) + 1
        if self._data_size > self._max_event:
            raise EventTooLargeError

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"event":
            self._type = value.removeprefix(b" ")
        elif name == b"data":  # without a colon: an empty line of data
            self._add(b"data:")

    def _event(self) -> ServerEvent:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data = []
        self._data_size = 0
        return ServerEvent(data, self._type or b"message")
