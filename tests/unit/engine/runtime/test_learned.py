"""What models were seen to do: how often they fail, how fast they are, how long their replies."""

from __future__ import annotations

from engine.runtime.learned import MEMORY, TRUST, UNKNOWN_REPLY, Learned

KEY = ("p", "m")


def test_nothing_is_known_to_begin_with() -> None:
    """No failure, no speed, a usual reply."""
    learned = Learned()
    assert (learned.of(KEY).failures, learned.of(KEY).speed) == (0, 0)
    assert learned.output(KEY, 4_096) == UNKNOWN_REPLY
    assert learned.output(KEY, 100) == 100


def test_failures_are_of_a_thousand_and_one_alone_says_little() -> None:
    """They are held against attempts that every model is trusted with."""
    learned = Learned()
    learned.took(KEY, wasted=True, tokens=None, seconds=1.0)
    assert learned.of(KEY).failures == round(1000 / (1 + TRUST))
    for _ in range(5_000):
        learned.took(KEY, wasted=True, tokens=None, seconds=1.0)
    assert 900 < learned.of(KEY).failures < 1_000


def test_speed_and_length_are_those_of_replies() -> None:
    """Attempts that gave none say nothing of them; a model that was not asked is taken to be like the others."""
    learned = Learned()
    learned.took(KEY, wasted=False, tokens=100, seconds=2.0)
    learned.took(KEY, wasted=True, tokens=None, seconds=60.0)
    assert (learned.of(KEY).speed, learned.output(KEY, 4_096)) == (50, 100)
    assert learned.output(("p", "other"), 4_096) == 100


def test_what_came_first_fades() -> None:
    """After as many attempts as it is remembered for, it counts for half."""
    learned = Learned()
    learned.took(KEY, wasted=True, tokens=None, seconds=1.0)
    for _ in range(int(MEMORY)):
        learned.took(KEY, wasted=False, tokens=1, seconds=1.0)
    assert 0.45 < learned.of(KEY).wasted < 0.55


def test_tokens_are_learned_from_what_was_reported() -> None:
    """By model."""
    learned = Learned()
    learned.read(KEY, 100_000, 50_000)
    assert learned.input(KEY, 1_000) > 450
    assert learned.input(("p", "other"), 1_000) == 250
