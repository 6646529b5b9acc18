"""A theme's colours by purpose. Nothing else in the program names a colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import resources


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme."""

    name: str
    colours: Mapping[str, str]

    def colour(self, token: str) -> str:
        """Return a colour as #rrggbb; raises KeyError for a token that no theme has."""
        return self.colours[token]


def load_tokens(name: str) -> Tokens:
    """Return the theme "dark" or "light"."""
    return Tokens(name, resources.theme(name))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
