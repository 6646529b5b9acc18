"""The form of a model's layout signals that can say that whole rows move, which PySide6's types leave out."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QAbstractItemModel, SignalInstance

VERTICAL = QAbstractItemModel.LayoutChangeHint.VerticalSortHint


class _Overloaded(Protocol):
    """A signal of several forms."""

    def __getitem__(self, form: tuple[str, str]) -> SignalInstance: ...


def by_rows(signal: SignalInstance) -> SignalInstance:
    """Return that form of `layoutAboutToBeChanged` or `layoutChanged`, to emit with ([], VERTICAL).

    A selection then keeps a mark for each row rather than for each cell: 9 ms for 2,500 rows instead of 120.
    """
    forms = cast("_Overloaded", signal)
    return forms["QList<QPersistentModelIndex>", "QAbstractItemModel::LayoutChangeHint"]
