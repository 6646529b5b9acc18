"""The chain of records: what it covers, and that it does not confuse one thing with another."""

from __future__ import annotations

import hashlib

from engine.store.chain import NO_PAYLOAD, digest, link, origin


def test_a_link_covers_what_came_before_kind_header_and_payload() -> None:
    """A change of any part changes the hash."""
    base = link(origin("a"), "note", b"header", NO_PAYLOAD)
    assert base == link(origin("a"), "note", b"header", NO_PAYLOAD)
    changed = {
        link(origin("b"), "note", b"header", NO_PAYLOAD),
        link(origin("a"), "notf", b"header", NO_PAYLOAD),
        link(origin("a"), "note", b"headex", NO_PAYLOAD),
        link(origin("a"), "note", b"header", digest("text", None)),
    }
    assert len(changed) == 4 and base not in changed


def test_kind_and_header_do_not_run_into_each_other() -> None:
    """Where one ends and the other begins is part of the hash."""
    assert link(origin("t"), "ab", b"c", NO_PAYLOAD) != link(origin("t"), "a", b"bc", NO_PAYLOAD)


def test_text_and_raw_do_not_run_into_each_other() -> None:
    """The same bytes as text and as raw are two payloads."""
    assert digest("ab", b"c") != digest("a", b"bc")
    assert digest("", None) != digest(None, None) == NO_PAYLOAD


def test_the_first_link_is_tied_to_the_task() -> None:
    """Two tasks with the same records have different chains."""
    assert origin("one") != origin("two") != hashlib.sha256(b"two").digest()
