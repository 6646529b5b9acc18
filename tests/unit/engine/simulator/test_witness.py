"""The simulator's own count of what it billed."""

from __future__ import annotations

import threading

from engine.simulator.witness import Seen, Witness


def seen(number: int, billed: int = 0) -> Seen:
    """Return a request."""
    return Seen(number=number, arrived_ns=0, client_request_id="", model="m", prompt="", messages=1, billed=billed)


def test_it_sums_what_was_billed_as_it_grows() -> None:
    """Also of requests that are still being written."""
    witness = Witness()
    first = witness.add(seen(1, 5))
    witness.add(seen(2, 7))
    first.billed += 10
    assert (len(witness), witness.billed) == (2, 22)


def test_it_is_read_while_it_grows() -> None:
    """By another thread, which sees a whole list each time."""
    witness = Witness()
    writer = threading.Thread(target=lambda: [witness.add(seen(number)) for number in range(2000)])
    writer.start()
    counts = [len(list(witness)) for _ in range(200)]
    writer.join()
    assert counts == sorted(counts)
    assert len(witness) == 2000


def test_a_reading_is_of_its_moment() -> None:
    """What comes after it was begun is not in it."""
    witness = Witness()
    witness.add(seen(1))
    reading = iter(witness)
    witness.add(seen(2))
    assert [each.number for each in reading] == [1]
