"""Who gets in, who waits, and in which order: the lines of an account."""

from __future__ import annotations

from engine.cost.port import Hold, Level, Scope
from engine.cost.waiting import ROOM, Account, Line, Waiter
from tests.virtual_time import run

DAY, TASK = Scope(Level.DAY, "2026-11-24"), Scope(Level.TASK, "a")


def waiter(arrival: int, worst: int, *accounts: Account) -> Waiter:
    """Return a call that came as the `arrival`-th."""
    return Waiter(arrival, tuple(each.scope for each in accounts), accounts, worst)


def answer(one: Waiter) -> None:
    """Let it in."""
    one.admitted.set_result(Hold(one.arrival, one.worst, one.scopes))


def test_what_is_held_stands_beside_what_is_spent() -> None:
    """A call fits up to the last unit, and no further; what could be free is without what is held."""
    account = Account(DAY, spent=30, held=20, limit=100)
    assert account.fits(50) and not account.fits(51)
    assert account.free == 70
    assert Account(DAY, spent=30, held=20).fits(10**30) and Account(DAY).free is None


def test_a_small_call_does_not_pass_a_dear_one_that_came_before() -> None:
    """One that came before it does, and once the dear one was answered nobody is barred."""

    async def main() -> None:
        account = Account(DAY, held=60, limit=100)
        dear = waiter(2, 50, account)
        assert dear.join()
        assert not account.lets_in(1) and not account.lets_in(1, arrival=3)
        assert account.lets_in(40, arrival=1) and not account.lets_in(41, arrival=1)
        answer(dear)
        assert account.lets_in(1)

    run(main())


def test_a_call_waits_only_where_it_is_not_let_in() -> None:
    """And keeps a place that it took, once, though money came and went meanwhile."""

    async def main() -> None:
        day, task = Account(DAY, held=90, limit=100), Account(TASK, limit=100)
        one = waiter(1, 50, task, day)
        assert one.join() and one.lacks == {day}
        assert task.lacking.first() is None and day.lacking.first() is one
        day.held, task.held = 0, 90
        assert one.join() and one.lacks == {day, task}
        task.held = 0
        assert not one.join()
        assert day.lacking.first() is one is task.lacking.first()

    run(main())


def test_a_line_forgets_who_was_answered() -> None:
    """First by its figure, then by arrival; many who were answered and are never first take no room."""

    async def main() -> None:
        account = Account(DAY)
        line = Line(lambda each: -each.worst)
        first = waiter(0, 10**6, account)
        line.add(first)
        for number in range(1, 40 * ROOM):
            one = waiter(number, number, account)
            line.add(one)
            answer(one)
        assert line.first() is first
        assert len(vars(line)["_heap"]) <= 2 * ROOM
        answer(first)
        assert line.first() is None

    run(main())
