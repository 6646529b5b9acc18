"""Bytes tell their encoding, or are read as Windows writes them; what is no text is refused."""

from __future__ import annotations

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.results.imports.encoding import decoder, found

TEXTS = (
    "Name;Ort\nMüller;Köln\n",
    "id;text\n1;Für\n",
    "item,price\nTea,3 €\n",
    "id,quote\n1,“Hello” — done\n",
    "nombre,ciudad\nPeña,Logroño\n",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_as_it_was_written(text: str, encoding: str) -> None:
    """In each encoding that is found, however the bytes are cut into blocks."""
    data = text.encode(encoding)
    blocks = [data[place : place + 7] for place in range(0, len(data), 7)]
    tried = decoder(found([data]))
    assert "".join(tried.decode(block) for block in blocks).removeprefix("\ufeff") == text


def test_a_character_cut_by_a_block_does_not_change_what_is_found() -> None:
    """UTF-8 is judged over all blocks together."""
    data = "ü".encode()
    assert found([data[:1], data[1:]]) == "utf-8"


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00\x08\x00", bytes(range(256)), b"\x00" * 100])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    """A spreadsheet's own file, a program, a picture."""
    with pytest.raises(DroverError) as caught:
        found([data])
    assert caught.value.code is ErrorCode.NOT_TEXT


def test_no_bytes_are_utf_8() -> None:
    """An empty file is no error of encoding."""
    assert found([]) == "utf-8"
