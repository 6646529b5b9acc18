"""Speeds and distributions in bounded memory."""

import pytest

from engine.domain.samples import Samples
from engine.runtime.gauges import RATE_WINDOW_S, Rate


def test_rate_over_the_window() -> None:
    """A steady stream shows its speed; silence brings it to zero."""
    rate = Rate()
    for tick in range(100):
        rate.add(5, tick * 0.1)
    assert rate.per_second(9.95) == pytest.approx(50.0, rel=0.1)
    assert rate.per_second(9.95 + RATE_WINDOW_S + 1) == 0.0
    assert rate.total == 500


def test_a_corrected_estimate_never_lets_the_total_fall() -> None:
    """An estimate too high is taken off later counts; one too low is made up at once."""
    rate = Rate()
    rate.add(100, 0.0)
    rate.correct(100, 70, 0.1)
    assert rate.total == 100
    rate.add(50, 0.2)
    assert rate.total == 120
    rate.correct(0, 5, 0.3)
    assert rate.total == 125


def test_distribution_of_known_samples() -> None:
    """1 to 100: the figures are those of the samples, and percentiles are not off by one."""
    samples = Samples()
    for value in range(1, 101):
        samples.add(float(value))
    found = samples.distribution()
    assert (found.count, found.minimum, found.maximum) == (100, 1.0, 100.0)
    assert found.average == pytest.approx(50.5)
    assert found.p50 == pytest.approx(50.0, rel=0.01)
    assert found.p95 == pytest.approx(95.0, rel=0.01)
    assert found.p99 == pytest.approx(99.0, rel=0.01)


def test_no_samples_no_figures() -> None:
    """An empty distribution is zeros."""
    assert Samples().distribution().count == 0
