"""Which encoding bytes of text are in: UTF-8 and UTF-16 tell themselves, everything else is read as Windows writes it.

Text that is not UTF-8 practically never decodes as UTF-8, so what does is it. For the rest there is no proof, only a
guess by frequent letters; on short files of names and prices such a guess is often wrong (charset-normalizer 3.5 took
"Für" for Chinese and "4 €" for a DOS code page), while cp1252 is what spreadsheets of western systems write. A person
sees what was taken and can choose another.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from engine.domain.errors import DroverError, ErrorCode

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LOOKED_AT = 4096
"""Bytes at the beginning that tell UTF-16 without a mark."""


def found(blocks: Sequence[bytes]) -> str:
    """Return the encoding of bytes that come in blocks, as Python names it; raises NOT_TEXT."""
    start = blocks[0][:LOOKED_AT] if blocks else b""
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    if b"\0" in start:
        return _wide(start)
    return "utf-8" if _decodes(blocks, "utf-8") else "cp1252"


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Return what decodes blocks one by one; raises UnicodeDecodeError at bytes that are none of its text."""
    return codecs.getincrementaldecoder(encoding)("strict")


def shown(encoding: str) -> str:
    """Return an encoding's name among those that a person can choose."""
    return {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)


def _wide(start: bytes) -> str:
    """Return which UTF-16 it is: of western text every other byte is zero. Else it is no text at all."""
    half = len(start) // 2
    if start[1::2].count(0) > half * 0.4 and start[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if start[0::2].count(0) > half * 0.4 and start[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    raise DroverError(ErrorCode.NOT_TEXT)


def _decodes(blocks: Sequence[bytes], encoding: str) -> bool:
    tried = decoder(encoding)
    try:
        for place, block in enumerate(blocks, 1):
            tried.decode(block, place == len(blocks))
    except UnicodeDecodeError:
        return False
    return True
