"""The engine itself: holds all tasks, acts on them for a person, and answers for them.

What it can do stands in `engine.face`, part by part; each part answers in `engine.runtime.face` over the same rooms
(`rooms`). What a person's act means is decided in `acts`, how a step is run in `runner`, who runs next in `crew`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.face.acting import Acting
from engine.runtime.face.branching import Branching
from engine.runtime.face.keeping import Keeping
from engine.runtime.face.looking import Looking
from engine.runtime.face.spending import Spending
from engine.runtime.face.steering import Steering
from engine.runtime.rooms import Rooms

if TYPE_CHECKING:
    from typing import Self

    from engine.runtime.parts import EngineParts


class Supervisor(Acting, Looking, Spending, Steering, Branching, Keeping):
    """See `engine.face.Engine`. Made by `Supervisor.open`."""

    @classmethod
    async def open(cls, parts: EngineParts) -> Self:
        """Load all tasks as they stand and recover from how the last run ended; starts none of them.

        Raises `DroverError` when the store cannot be read or written.
        """
        rooms = Rooms(parts)
        await rooms.load()
        return cls(rooms)

    async def drain_runners(self, grace_s: float) -> None:
        """See `Engine`."""
        self._rooms.acts.finish()
        await self._rooms.crew.close(grace_s)

    async def close(self, grace_s: float = 30.0) -> None:
        """See `Engine`."""
        await self._rooms.close(grace_s)
