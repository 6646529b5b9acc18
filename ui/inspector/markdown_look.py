"""How an answer's Markdown is set: sizes, spaces and lines that Qt's own rendering leaves to whoever shows it."""

from __future__ import annotations

from typing import cast

from PySide6.QtGui import (
    QBrush,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextList,
    QTextTable,
)

from ui.tasks.inks import Inks

INDENT = 22
SPACE = 7
LIST_SPACE = 3
LARGER = {1: 2, 2: 1}
"""Qt's steps of size (1.5 and 1.2 times) for headings; further ones are as large as the text."""
MOST_BLOCKS = 5000
"""Paragraphs set off: beyond, an answer shows in Qt's own plain way rather than late."""


def set_off(document: QTextDocument, inks: Inks) -> None:
    """Set headings, paragraphs, code and tables off from each other."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block, number = document.begin(), 0
    while block.isValid() and number < MOST_BLOCKS:
        _set_off_block(cursor, block, inks)
        block, number = block.next(), number + 1
    cursor.endEditBlock()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _set_off_table(frame, inks)


def _set_off_block(cursor: QTextCursor, block: QTextBlock, inks: Inks) -> None:
    cursor.setPosition(block.position())
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    before = block.blockFormat()
    layout = QTextBlockFormat()
    code = before.hasProperty(QTextFormat.Property.BlockCodeFence) or before.nonBreakableLines()
    listed = cast("QTextList | None", block.textList()) is not None  # None outside a list, whatever its stub says
    layout.setBottomMargin(0 if code else LIST_SPACE if listed else SPACE)
    layout.setTopMargin(SPACE if before.headingLevel() and block.blockNumber() else 0)
    if code:
        layout.setBackground(QBrush(inks["raised"]))
    cursor.mergeBlockFormat(layout)
    if before.headingLevel():
        size = QTextCharFormat()
        size.setProperty(QTextFormat.Property.FontSizeAdjustment, LARGER.get(before.headingLevel(), 0))
        cursor.mergeCharFormat(size)


def _set_off_table(table: QTextTable, inks: Inks) -> None:
    look = table.format()
    look.setBorder(1)
    look.setBorderCollapse(True)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderBrush(QBrush(inks["line"]))
    look.setCellPadding(4)
    look.setBottomMargin(SPACE)
    table.setFormat(look)
