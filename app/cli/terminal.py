"""Hostile text on a terminal: it moves no cursor, sets no colour, title or clipboard, and turns no line round.

Programs get the same text unchanged: JSON has escapes for what a terminal would obey.
"""

from __future__ import annotations

import re

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal acts on, or cannot be written; line ends and tabs are text."""
_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What of it JSON may hold as it is."""


def block(text: str) -> str:
    """Return text of any number of lines, with a mark in place of what a terminal would obey."""
    return _OBEYED.sub("\ufffd", text.replace("\r\n", "\n"))


def json_line(encoded: bytes) -> str:
    """Return JSON of the same value, in printable characters."""
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded.decode())
