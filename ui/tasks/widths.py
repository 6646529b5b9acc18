"""Column widths that fill the room there is. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def that_fit(least: Sequence[int], drops: Sequence[int], room: int) -> list[int]:
    """Return the columns there is room for: those with the highest `drops` are left out first, 0 never."""
    shown = list(range(len(least)))
    for column in sorted((each for each in shown if drops[each]), key=lambda each: -drops[each]):
        if sum(least[each] for each in shown) > room:
            shown.remove(column)
    return shown


def fit(wanted: Sequence[int], shares: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return pixel widths: room left over goes to columns by their share, room that lacks is taken from the same.

    A column with no share keeps its wanted width; none goes below its least. What still does not fit is scrolled.
    """
    widths = list(wanted)
    spare = room - sum(widths)
    open_ = [column for column, share in enumerate(shares) if share]
    while spare and open_:
        total = sum(shares[column] for column in open_)
        before = spare
        for column in list(open_):
            change = round(before * shares[column] / total)
            change = max(change, least[column] - widths[column])
            widths[column] += change
            spare -= change
            if widths[column] <= least[column]:
                open_.remove(column)
        if spare == before or abs(spare) < len(shares):
            break
    if open_ and spare:
        widths[open_[0]] = max(least[open_[0]], widths[open_[0]] + spare)
    return widths
