"""What one writes first, under the same load: qasync, httpx, a JSON file a task, a proxy model under a plain table.

python -m tests.benchmarks.full_stack.stock TASKS STREAMS RATE SECONDS URL
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import httpx
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QTableView

from app.event_loop import new_event_loop
from app.limits import raise_open_files
from tests.benchmarks.far_server import MODEL
from tests.benchmarks.full_stack.load import Load, loaded
from tests.benchmarks.full_stack.watching import Watcher
from tests.benchmarks.report import Figures
from tests.loops import application

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
PATIENCE_S = 60.0


class Rows(QAbstractTableModel):
    """Tokens of each task, told change by change."""

    def __init__(self, tasks: int) -> None:
        """Begin with none."""
        super().__init__()
        self.tokens = [0] * tasks
        self.changes = 0

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self.tokens)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.tokens[index.row()] if index.column() == 1 else f"Task {index.row()}"

    def add(self, task: int) -> None:
        """Count a token."""
        self.tokens[task] += 1
        self.changes += 1
        self.dataChanged.emit(self.index(task, 0), self.index(task, 2))


class Work:
    """Tasks that ask, step after step, and write what they have as a file after each."""

    def __init__(self, load: Load, rows: Rows, folder: Path) -> None:
        """Begin with nothing asked."""
        self._load, self._rows, self._folder = load, rows, folder
        self.open = 0

    async def run(self, client: httpx.AsyncClient, task: int) -> None:
        """Ask for ever."""
        asked = {"model": MODEL, "messages": [{"role": "user", "content": "Live"}], "stream": True, "max_tokens": 4000}
        texts: list[str] = []
        while True:
            async with client.stream("POST", f"{self._load.url}/chat/completions", json=asked) as reply:
                self.open += 1
                async for line in reply.aiter_lines():
                    if line.startswith("data: {"):
                        texts.append(line)
                        self._rows.add(task)
                self.open -= 1
            file = self._folder / f"{task}.json"
            await asyncio.to_thread(_replace, file, json.dumps(texts))


def _replace(file: Path, text: str) -> None:
    temporary = file.with_suffix(".tmp")
    with temporary.open("w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    temporary.replace(file)


async def live(folder: Path, load: Load) -> Figures:
    """Open the table, load it, watch it."""
    rows, proxy, view = Rows(load.tasks), QSortFilterProxyModel(), QTableView()
    proxy.setSourceModel(rows)
    proxy.sort(1, Qt.SortOrder.DescendingOrder)
    view.setModel(proxy)
    view.resize(1236, 600)
    view.show()
    work = Work(load, rows, folder)
    unlimited = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=None, limits=unlimited) as client:
        jobs = [asyncio.create_task(work.run(client, task)) for task in range(load.streams)]
        until = time.monotonic() + PATIENCE_S
        while work.open < 0.9 * load.streams and time.monotonic() < until:  # noqa: ASYNC110 - a person looks, too
            await asyncio.sleep(0.1)
        before = rows.changes
        watcher = Watcher(view.viewport(), lambda: rows.changes)
        figures = dict(await watcher.watch(load.seconds))
        figures["tokens_per_s"] = round((rows.changes - before) / load.seconds)
        figures["streams_open"] = work.open
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
    view.close()
    return figures


def main() -> int:
    """Measure one load."""
    qt = application()
    raise_open_files()
    with tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as folder:
        loop = new_event_loop(qt, {"DROVER_LOOP": "stock"})
        print(json.dumps(loop.run_until_complete(live(Path(folder), loaded()))))
        sys.stdout.flush()
        os._exit(0)  # thousands of sockets close one by one here, and nothing is kept of it
    return 0


if __name__ == "__main__":
    sys.exit(main())
