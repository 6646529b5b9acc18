"""What is used of an apsw connection, typed: apsw's own stubs name a buffer type that older Pythons do not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

Value = str | int | float | bytes | None
"""What a column of a STRICT table holds."""


class Rows(Protocol):
    """The result of a statement."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Go over the rows."""
        ...

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None."""
        ...


class Copying(Protocol):
    """An online backup that runs; a context manager that finishes it."""

    def step(self, npages: int = -1) -> bool:
        """Copy pages, all that are left by default; return whether all are copied."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Finish."""
        ...


class Database(Protocol):
    """An open connection; raises `apsw.Error`."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    def execute(self, statements: str, bindings: Sequence[Value] = ()) -> Rows:
        """Run statements."""
        ...

    def executemany(self, statements: str, sequenceofbindings: Iterable[Sequence[Value]]) -> Rows:
        """Run a statement for each of the bindings."""
        ...

    def pragma(self, name: str, value: str | int | None = None) -> object:
        """Set or get a pragma."""
        ...

    def reserve_bytes(self, schema: str | None = None, reserve: int = -1) -> int:
        """Set the bytes kept free at each page's end."""
        ...

    def set_busy_timeout(self, milliseconds: int) -> None:
        """Wait this long for a lock of another connection."""
        ...

    def config(self, op: int, value: int = -1) -> int:
        """Set or get an option of the connection."""
        ...

    def backup(self, databasename: str, sourceconnection: Database, sourcedatabasename: str) -> Copying:
        """Begin to copy another database into this one."""
        ...

    def interrupt(self) -> None:
        """Abort what runs."""
        ...

    def close(self) -> None:
        """Close."""
        ...

    def __enter__(self) -> object:
        """Begin a savepoint."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Keep it, or undo it on an error."""
        ...
