"""The chain of records: what it covers, and that it does not confuse one thing with another."""

from __future__ import annotations

import hashlib

from engine.store.chain import Digests, digests, fork_origin, link, origin

NOTHING = Digests()


def test_a_link_covers_what_came_before_kind_time_header_and_payload() -> None:
    """A change of any part changes the hash."""
    base = link(origin("a"), 4, 1, b"header", NOTHING)
    assert base == link(origin("a"), 4, 1, b"header", NOTHING)
    changed = {
        link(origin("b"), 4, 1, b"header", NOTHING),
        link(origin("a"), 5, 1, b"header", NOTHING),
        link(origin("a"), 4, 2, b"header", NOTHING),
        link(origin("a"), 4, 1, b"headex", NOTHING),
        link(origin("a"), 4, 1, b"header", digests("text", None)),
        link(origin("a"), 4, 1, b"header", digests(None, b"text")),
    }
    assert len(changed) == 6 and base not in changed


def test_header_text_and_raw_do_not_run_into_each_other() -> None:
    """Where one ends and the other begins is part of the hash."""
    whole, head = digests("ab", b"c"), origin("t")
    assert link(head, 4, 1, b"x" + whole.text, Digests(raw=whole.raw)) != link(head, 4, 1, b"x", whole)
    assert link(head, 4, 1, b"", Digests(text=whole.text)) != link(head, 4, 1, b"", Digests(raw=whole.text))


def test_a_part_keeps_its_digest_when_the_other_is_gone() -> None:
    """So that retention can drop a raw reply and what is left of the payload still verifies."""
    assert digests("ab", b"c").text == digests("ab", None).text == hashlib.sha256(b"ab").digest()
    assert digests(None, None) == NOTHING != digests("", None)


def test_the_first_link_is_tied_to_the_task_and_a_forks_to_its_parent_too() -> None:
    """Two tasks with the same records have different chains."""
    assert origin("one") != origin("two") != hashlib.sha256(b"two").digest()
    heads = {fork_origin("one", origin("p")), fork_origin("two", origin("p")), fork_origin("one", origin("q"))}
    assert len(heads) == 3 and origin("one") not in heads
