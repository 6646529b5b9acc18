"""The ways by which a task leaves its runner."""

from engine.domain.states import Event


class Stop(Exception):  # noqa: N818 - not an error: raised where it is found out, recorded in one place
    """The task stops here, and why."""

    def __init__(self, event: Event, reason: str = "", detail: str = "", *, needed: int = 0) -> None:
        """Name the event for the table, the reason code, the cause, and pico that were needed and not there."""
        super().__init__(event, reason)
        self.event = event
        self.reason = reason
        self.detail = detail
        self.needed = needed


class KeyStop(Stop):
    """The provider is asked nothing more: it refused its key."""


class AwayStop(Stop):
    """Nobody answers where the task stood in line, and it may go elsewhere."""


class StorageStop(Stop):
    """The store does not take records any more: the stop itself cannot be recorded."""
