"""A Markdown view that loads nothing: no image, no style sheet, no page, whatever the text of a model asks for."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QCursor, QImage, QTextDocument
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolTip, QWidget

from ui.inspector.markdown_look import INDENT, set_off
from ui.plain import as_plain, readable
from ui.tasks.inks import Inks

SHOWN = 100_000
"""Characters shown: laying out more would hold up the window; the file has all of it."""
DIALECT = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class AnswerView(QTextBrowser):
    """Shows hostile Markdown. Links show where they lead and open nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(0)
        self.highlighted.connect(self._tell)

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's name
        """Return an image of one clear pixel for whatever is asked: given nothing, Qt opens the file by itself."""
        del type, name
        return self._nothing

    def show_markdown(self, text: str, inks: Inks) -> None:
        """Show Markdown, HTML in it as plain words."""
        document = self.document()
        document.setIndentWidth(INDENT)
        document.setMarkdown(readable(text[:SHOWN]), DIALECT)
        set_off(document, inks)
        self.verticalScrollBar().setValue(0)

    def show_plain(self, text: str) -> None:
        """Show the text as it is."""
        self.setPlainText(readable(text[:SHOWN]))

    def _tell(self, link: QUrl) -> None:
        """Say where a link leads."""
        if link.isEmpty():
            QToolTip.hideText()
        else:
            QToolTip.showText(QCursor.pos() + QPoint(12, 12), as_plain(link.toString()), self)
