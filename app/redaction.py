"""One redactor for everything that leaves memory: logs, errors, exports, crash reports, journaled details.

What a model answered is not passed through it: an answer about keys would come out changed.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

HIDDEN = "[key]"
SHORTEST = 6
"""Characters below which a secret would be found in ordinary words."""

_PATTERNS = (
    re.compile(r"(?i)\b((?:bearer|basic)\s+)(?!\[key\])[\w.~+/=-]{6,}"),
    re.compile(r"()\b(?:sk|pk|rk|hs)-(?=[\w-]*\d)[\w-]{12,}"),
    re.compile(r"()\bAIza[\w-]{20,}"),
    re.compile(
        r"(?i)((?:api[-_]?key|authorization|access[-_]?token)[\"']?\s*[:=]\s*[\"']?)"
        r"(?!bearer\b|basic\b|\[key\])[^\s\"',}&]{6,}"
    ),
)


class Redactor:
    """Hides the secrets it was told, as they are and as they are written in JSON and addresses, and what looks so."""

    def __init__(self) -> None:
        """Begin with no secret known."""
        self._secrets: tuple[str, ...] = ()

    def learn(self, secret: str | None) -> None:
        """Hide this text from now on, wherever it appears."""
        if not secret or len(secret) < SHORTEST:
            return
        forms = {*self._secrets, secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
        # A new tuple, since other threads may be reading; the longest first, since one may begin another.
        self._secrets = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        """Return `text` without secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<1>{HIDDEN}", text)
        return text
