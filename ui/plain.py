"""Text from anywhere, shown as it is: in tooltips Qt guesses whether text is markup, and markup may name files."""

from __future__ import annotations

import html
import re

from ui.long_lines import broken

_OVERRIDES = re.compile("[\u202d\u202e]")
"""They turn the order of what follows, so that it is read as something else: "exe.png" for what ends in ".exe"."""


def as_plain(text: str) -> str:
    """Return markup that shows `text` as it is, for where plain text cannot be asked for."""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


def readable(text: str) -> str:
    """Return a model's text for an area that shows it: in the order in which it is written, no word too long."""
    return broken(_OVERRIDES.sub("\ufffd", text))
