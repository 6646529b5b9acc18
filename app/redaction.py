"""One redactor for everything that leaves memory: logs, errors, exports, crash reports, journaled details."""

from __future__ import annotations

import re

HIDDEN = "[key]"
SHORTEST = 6
"""Characters below which a secret would be found in ordinary words."""

_PATTERNS = (
    re.compile(r"(?i)(bearer\s+)[\w.~+/=-]{8,}"),
    re.compile(r"()\b(?:sk|pk|hs|key)-[\w-]{12,}"),
    re.compile(r"(?i)((?:api[-_]?key|authorization|x-api-key)[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]{6,}"),
)


class Redactor:
    """Hides the secrets it was told, and what looks like one."""

    def __init__(self) -> None:
        """Begin with no secret known."""
        self._secrets: set[str] = set()

    def learn(self, secret: str | None) -> None:
        """Hide this text from now on, wherever it appears."""
        if secret and len(secret) >= SHORTEST:
            self._secrets.add(secret)

    def __call__(self, text: str) -> str:
        """Return `text` without secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<1>{HIDDEN}", text)
        return text
