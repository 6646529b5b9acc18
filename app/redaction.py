"""One redactor for everything that leaves memory: logs, errors, exports, crash reports, and all that is journaled.

What looks like a key is hidden in errors, logs and reports. What a model answered or a person asked is cleaned of the
keys that are known and of nothing else: an answer about keys would come out changed.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote

from engine.domain.hiding import HIDDEN, SHORTEST, Hider, hide_bytes

_PATTERNS = (
    re.compile(r"(?i)\b((?:bearer|basic)\s+)(?!\[key\])[\w.~+/=-]{6,}"),
    re.compile(r"()\b(?:sk|pk|rk|hs)-(?=[\w-]*\d)[\w-]{12,}"),
    re.compile(r"()\bAIza[\w-]{20,}"),
    re.compile(
        r"(?i)((?:api[-_]?key|authorization|access[-_]?token)[\"']?\s*[:=]\s*[\"']?)"
        r"(?!bearer\b|basic\b|\[key\])[^\s\"',}&]{6,}"
    ),
    re.compile(r"(?i)(\bhttps?://)[^\s/@\"']{1,200}@"),
)

_ESCAPE = re.compile("%[0-9A-F]{2}")


class Redactor:
    """Hides the secrets it was told, in every form in which they are written, and what looks like one."""

    def __init__(self) -> None:
        """Begin with no secret known."""
        self._secrets: tuple[str, ...] = ()
        self._forms: tuple[str, ...] = ()

    def learn(self, secret: str | None) -> None:
        """Hide this text from now on, wherever it appears."""
        if not secret or len(secret) < SHORTEST or secret in self._secrets:
            return
        forms = {*self._forms, *_forms(secret)}
        # New tuples, since other threads may be reading; the longest first, since one may begin another.
        self._secrets = (*self._secrets, secret)
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        """Return `text` without secrets, and without what looks like one."""
        text = self.known(text)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<1>{HIDDEN}", text)
        return text

    def known(self, text: str) -> str:
        """Return `text` without the secrets that were told."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def raw(self, data: bytes) -> bytes:
        """Return bytes without the secrets that were told."""
        return hide_bytes(data, self._forms)

    def stream(self) -> Hider:
        """Return what hides them in a text that comes in pieces."""
        return Hider(self._secrets)


def _forms(secret: str) -> Iterator[str]:
    """Yield how a secret is written: as it is, in JSON, in a `repr`, in an address, in base64 inside anything."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret)[1:-1].replace("/", "\\/")
    yield repr(secret)[1:-1]
    for encoded in (quote(secret), quote(secret, safe="")):
        yield encoded
        yield _ESCAPE.sub(lambda found: found[0].lower(), encoded)
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):  # what stands before it shifts it by so many bytes
            encoded = encode(b"\0" * before + secret.encode()).decode().rstrip("=")
            # Characters at the edges hold bits of what stands beside it, too: those in between are its own.
            yield encoded[(0, 2, 3)[before] : (len(secret) + before) * 8 // 6]
