"""Takes secrets out of text: whole ones in text and bytes, and ones that a stream brings in pieces. Pure.

Which texts are secrets is known elsewhere. Here is only how none of them gets through: not cut in two by the end of a
piece, not with its first half left standing where the rest was cut off.
"""

from __future__ import annotations

from collections.abc import Sequence

HIDDEN = "[key]"
SHORTEST = 6
"""Characters below which a secret, or the beginning of one, would be found in ordinary words."""

LONG = 256
"""Characters beyond which a secret's beginnings are not listed."""


class Hider:
    """Hides secrets in a text that comes in pieces: give it each piece, and ask for the rest at the end."""

    __slots__ = ("_beginnings", "_letters", "_secrets", "_shortest", "_waiting", "found")

    def __init__(self, secrets: Sequence[str]) -> None:
        """Begin a text; the longest secret is looked for first, since one may begin another."""
        self._secrets = tuple(sorted(filter(None, secrets), key=len, reverse=True))
        self._shortest = len(self._secrets[-1]) if self._secrets else 0
        self._letters = frozenset("".join(self._secrets))
        self._beginnings = tuple(each for secret in self._secrets for each in _beginnings(secret))
        self._waiting = ""
        self.found = False
        """Whether there was one."""

    def feed(self, text: str) -> str:
        """Return what can be shown of the text so far: an end that may begin a secret waits."""
        if not self._secrets or not text:
            return text
        text = self._waiting + text
        if len(text) >= self._shortest:
            text = self._hide(text)
        # Once a token: letters first, since they settle most of them; then all beginnings in one call.
        held = self._held(text) if text[-1] in self._letters and text.endswith(self._beginnings) else 0
        self._waiting = text[len(text) - held :]
        return text[: len(text) - held]

    @property
    def cut(self) -> bool:
        """Whether the text so far ends with the better part of a secret."""
        return len(self._waiting) >= SHORTEST

    def end(self) -> str:
        """Return the rest, hidden where it is the better part of a secret that was cut off."""
        shown = HIDDEN if self.cut else self._waiting
        self.found = self.found or self.cut
        self._waiting = ""
        return shown

    def _hide(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                self.found = True
                text = text.replace(secret, HIDDEN)
        return text

    def _held(self, text: str) -> int:
        """Return the length of the longest end of `text` with which a secret begins."""
        return max(_overlap(text, secret) for secret in self._secrets)


def _beginnings(secret: str) -> tuple[str, ...]:
    """Return how a secret may begin; for a long one only that it may: all of its beginnings would be megabytes."""
    return tuple(secret[:end] for end in range(1, len(secret))) if len(secret) <= LONG else ("",)


def _overlap(text: str, secret: str) -> int:
    at = text.find(secret[0], max(0, len(text) - len(secret) + 1))
    while at >= 0 and not secret.startswith(text[at:]):
        at = text.find(secret[0], at + 1)
    return len(text) - at if at >= 0 else 0


def hide(text: str, secrets: Sequence[str]) -> str:
    """Return a whole text without secrets; its end is taken for cut."""
    hider = Hider(secrets)
    return hider.feed(text) + hider.end()


def hide_bytes(data: bytes, secrets: Sequence[str]) -> bytes:
    """Return bytes without secrets, byte for byte as they were where there is none."""
    if not secrets:
        return data
    text = data.decode("utf-8", "surrogateescape")
    return hide(text, secrets).encode("utf-8", "surrogateescape")
