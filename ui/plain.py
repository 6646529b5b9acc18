"""Text from anywhere, shown as it is: in tooltips Qt guesses whether text is markup, and markup may name files."""

from __future__ import annotations

import html


def as_plain(text: str) -> str:
    """Return markup that shows `text` as it is, for where plain text cannot be asked for."""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'
