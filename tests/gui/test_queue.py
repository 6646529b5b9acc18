"""The queue in the window: its places, moving by menu and by dragging."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt

from engine.face import Where
from tests.gui.cockpit import cockpit
from ui.tasks.columns import INDEX
from ui.tasks.format import NONE


async def test_what_waits_is_moved_by_menu_and_by_dragging(tmp_path: Path) -> None:
    """The table in the queue's order shows the place of each, and a row dropped before another goes there."""
    async with cockpit(tmp_path, speed=1.0) as c:
        c.engine.set_running_limit(1)
        await c.make(title="runs", max_output=1000)
        ids = [await c.make(title=name) for name in "abc"]
        table = c.window.table
        await c.until(lambda: len(table.model.ids()) == 4)
        assert not table.model.flags(table.model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
        table.sort_by(INDEX["queue"], falling=False)
        await c.until(lambda: table.model.ids()[:3] == ids)
        assert [table.model.index(row, INDEX["queue"]).data() for row in range(4)] == ["1", "2", "3", NONE]
        table.select(ids[2])
        c.window.actions_.moves[Where.TOP].trigger()
        await c.until(lambda: table.model.ids()[:3] == [ids[2], ids[0], ids[1]])
        assert table.selected_ids() == (ids[2],)
        dragged = table.model.mimeData([table.model.index(2, 0)])
        table.model.dropMimeData(dragged, Qt.DropAction.MoveAction, 1, 0, QModelIndex())
        await c.until(lambda: table.model.ids()[:3] == [ids[2], ids[1], ids[0]])


async def test_places_are_shown_while_they_say_something(tmp_path: Path) -> None:
    """Their column is left out where nothing waits, and comes where something does or where they order the table."""
    async with cockpit(tmp_path, speed=1.0) as c:
        table, column = c.window.table, INDEX["queue"]
        c.window.resize(1440, 900)
        await c.make(title="runs", max_output=1000)
        await c.until(lambda: len(table.model.ids()) == 1 and not table.model.waits)
        assert table.grid.isColumnHidden(column)
        table.sort_by(column, falling=False)
        assert not table.grid.isColumnHidden(column)
        table.sort_by(INDEX["cost"], falling=True)
        await c.until(lambda: table.grid.isColumnHidden(column))
        c.engine.set_running_limit(1)
        waiting = await c.make(title="waits")
        await c.until(lambda: not table.grid.isColumnHidden(column))
        c.engine.cancel([waiting])
        await c.until(lambda: table.grid.isColumnHidden(column))
