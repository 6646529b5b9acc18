"""What a disk may hold after its power was cut: all that was synced, and of the rest what chance left.

A file: what was written since its last sync may be there or not, each sector of 512 bytes by itself, and a sector holds
what some beginning of the writes to it left. A folder: what was done to its names since its own last sync is there up
to some point. What a failed sync was for is gone. A hole reads as zeros.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.crash.disk.operations import (
    Content,
    Link,
    MakeFolder,
    Naming,
    Operation,
    Rename,
    Sync,
    SyncFailed,
    SyncFolder,
    Truncate,
    Unlink,
    Write,
    parent,
)

SECTOR = 512
RATES = (0.1, 0.5, 0.9)
"""Parts of the sectors that come through whole, in a sample."""

NEVER = -1

FAR = 1 << 60
"""Past every operation."""


@dataclass(slots=True)
class Body:
    """What is in a file."""

    synced: bytearray = field(default_factory=bytearray)
    synced_at: int = NEVER
    pending: list[tuple[int, Content]] = field(default_factory=list[tuple[int, Content]])
    """Since the last sync, with the place of each among all operations."""

    def until(self, last: int) -> bytes:
        """Return it with what was done up to the `last` operation."""
        content = bytearray(self.synced)
        for at, operation in self.pending:
            if at <= last:
                perform(content, operation)
        return bytes(content)

    def sampled(self, chance: random.Random) -> bytes:
        """Return it with what chance leaves."""
        rate, until = chance.choice(RATES), dict[int, int]()
        for sector, times in self._touched().items():
            until[sector] = times[-1] if chance.random() < rate else chance.choice((NEVER, *times[:-1]))
        content = bytearray(self.synced)
        for at, operation in self.pending:
            if isinstance(operation, Truncate):
                if chance.random() < rate:
                    perform(content, operation)
            else:
                for piece in pieces(operation):
                    if at <= until[piece.offset // SECTOR]:
                        perform(content, piece)
        return bytes(content)

    def version(self, last: int) -> int:
        """Return the operation that made it what it is with what was done up to the `last` one."""
        return max((at for at, _ in self.pending if at <= last), default=self.synced_at)

    def sync(self, at: int) -> None:
        """Make it durable as it is."""
        for _, operation in self.pending:
            perform(self.synced, operation)
        self.lose()
        self.synced_at = at

    def lose(self) -> None:
        """Lose what is not durable."""
        self.pending.clear()

    def _touched(self) -> Mapping[int, list[int]]:
        touched: dict[int, list[int]] = {}
        for at, operation in self.pending:
            if isinstance(operation, Write):
                for piece in pieces(operation):
                    touched.setdefault(piece.offset // SECTOR, []).append(at)
        return touched


@dataclass(slots=True)
class Folder:
    """What is in a folder: names of files by their number, and folders as None."""

    synced: dict[str, int | None] = field(default_factory=dict[str, int | None])
    pending: list[tuple[int, Naming]] = field(default_factory=list[tuple[int, Naming]])

    def until(self, last: int) -> dict[str, int | None]:
        """Return it with what was done up to the `last` operation."""
        names = dict(self.synced)
        for at, operation in self.pending:
            if at <= last:
                enter(names, operation)
        return names


Key = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """One possible disk, to be looked at before the next operation. Two with the same key hold the same."""

    bodies: Mapping[str, Body]
    version: Callable[[Body], int]
    content: Callable[[Body], bytes]

    def key(self, folder: str) -> Key:
        """Return what tells what is in a folder from everything else that may be in it."""
        return tuple((name, id(body), self.version(body)) for name, body in sorted(self._in(folder)))

    def files(self, folder: str) -> dict[str, bytes]:
        """Return the files in a folder, by name."""
        return {name: self.content(body) for name, body in self._in(folder)}

    def _in(self, folder: str) -> Iterator[tuple[str, Body]]:
        return ((name, body) for name, body in self.bodies.items() if name.startswith(f"{folder}/"))


class Disk:
    """A disk to which operations are done, one after the other."""

    def __init__(self) -> None:
        """Begin with an empty root."""
        self._bodies: dict[int, Body] = {}
        self._folders: dict[str, Folder] = {"": Folder()}
        self._at = NEVER

    def perform(self, operation: Operation) -> None:
        """Do one thing."""
        self._at += 1
        match operation:
            case Write() | Truncate():
                self._bodies[operation.file].pending.append((self._at, operation))
            case Sync():
                self._bodies[operation.file].sync(self._at)
            case SyncFailed():
                self._bodies[operation.file].lose()
            case SyncFolder():
                folder = self._folders[operation.name]
                folder.synced = folder.until(self._at)
                folder.pending.clear()
            case _:
                self._folders[parent(operation.name)].pending.append((self._at, operation))
                if isinstance(operation, MakeFolder):
                    self._folders[operation.name] = Folder()
                if isinstance(operation, Link):
                    self._bodies[operation.file] = Body()

    def remains(self, chance: random.Random, samples: int, *, beginnings: bool) -> Iterator[Remains]:
        """Yield what the disk may hold if its power is cut now.

        As it is, without the names or the content that are not synced, and samples; with `beginnings` also every
        beginning of what is not synced.
        """
        for last in self._unsynced() if beginnings else ():
            yield self._beginning(last, last)
        yield self._beginning(self._at, self._at)
        yield self._beginning(NEVER, self._at)
        yield self._beginning(self._at, NEVER)
        for _ in range(samples):
            yield self._sample(random.Random(chance.random()))

    def whole(self) -> Remains:
        """Return it as it is."""
        return self._beginning(self._at, self._at)

    def synced_only(self) -> Remains:
        """Return it with nothing that is not synced."""
        return self._beginning(NEVER, NEVER)

    def _unsynced(self) -> list[int]:
        places = [at for body in self._bodies.values() for at, _ in body.pending]
        places += [at for folder in self._folders.values() for at, _ in folder.pending]
        return [NEVER, *sorted(places)[:-1]]

    def _beginning(self, names_until: int, content_until: int) -> Remains:
        return Remains(
            bodies=self._bodies_at(dict.fromkeys(self._folders, names_until)),
            version=lambda body: body.version(content_until),
            content=lambda body: body.until(content_until),
        )

    def _sample(self, chance: random.Random) -> Remains:
        until = {
            name: chance.choice((NEVER, *(at for at, _ in folder.pending))) for name, folder in self._folders.items()
        }
        return Remains(
            bodies=self._bodies_at(until),
            version=lambda body: chance.getrandbits(60) + FAR if body.pending else body.synced_at,
            content=lambda body: body.sampled(chance),
        )

    def _bodies_at(self, until: Mapping[str, int]) -> dict[str, Body]:
        return {name: self._bodies[file] for name, file in self._reached(until)}

    def _reached(self, until: Mapping[str, int], folder: str = "") -> Iterator[tuple[str, int]]:
        """Yield the files that the folders lead to, each folder being what it was at `until`."""
        for name, file in self._folders[folder].until(until[folder]).items():
            if file is None:
                yield from self._reached(until, name)
            else:
                yield name, file


def perform(content: bytearray, operation: Content) -> None:
    """Write into, or cut, what a file holds."""
    end = operation.size if isinstance(operation, Truncate) else operation.offset + len(operation.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if isinstance(operation, Truncate):
        del content[end:]
    else:
        content[operation.offset : end] = operation.data


def enter(names: dict[str, int | None], operation: Naming) -> None:
    """Change the names of a folder."""
    match operation:
        case Link():
            names[operation.name] = operation.file
        case MakeFolder():
            names[operation.name] = None
        case Unlink():
            names.pop(operation.name, None)
        case Rename():
            names[operation.to] = names.pop(operation.name)


def pieces(write: Write) -> Iterator[Write]:
    """Cut a write at the borders of sectors."""
    at = 0
    while at < len(write.data):
        length = SECTOR - (write.offset + at) % SECTOR
        yield Write(write.file, write.offset + at, write.data[at : at + length])
        at += length
