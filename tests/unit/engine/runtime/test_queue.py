"""Which task runs next."""

from engine.domain.ids import TaskId
from engine.runtime.queue import RunQueue


def _drain(queue: RunQueue) -> list[str]:
    return list(iter(queue.pop, None))


def test_priority_first_then_order() -> None:
    """Higher priority goes first; among equals the older."""
    queue = RunQueue()
    for name, priority, order in (("old", 0, 0), ("urgent", 5, 2), ("new", 0, 1), ("low", -1, 3)):
        queue.put(TaskId(name), priority=priority, order=order)
    assert _drain(queue) == ["urgent", "old", "new", "low"]


def test_asked_to_go_first() -> None:
    """A task that a person starts by hand goes before any priority, and is in once."""
    queue = RunQueue()
    queue.put(TaskId("a"), priority=9, order=0)
    queue.put(TaskId("b"), priority=0, order=1)
    queue.put(TaskId("b"), priority=0, order=1, first=True)
    assert len(queue) == 2
    assert _drain(queue) == ["b", "a"]


def test_removed_entries_are_skipped() -> None:
    """A task taken out does not come; put again it comes once."""
    queue = RunQueue()
    queue.put(TaskId("a"), priority=0, order=0)
    queue.put(TaskId("b"), priority=0, order=1)
    assert queue.remove(TaskId("a"))
    assert not queue.remove(TaskId("a"))
    assert TaskId("a") not in queue
    queue.put(TaskId("a"), priority=0, order=0)
    assert _drain(queue) == ["a", "b"]
