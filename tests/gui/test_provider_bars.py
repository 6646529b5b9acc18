"""What the window says of providers that are away or refuse their key."""

from __future__ import annotations

from engine.face import ErrorCode, KeyRefusal, ProviderHealth, Totals
from tests.loops import application
from ui.provider_bars import ProviderBars
from ui.text import load_words


def test_a_provider_that_is_away_is_told_and_can_be_tried() -> None:
    """Until when, and how many wait; not while it is being tried."""
    application()
    bars, tried = ProviderBars(load_words()), list[str]()
    bars.away.try_now.connect(tried.append)
    away = ProviderHealth(name="api.x.y", away="unreachable", waiting=12, next_try_s=19.2)
    bars.show_totals(Totals(providers=(ProviderHealth(name="other"), away)))
    assert bars.away.text == "api.x.y does not answer: unreachable · next try in 20 s · 12 tasks wait"
    bars.away.button.click()
    assert tried == ["api.x.y"]
    bars.show_totals(Totals(providers=(ProviderHealth(name="api.x.y", away="unreachable", waiting=1),)))
    assert bars.away.text.endswith("trying now · one task waits")
    assert not bars.away.button.isEnabled()
    bars.show_totals(Totals())
    assert bars.away.isHidden()


def test_a_refused_key_is_told_once_with_what_to_do() -> None:
    """Settings, or asking again."""
    application()
    bars, asked = ProviderBars(load_words()), list[str]()
    bars.key.settings.connect(asked.append)
    bars.key.again.connect(asked.append)
    bars.show_totals(Totals(refusals=(KeyRefusal(provider="x", code=ErrorCode.WRONG_KEY, tasks=10),)))
    assert bars.key.text == "x refused its key, so nothing more is asked of it. 10 tasks wait."
    bars.key.settings_button.click()
    bars.key.again_button.click()
    assert asked == ["x", "x"]
    bars.show_totals(Totals())
    assert bars.key.isHidden()
