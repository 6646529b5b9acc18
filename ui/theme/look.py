"""Applies a theme to the application: Fusion, a palette, the style sheet, the font.

`setColorScheme` does nothing on offscreen and bare X, so the palette is our own; Fusion heeds it everywhere.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

import resources
from ui.theme.tokens import Tokens, load_tokens

Choice = Literal["system", "dark", "light"]

FONT_PX = 13


class Look(QObject):
    """The application's look. `changed` tells who paints by themselves."""

    changed = Signal(object)

    def __init__(self, application: QApplication) -> None:
        """Set style and font; `apply` sets the colours."""
        super().__init__(application)
        self._application = application
        self._choice: Choice = "system"
        application.setStyle("Fusion")
        application.setFont(interface_font())
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.tokens = load_tokens("dark")

    def choose(self, choice: Choice) -> None:
        """Let `tokens` be those of a theme; "system" follows the system, and is dark where it says nothing.

        A window is built with them before `apply`: with a style sheet each widget that is put into another has all
        below it styled anew, which took longer than the rest of building it.
        """
        self._choice = choice
        self.tokens = load_tokens(self._system() if choice == "system" else choice)

    def apply(self, choice: Choice) -> None:
        """Show the theme that was chosen, see `choose`."""
        self.choose(choice)
        self._application.setPalette(palette(self.tokens))
        self._application.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit(self.tokens)

    def _system(self) -> str:
        scheme = self._application.styleHints().colorScheme()
        return "light" if scheme is Qt.ColorScheme.Light else "dark"

    def _system_changed(self) -> None:
        if self._choice == "system":
            self.apply("system")


def restyle(widget: QWidget) -> None:
    """Let a widget look as the style sheet says of it now: its name, or a property of it, is another."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def interface_font() -> QFont:
    """Return Inter, or the system's font where it cannot be loaded."""
    number = QFontDatabase.addApplicationFontFromData(resources.font())
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    font = QFont(families[0]) if families else QFont()
    font.setPixelSize(FONT_PX)
    return font


def palette(tokens: Tokens) -> QPalette:
    """Return the palette of a theme."""
    roles = {
        QPalette.ColorRole.Window: "background",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "background",
        QPalette.ColorRole.AlternateBase: "panel",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "dim",
        QPalette.ColorRole.Button: "raised",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.ToolTipBase: "raised",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Highlight: "selection",
        QPalette.ColorRole.HighlightedText: "text",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.Accent: "accent",
    }
    made = QPalette()
    for role, token in roles.items():
        made.setColor(role, QColor(tokens.colour(token)))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.colour("dim")))
    return made


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet with a theme's colours: @token@ in the template."""
    sheet = resources.style_sheet()
    for token, colour in tokens.colours.items():
        sheet = sheet.replace(f"@{token}@", colour)
    arrow = resources.file("icons", f"arrow-{tokens.name}.svg").as_posix()
    check = resources.file("icons", f"check-{tokens.name}.svg").as_posix()
    return sheet.replace("@arrow_file@", arrow).replace("@check_file@", check)
