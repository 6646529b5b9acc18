"""One stream on its way into the spool: how much of it was taken."""

from __future__ import annotations

from dataclasses import dataclass

from engine.runtime.record import Stream


@dataclass(slots=True, kw_only=True, eq=False)
class Tape:
    """A stream and how much of it was taken: parts, and characters."""

    stream: Stream
    parts: int = 0
    offset: int = 0

    def rewind(self) -> None:
        """Begin anew: the spool is to be written from nothing."""
        self.parts = self.offset = 0

    def take(self) -> tuple[int, str]:
        """Return what came since the last time, and its offset."""
        stream, offset = self.stream, self.offset
        stream.marked = False
        text = "".join(stream.parts[self.parts :])
        self.parts, self.offset = len(stream.parts), offset + len(text)
        return offset, text
