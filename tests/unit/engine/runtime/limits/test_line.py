"""Whose turn it is."""

from __future__ import annotations

from engine.runtime.limits.line import Line, Place


def order(line: Line[str]) -> list[str]:
    """Take everybody out."""
    taken: list[str] = []
    while (waiting := line.take()) is not None:
        taken.append(waiting.who)
    return taken


def test_batches_take_turns_and_priority_goes_first() -> None:
    """A task of its own is second, not ten-thousandth."""
    line = Line[str]()
    for number in range(10_000):
        line.join(Place(batch="big"), f"b{number}")
    line.join(Place(), "alone")
    line.join(Place(batch="small"), "s0")
    line.join(Place(batch="small"), "s1")
    line.join(Place(priority=1, batch="big"), "urgent")
    assert len(line) == 10_004
    assert order(line)[:8] == ["urgent", "b0", "alone", "s0", "b1", "s1", "b2", "b3"]
    assert len(line) == 0


def test_who_leaves_is_skipped() -> None:
    """Also the first of a batch, and the last one of a priority."""
    line = Line[str]()
    places = [line.join(Place(priority=p, batch=b), f"{p}{b}") for p, b in ((1, "a"), (0, "a"), (0, "b"), (0, "a"))]
    for waiting in (places[0], places[1], places[1]):
        line.leave(waiting)
    assert len(line) == 2
    first = line.first()
    assert first is not None
    assert first.who == "0a"
    assert order(line) == ["0a", "0b"]
    assert line.take() is None
    assert line.first() is None


def test_a_batch_that_comes_again_stands_behind_the_others() -> None:
    """Coming back at once gives nobody a second turn."""
    line = Line[str]()
    for batch in ("a", "b", "a", "b"):
        line.join(Place(batch=batch), batch)
    taken: list[str] = []
    for _ in range(4):
        waiting = line.take()
        assert waiting is not None
        taken.append(waiting.who)
        line.join(Place(batch=waiting.who), waiting.who)
    assert taken == ["a", "b", "a", "b"]
