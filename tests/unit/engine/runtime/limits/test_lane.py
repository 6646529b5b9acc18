"""When the next request to a model may leave."""

from __future__ import annotations

import random

import pytest

from engine.domain.allowance import Allowance, RateReport
from engine.providers.port import Capabilities
from engine.runtime.limits.lane import Kind, Lane, Rates, Sent, rates_of
from engine.runtime.limits.reported import PATIENCE_S

FREE = Rates()


def lane() -> Lane:
    """Return one of which nothing is known."""
    return Lane(random.Random(1))


def sent(model: Lane, now: float, tokens: int = 10) -> Sent:
    """Let a request leave."""
    granted = model.grant(tokens, now)
    model.left(granted, now)
    return granted


def test_no_more_at_once_than_was_found_or_set() -> None:
    """The slow start's four, or fewer where the person or the provider says so; never none."""
    model = lane()
    for _ in range(4):
        assert model.room(FREE)
        sent(model, 0.0)
    assert not model.room(FREE)
    other = lane()
    sent(other, 0.0)
    assert other.room(Rates(at_once=2))
    assert not other.room(Rates(at_once=1))


def test_what_the_person_set_a_minute_holds() -> None:
    """Requests and tokens alike."""
    model, rates = lane(), Rates(requests=2, tokens=100)
    sent(model, 0.0, 60)
    assert model.wait(50, rates, 1.0) > 59
    assert model.wait(40, rates, 1.0) == 0.0
    sent(model, 1.0, 40)
    assert model.wait(1, rates, 2.0) > 58
    assert model.wait(1, FREE, 2.0) == 0.0
    said = rates_of(Capabilities(requests_per_minute=2, tokens_per_minute=100, probe_s=9.0))
    assert said == Rates(requests=2, tokens=100, probe_s=9.0)


def test_what_never_left_counts_for_nothing() -> None:
    """A request that was stopped before it left gives its place in the minute back."""
    model = lane()
    model.end(model.grant(60, 0.0))
    assert model.wait(100, Rates(requests=1, tokens=100), 0.0) == 0.0
    assert (model.under_way, model.total.requests) == (0, 0)


def test_a_refusal_stops_everybody_but_one_who_finds_out() -> None:
    """The one that is taken says: too many at once, which was lowered already; everybody else goes on."""
    model = lane()
    first, second = sent(model, 0.0), sent(model, 0.0)
    model.refused(second, 30.0, 0.1)
    model.end(second)
    assert model.wait(10, FREE, 1.0) > 28
    model.first(first, 1.0)
    model.done(first, 20, 2.0)
    model.end(first)
    assert model.wait(10, FREE, 2.0) == 0.0
    trial = sent(model, 2.0)
    assert trial.trial
    assert model.wait(10, FREE, 2.0) > 27
    model.first(trial, 3.0)
    assert model.kind is Kind.AT_ONCE
    assert model.wait(10, FREE, 3.0) == 0.0


def test_a_trial_that_is_refused_says_a_minute() -> None:
    """Then nobody goes before the time that the server asks for, whoever is answered meanwhile."""
    model = lane()
    first, second, third = (sent(model, 0.0) for _ in range(3))
    model.refused(third, 30.0, 0.1)
    model.end(third)
    model.done(first, 20, 1.0)
    model.end(first)
    trial = sent(model, 1.0)
    model.refused(trial, 40.0, 1.1)
    model.end(trial)
    assert model.kind is Kind.A_MINUTE
    model.done(second, 20, 2.0)
    assert model.wait(10, FREE, 2.0) > 38


def test_a_trial_that_is_cut_lets_another_one_find_out() -> None:
    """A pause does not close the lane for ever."""
    model = lane()
    first, second = sent(model, 0.0), sent(model, 0.0)
    model.refused(second, 30.0, 0.1)
    model.end(second)
    model.done(first, 20, 1.0)
    model.end(first)
    model.end(sent(model, 1.0))
    assert model.wait(10, FREE, 1.5) == 0.0


def test_a_server_that_says_nothing_is_left_is_believed() -> None:
    """No trial: its own time to wait holds."""
    model = lane()
    first, second = sent(model, 0.0), sent(model, 0.0)
    model.heard(second, RateReport(requests=Allowance(limit=2, remaining=0, reset_s=20.0)), 0.1)
    model.refused(second, 20.0, 0.1)
    model.done(first, 20, 1.0)
    assert model.kind is Kind.A_MINUTE
    assert model.wait(10, FREE, 1.0) > 18


def test_storms_in_a_row_keep_it_closed_longer_and_never_for_ever() -> None:
    """Without a word, and with an absurd one."""
    model, now, waits = lane(), 0.0, list[float]()
    for _ in range(12):
        refused = sent(model, now)
        model.refused(refused, None, now)
        model.end(refused)
        waits.append(model.wait(1, FREE, now))
        now += waits[-1] + 0.1
    assert waits[-1] > 100
    assert max(waits) <= PATIENCE_S
    model.refused(sent(model, now), 1e9, now)
    assert model.wait(1, FREE, now) <= PATIENCE_S


def test_refusals_without_headers_teach_a_distance() -> None:
    """It shrinks with every request that is accepted."""
    model, now = lane(), 0.0
    for _ in range(50):
        request = sent(model, now)
        now += 0.1
        model.first(request, now)
        model.end(request)
    for _ in range(2):
        model.refused(request := sent(model, now), 5.0, now)
        model.end(request)
        model.trial = False
    model.refused(sent(model, now), 5.0, now)
    assert model.kind is Kind.A_MINUTE
    learned = model.gap_s
    assert learned > 0.1
    request = sent(model, now + 10)
    assert model.pace(now + 10) == pytest.approx(learned)
    model.first(request, now + 11)
    assert model.gap_s < learned


def test_after_an_absence_it_starts_slowly() -> None:
    """One request finds out."""
    model = lane()
    model.refused(sent(model, 0.0), 100.0, 0.0)
    model.begin_anew()
    assert model.wait(1, FREE, 0.0) == 0.0
    assert model.concurrency.limit == 1.0
