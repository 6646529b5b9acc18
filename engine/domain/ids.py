"""Names of things: made by us, never taken from a title, a file or a server.

An id is a ULID: 48 bits of milliseconds and 80 random bits as 26 characters of Crockford's base 32 in lower
case, so that ids sort by the time they were made and are safe in a path and a URL. (github.com/ulid/spec)
"""

from typing import NewType, Protocol

TaskId = NewType("TaskId", str)
AttemptId = NewType("AttemptId", str)
BatchId = NewType("BatchId", str)

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26


class Ids(Protocol):
    """Source of new ids."""

    def task(self) -> TaskId:
        """Return a task id never returned before."""
        ...

    def attempt(self) -> AttemptId:
        """Return an attempt id never returned before; it is also the request id sent to the provider."""
        ...


def ulid(at_ms: int, entropy: int) -> str:
    """Return the ULID of a time in milliseconds since the epoch and 80 bits of entropy."""
    value = (at_ms & ((1 << 48) - 1)) << 80 | entropy & ((1 << 80) - 1)
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id."""
    return len(text) == LENGTH and text[0] < "8" and all(c in ALPHABET for c in text)
