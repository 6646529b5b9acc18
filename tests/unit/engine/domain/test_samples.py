"""Distributions in bounded memory."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.progress import Distribution
from engine.domain.samples import Samples


def test_none() -> None:
    """No samples are no figures."""
    assert Samples().distribution() == Distribution()


def test_known_percentiles() -> None:
    """Of 1 to 1,000 seconds: average exact, percentiles to three digits."""
    samples = Samples()
    values = list(range(1, 1001))
    random.Random(3).shuffle(values)
    for value in values:
        samples.add(float(value))
    figures = samples.distribution()
    assert (figures.count, figures.minimum, figures.maximum, figures.average) == (1000, 1.0, 1000.0, 500.5)
    assert (figures.p50, figures.p95, figures.p99) == pytest.approx((500, 950, 990), rel=0.002)


def test_odd_samples() -> None:
    """A negative one counts as 0 (a clock that jumped), one beyond the range as its end."""
    samples = Samples()
    samples.add(-5.0)
    samples.add(1e12)
    figures = samples.distribution()
    assert (figures.count, figures.minimum, figures.maximum) == (2, 0.0, 1e12)
    assert figures.p95 <= 1e12


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=30))
def test_figures_are_in_order(values: list[float]) -> None:
    """No percentile leaves what was seen, and a higher one is not lower."""
    samples = Samples()
    for value in values:
        samples.add(value)
    seen = samples.distribution()
    assert min(values) == seen.minimum <= seen.p50 <= seen.p95 <= seen.p99 <= seen.maximum == max(values)
    assert samples.count == len(values)
