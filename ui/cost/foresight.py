"""What a task or a batch will come to, in words: about $0.12 ($0.08 to 0.20), 4 to 9 minutes. Pure."""

from __future__ import annotations

from engine.face import Foresight, Span
from ui.tasks.format import HOUR, MINUTE, NONE, decimals, exact_money, money
from ui.text import Words


def foresight_text(told: Foresight, words: Words) -> str:
    """Return what is expected; where nothing tells, what it is at most, as such."""
    said = [_expected(told, words)]
    if told.full_at:
        said.append(words("foresight.full_at", step=told.full_at))
    return " · ".join(each for each in said if each)


def _expected(told: Foresight, words: Words) -> str:
    if told.cost is None or told.seconds is None:
        bound = words("foresight.at_most", amount=exact_money(told.most)) if told.most else ""
        return words("foresight.unknown") + (f" · {bound}" if bound else "")
    time = span_of_time(told.seconds, words)
    if not told.cost.high:
        return time
    about, span = _about(told.cost), span_of_money(told.cost, words)
    return f"{words('foresight.about', amount=about)}{'' if span == about else f' ({span})'}, {time}"


def _about(span: Span) -> str:
    return money(round(span.middle), decimals(round(span.middle)))


def span_of_money(span: Span, words: Words) -> str:
    """Return "$0.08" and "0.20" as one; a single amount where both ends read the same."""
    digits = decimals(round(span.high))
    low, high = money(round(span.low), digits), money(round(span.high), digits)
    return low if low == high else words("foresight.span", low=low, high=high.removeprefix("$"))


def span_of_time(span: Span, words: Words) -> str:
    """Return both ends in the unit of the later one."""
    for seconds, unit in ((HOUR, "h"), (MINUTE, "min"), (1, "s")):
        if span.high >= 2 * seconds or unit == "s":
            low, high = round(span.low / seconds), max(1, round(span.high / seconds))
            return f"{high if low == high else words('foresight.span', low=low, high=high)} {unit}"
    return NONE
