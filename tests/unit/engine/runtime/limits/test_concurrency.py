"""How many at once? Found by trying."""

from __future__ import annotations

from engine.runtime.limits.concurrency import MOST_QUIET, QUIET, START, Concurrency


def accept(limit: Concurrency, times: int) -> None:
    """Let so many be accepted, with the limit used."""
    for _ in range(times):
        limit.accepted(limit.epoch, under_way=int(limit.limit), first_token_s=1.0)


def test_the_slow_start_doubles_what_is_sent() -> None:
    """Thousands within a dozen rounds, none of which sends more than twice the one before."""
    limit, sent, rounds = Concurrency(), int(START), 0
    while limit.limit < 10_000:
        before = limit.limit
        accept(limit, sent)
        assert limit.limit - before <= 2 * sent
        sent, rounds = int(limit.limit - before), rounds + 1
    assert rounds <= 12


def test_a_limit_that_is_not_used_does_not_grow() -> None:
    """Nothing is learned from it."""
    limit = Concurrency()
    for _ in range(100):
        limit.accepted(limit.epoch, under_way=1, first_token_s=1.0)
    assert limit.limit == START


def test_a_storm_is_one_decrease() -> None:
    """Refusals of requests that were sent before it lower it no further than to half."""
    limit = Concurrency()
    accept(limit, 48)
    assert limit.limit == 100.0
    epoch = limit.epoch
    news = [limit.refused(epoch, served=99 - number) for number in range(90)]
    assert news == [True] + [False] * 89
    assert limit.limit == 50.0
    assert limit.refused(limit.epoch, served=49)
    assert limit.limit == 0.9 * 49


def test_a_refusal_far_below_the_limit_halves_it() -> None:
    """What was being served then says nothing of a ceiling; it never falls below one."""
    limit = Concurrency()
    accept(limit, 48)
    for expected in (50.0, 25.0, 12.5, 6.25, 3.125, 1.5625, 1.0, 1.0):
        assert limit.refused(limit.epoch, served=0)
        assert limit.limit == expected


def test_it_comes_back_to_the_ceiling_and_tries_more_less_and_less_often() -> None:
    """A server's fixed limit is met seldom: after 64 that were accepted, then 128, up to 512."""
    limit, taken = Concurrency(), list[int]()
    accept(limit, 30)
    limit.refused(limit.epoch, served=40)
    assert limit.limit == 36.0
    for _ in range(6):
        accepted = 0
        while limit.limit < 41:
            accept(limit, 1)
            accepted += 1
        taken.append(accepted)
        limit.refused(limit.epoch, served=40)
    assert taken[0] >= QUIET
    assert taken == sorted(taken)
    assert taken[-1] >= MOST_QUIET


def test_a_raised_limit_is_found_in_steps_that_double() -> None:
    """From 40 to 1,000 within a few dozen rounds."""
    limit = Concurrency()
    accept(limit, 30)
    limit.refused(limit.epoch, served=40)
    rounds = 0
    while limit.limit < 1000:
        accept(limit, int(limit.limit))
        rounds += 1
    assert rounds <= 20


def test_requests_are_spread_over_the_time_of_a_first_token() -> None:
    """Twice as dense as the limit asks, so that it can be reached."""
    limit = Concurrency()
    assert limit.gap_s == 0.0
    accept(limit, 8)
    assert limit.gap_s == 1.0 / (2 * 20)


def test_nothing_grows_while_less_is_tried() -> None:
    """And what was sent before says nothing of it."""
    limit = Concurrency()
    accept(limit, 8)
    limit.ease(10.0)
    accept(limit, 20)
    assert limit.limit == 10.0
    limit.restore(20.0)
    accept(limit, 1)
    assert limit.limit == 22.0
    limit.begin_anew()
    assert (limit.limit, limit.slow_start) == (1.0, True)
