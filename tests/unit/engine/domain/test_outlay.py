"""Where money went: sums by a name, and what follows from them."""

from __future__ import annotations

from engine.domain.outlay import By, Done, Outlay, Outlays, done_by_batch, grouped, total, with_savings

ROWS = (
    Outlay(day="2026-11-24", batch="b", provider="p", model="m", attempts=1, cost=5, input=10, cached=4, output=3),
    Outlay(day="2026-11-25", provider="p", model="n", attempts=2, cost=9, input=10, output=1),
    Outlay(day="2026-11-25", provider="q", model="m", attempts=1, cost=2, input=5, cached=5, output=1, reasoning=1),
)


def test_rows_are_summed_by_a_name() -> None:
    """Days from the newest on, all else from the dearest on; the sums stay the same."""
    by_day, by_model = grouped(ROWS, By.DAY), grouped(ROWS, By.MODEL)
    assert [(each.day, each.cost, each.attempts) for each in by_day] == [("2026-11-25", 11, 3), ("2026-11-24", 5, 1)]
    assert [(each.model, each.cost) for each in by_model] == [("n", 9), ("m", 7)]
    assert [each.provider for each in grouped(ROWS, By.PROVIDER)] == ["p", "q"]
    assert [(each.batch, each.cost) for each in grouped(ROWS, By.BATCH)] == [("", 11), ("b", 5)]
    for by in By:
        assert total(grouped(ROWS, by)) == total(ROWS)


def test_a_group_has_no_name_but_its_own() -> None:
    """A model's sum is of no day and of no provider."""
    (_, model) = grouped(ROWS, By.MODEL)
    assert (model.day, model.batch, model.provider) == ("", "", "")


def test_what_caches_saved_is_asked_of_each_model_once() -> None:
    """And of none that read nothing from a cache."""
    asked: list[tuple[str, str]] = []

    def saved(provider: str, model: str) -> int:
        asked.append((provider, model))
        return 3

    found = with_savings((*ROWS, ROWS[0]), saved)
    assert [each.saved for each in found] == [12, 0, 15, 12]
    assert asked == [("p", "m"), ("q", "m")]


def test_the_share_of_the_cache() -> None:
    """Of the input; of none without any."""
    assert total(ROWS).cache_share == 9 / 25
    assert Outlay().cache_share == 0.0


def test_a_completed_task_costs_what_all_of_them_cost_shared() -> None:
    """Rounded down; nothing is said where none is completed."""
    done = done_by_batch([("b", 5), ("", 2), ("b", 6)])
    assert done == {"b": Done(tasks=2, cost=11), "": Done(tasks=1, cost=2)}
    assert done["b"].each == 5
    assert Outlays(done=dict(done)).all_done == Done(tasks=3, cost=13)
    assert Outlays().all_done.each is None
