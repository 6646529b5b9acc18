"""The colours of a difference: lines that were added and taken away; their sign says it, too."""

from __future__ import annotations

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ui.theme import Tokens

TOKENS = {"+": "completed", "-": "failed"}


class DiffLook(QSyntaxHighlighter):
    """Colours the lines of a document."""

    def __init__(self, document: QTextDocument, tokens: Tokens) -> None:
        """Colour `document` by the theme."""
        super().__init__(document)
        self._tokens = tokens

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._tokens = tokens
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """See QSyntaxHighlighter."""
        token = TOKENS.get(text[:1])
        if token is not None:
            colour = QTextCharFormat()
            colour.setForeground(QColor(self._tokens.colour(token)))
            self.setFormat(0, len(text), colour)
