"""What of a stream goes into the spool next."""

from __future__ import annotations

from engine.runtime.record import Stream
from engine.runtime.tape import Tape


def test_what_came_since_the_last_time_is_taken_once() -> None:
    """With its offset in characters; a stream that was looked at may say again that there is more."""
    stream = Stream(number=1, step=1, marked=True)
    tape = Tape(stream=stream)
    stream.add("Ünï", 1, 0.0)
    stream.add("code ", 1, 0.0)
    assert tape.take() == (0, "Ünïcode ")
    assert not stream.marked
    assert tape.take() == (8, "")
    stream.add("\U0001f411", 1, 0.0)
    assert tape.take() == (8, "\U0001f411")


def test_a_tape_that_is_wound_back_begins_anew() -> None:
    """All of it once more, from offset 0."""
    stream = Stream(number=1, step=1)
    tape = Tape(stream=stream)
    for text in ("one ", "two "):
        stream.add(text, 1, 0.0)
        tape.take()
    tape.rewind()
    assert tape.take() == (0, "one two ")
