"""What the battery and its children say to each other: one JSON object a line, over the children's standard streams."""

from __future__ import annotations

import os

import msgspec


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Run an engine on a folder; be killed at the `visit`-th visit to `point`, where one is named."""

    folder: str
    base_url: str
    herd: int
    """Which set of tasks."""
    point: str = ""
    visit: int = 1
    mutant: str = ""


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """A child runs."""

    pid: int


class Submitted(msgspec.Struct, frozen=True, kw_only=True, tag="submitted"):
    """All tasks were said to be durable."""

    tasks: tuple[str, ...]


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, tag="acknowledged"):
    """A step was said to be durable, with a text of this SHA-256."""

    task: str
    step: int
    sha256: str


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """All tasks are at rest and the engine is closed."""


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """The child is gone: its exit code, or the negative number of the signal that ended it."""

    status: int


Told = Started | Submitted | Acknowledged | Finished | Ended


def tell(message: Told) -> None:
    """Write a message to standard output, at once and whole: it is shorter than what a pipe takes in one piece."""
    os.write(1, msgspec.json.encode(message) + b"\n")
