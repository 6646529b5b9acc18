"""JSON whose texts were cut in the middle of a character: what is left of one becomes U+FFFD. Pure.

Gateways that cut by UTF-16 units, or by bytes, send halves that no strict reader takes. The reply was paid for; a
character that nobody can read is no reason to throw it away.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL
)
"""A whole pair, half of one, or any other escape, so that what follows an escaped backslash is none."""
_HALF = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
UNKNOWN = rb"\ufffd"


def without_halves(data: bytes) -> bytes:
    """Return `data` with halves of characters replaced; the same where there are none."""
    whole = data.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(lambda found: UNKNOWN if _HALF.fullmatch(found[0]) else found[0], whole)
