"""Looks for a key in everything that a run left behind: each file, each value of each database, unpacked."""

from __future__ import annotations

import json
import shutil
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import quote

import apsw

from engine.store.database import Database

PART = 10
"""Characters of a key in a row that count as a leak: no other text has them."""


def signs(key: str) -> set[bytes]:
    """Return what betrays a key: each of its parts, and the whole of it as it may be written."""
    parts = {key[at : at + PART] for at in range(len(key) - PART + 1)}
    written = {quote(key, safe=""), json.dumps(key)[1:-1], key[::-1], key.encode().hex()}
    encoded = (b64encode(b"x" * before + key.encode()).decode()[4:-4] for before in range(3))
    return {text.encode() for text in (*parts, *written, *encoded)}


def leaks(key: str, data: bytes) -> list[bytes]:
    """Return the signs of a key in some bytes, also where its letters were set apart by line ends."""
    joined = data.replace(b"\\n", b"").replace(b"\n", b"").replace(b"\r", b"")
    return sorted(sign for sign in signs(key) if sign in data or sign in joined)


def left_behind(folder: Path, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Yield everything below a folder: names, files, and each value of each database."""
    for file in sorted(folder.rglob("*")):
        yield f"name of {file}", str(file.relative_to(folder)).encode()
        if not file.is_file():
            continue
        data = file.read_bytes()
        yield str(file), data
        if data.startswith(b"SQLite format 3"):
            yield from _values(file, scratch)


def _values(file: Path, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the values of a copy of a database with its log: reading must change nothing."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(file.parent, scratch)
    connection = cast("Database", apsw.Connection(str(scratch / file.name)))
    for (table,) in list(connection.execute("select name from sqlite_schema where type = 'table'")):
        for row in connection.execute(f'select * from "{table}"'):
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                yield f"{file}: {table}", data
                yield f"{file}: {table}, unpacked", unpacked(data)
    connection.close()


def unpacked(data: bytes) -> bytes:
    """Return what some bytes hold compressed, or nothing."""
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""
