"""The ways by which a task leaves its runner."""

from engine.domain.states import Event


class Stop(Exception):  # noqa: N818 - not an error: raised where it is found out, recorded in one place
    """The task stops here, and why."""

    def __init__(self, event: Event, reason: str = "", detail: str = "") -> None:
        """Name the event for the table, the reason code and the cause."""
        super().__init__(event, reason)
        self.event = event
        self.reason = reason
        self.detail = detail


class StorageStop(Stop):
    """The store does not take records any more: the stop itself cannot be recorded."""
