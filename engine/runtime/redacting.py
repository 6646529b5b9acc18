"""The port through which everything passes before it is journaled, so that no record holds a secret.

A reply, as it streams and as it came; the words of an error; what a person asked for. Who knows the secrets stands
outside: the engine is given only this.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from engine.domain.hiding import Hider
from engine.domain.task import TaskSpec


class Redact(Protocol):
    """Hides secrets."""

    def __call__(self, text: str) -> str:
        """Return an error's words without secrets and without what looks like one."""
        ...

    def known(self, text: str) -> str:
        """Return text that matters as it is, such as a prompt, without the secrets that are known."""
        ...

    def raw(self, data: bytes) -> bytes:
        """Return a reply's bytes without the secrets that are known."""
        ...

    def stream(self) -> Hider:
        """Return what hides them in a text that comes in pieces."""
        ...


class Unredacted:
    """For engines that hold no secret: everything stays as it is."""

    def __call__(self, text: str) -> str:
        """See `Redact`."""
        return text

    def known(self, text: str) -> str:
        """See `Redact`."""
        return text

    def raw(self, data: bytes) -> bytes:
        """See `Redact`."""
        return data

    def stream(self) -> Hider:
        """See `Redact`."""
        return Hider(())


def without_secrets(spec: TaskSpec, redact: Redact) -> TaskSpec:
    """Return what was asked without the secrets that are known: it will be kept, shown, and sent to a model."""
    return msgspec.structs.replace(
        spec,
        goal=redact.known(spec.goal),
        title=redact.known(spec.title),
        prompts=tuple(map(redact.known, spec.prompts)),
        system=redact.known(spec.system),
        context={redact.known(name): redact.known(value) for name, value in spec.context.items()},
        batch=redact.known(spec.batch),
        output_schema=redact.known(spec.output_schema),
        cells={redact.known(name): redact.known(value) for name, value in spec.cells.items()},
    )
