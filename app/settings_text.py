"""The settings as the person wrote them: keeps what Drover does not know, comments and order, too.

Which settings there are, and the file itself, are `app/settings.py`'s. Reading needs none of this: the library that
keeps comments takes longer to load than the file to read.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, MutableSequence
from typing import cast

import msgspec
import tomlkit
from tomlkit.items import AoT, InlineTable

Table = MutableMapping[str, object]


def merged(text: str, settings: msgspec.Struct) -> str:
    """Return a file's text with these settings in it; raises `TOMLKitError` where it is no TOML."""
    document = tomlkit.parse(text)
    put(document, settings)
    return tomlkit.dumps(document)


def put(table: Table, struct: msgspec.Struct) -> None:
    """Bring a table up to date in place: what is unknown stays, what is as by default goes."""
    values = cast("dict[str, object]", msgspec.to_builtins(struct))
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if name not in values:
            table.pop(name, None)
        elif isinstance(value, tuple):
            _put_all(_rows(table, name), cast("tuple[msgspec.Struct, ...]", value))
        elif table.get(name) != values[name]:
            table[name] = values[name]


def _rows(table: Table, name: str) -> MutableSequence[Table]:
    """Return an array of tables that can be changed: one written on one line is written anew, at the end."""
    found = table.get(name)
    if not isinstance(found, AoT):
        table.pop(name, None)
        rows = cast("MutableSequence[object]", tomlkit.aot())
        rows.extend(tomlkit.item(each.unwrap()) for each in cast("Iterable[InlineTable]", found or ()))
        table[name] = rows
    return cast("MutableSequence[Table]", table[name])


def _put_all(rows: MutableSequence[Table], structs: tuple[msgspec.Struct, ...]) -> None:
    """Bring an array of tables up to date; a table is known by its first field, a name or an id."""
    wanted = {getattr(each, each.__struct_fields__[0]): each for each in structs}
    key = structs[0].__struct_fields__[0]
    for at in reversed(range(len(rows))):
        found = wanted.pop(rows[at].get(key), None)
        if found is None:
            del rows[at]
        else:
            put(rows[at], found)
    for struct in wanted.values():
        row = tomlkit.table()
        put(cast("Table", row), struct)
        rows.append(cast("Table", row))
