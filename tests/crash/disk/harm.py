"""Files with one bit changed, or with their end cut off: each as what a disk may one day give back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flip:
    """One bit of a file is the other one."""

    name: str
    bit: int

    def of(self, content: bytes) -> bytes:
        """Return what is then in the file."""
        changed = bytearray(content)
        changed[self.bit // 8] ^= 1 << self.bit % 8
        return bytes(changed)


@dataclass(frozen=True, slots=True)
class Cut:
    """A file ends early."""

    name: str
    length: int

    def of(self, content: bytes) -> bytes:
        """Return what is then in the file."""
        return content[: self.length]


Harm = Flip | Cut


def flips(files: Mapping[str, bytes], number: int, chance: random.Random, *, small: int) -> Sequence[Flip]:
    """Return all flips of files of less than `small` bytes, and of the others `number` by chance, or all."""
    few = [Flip(name, bit) for name, content in files.items() if len(content) < small for bit in _bits(content)]
    many = [Flip(name, bit) for name, content in files.items() if len(content) >= small for bit in _bits(content)]
    return [*few, *chance.sample(many, min(len(many), number))]


def cuts(files: Mapping[str, bytes], stride: int, *, small: int) -> Iterator[Cut]:
    """Yield cuts: every `stride` bytes, and at every byte of a file of less than `small`."""
    for name, content in files.items():
        step = stride if len(content) >= small else 1
        yield from (Cut(name, length) for length in range(0, len(content), step))


def _bits(content: bytes) -> range:
    return range(len(content) * 8)


def harmed(files: Mapping[str, bytes], harm: Harm) -> dict[str, bytes]:
    """Return all files, one of them harmed."""
    return {**files, harm.name: harm.of(files[harm.name])}
