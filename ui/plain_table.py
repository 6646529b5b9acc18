"""A table of text as every dialog and page has it; what it shows is its model's."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTableView


def plain_table(table: QTableView, name: str) -> None:
    """Dress a table: no grid, a line a row, Tab leaves it; `name` is what a screen reader says."""
    table.setObjectName("rows")
    table.setAccessibleName(name)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)


def table_of_figures(table: QTableView, name: str) -> None:
    """Dress a table whose first column names its rows and has what room the figures leave."""
    plain_table(table, name)
    table.verticalHeader().hide()
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
