"""Rates are differences of the engine's counters, and no more."""

from __future__ import annotations

import itertools

import pytest

from engine.face import PICO, Totals
from ui.charts.history import HOUR_S, SMOOTH_S, SPAN_S, History


def counters(second: float) -> Totals:
    """Counters that grow steadily: 100 and 40 tokens a second, $36 an hour."""
    return Totals(
        output_tokens=round(100 * second), input_tokens=round(40 * second), spent_total=round(second * PICO / 100)
    )


def test_samples_once_a_second() -> None:
    """Thirty frames a second make one sample a second."""
    history = History()
    taken = [history.take(counters(frame / 30), frame / 30) for frame in range(91)]
    assert sum(taken) == 4


def test_nothing_is_known_before_the_second_sample() -> None:
    """One reading of a counter is no speed."""
    history = History()
    assert history.output().y == []
    history.take(counters(0), 5.0)
    assert history.output().y == []


def test_steady_counters_give_steady_rates() -> None:
    """All three curves, over more than the span that is shown."""
    history = History()
    for second in range(500):
        history.take(counters(second), 1000.0 + second)
    for line, rate in ((history.output(), 100), (history.input(), 40), (history.spend(), 36)):
        assert line.y == pytest.approx([rate] * len(line.y))
        assert (line.x[0], line.x[-1]) == (-SPAN_S, 0)
    assert len(history.samples) <= SPAN_S + SMOOTH_S + 2


def test_the_curve_sums_to_the_counter() -> None:
    """Uneven counts, uneven times: speed by time is what was counted, none lost and none twice."""
    history = History()
    times = [0.0, 1.0, 2.5, 3.5, 40.0, 41.2]
    totals = [0, 7, 7, 1900, 2000, 2001]
    for at, total in zip(times, totals, strict=True):
        history.take(Totals(output_tokens=total), at)
    line = history.output()
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert sum(rate * gap for rate, gap in zip(line.y, gaps, strict=True)) == pytest.approx(2001)


def test_a_lump_of_spend_is_read_over_a_minute() -> None:
    """One step that cost a cent is not $36 an hour for a second."""
    history = History()
    for second in range(121):
        history.take(Totals(spent_total=PICO // 100 if second >= 100 else 0), float(second))
    assert max(history.spend().y) == pytest.approx(0.01 * HOUR_S / SMOOTH_S)


def test_a_correction_downwards_is_no_income() -> None:
    """The last sample is what the ledger says; the speed of what was spent before and after stays, none is negative."""
    history = History()
    spent = [0, 100, 200, 300, 40, 140]
    for second, amount in enumerate(spent):
        history.take(Totals(spent_total=amount * PICO), float(second))
        assert history.samples[-1].spent == amount * PICO
        assert min(history.spend().y, default=0) >= 0
    samples = [sample.spent // PICO for sample in history.samples]
    assert samples == [-260, -160, -60, 40, 40, 140]
    assert history.spend().y[-1] == pytest.approx(400 / 5 * HOUR_S)
