"""Whether a reply repeats an earlier one: when a task goes round in circles. Pure.

A reply repeats an earlier one of its task when both are equal but for white space, or when it is nearly the same as
one of the last `LOOK_BACK` before it. How alike two texts are is their resemblance: what the sets of their shingles
(every three words running) have in common, by Jaccard's measure. Of a text with more than `MOST_SHINGLES` only those
with the smallest hashes are kept, which estimate the same figure to one or two hundredths, however long it is.
Source: A. Z. Broder, On the resemblance and containment of documents, 1997.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import zlib
from collections.abc import Generator, Iterator

LOOK_BACK = 20
"""Earlier replies that a reply is held against for being nearly the same."""
SHINGLE = 3
"""Words."""
MOST_SHINGLES = 1024
"""Kept of a text."""
SLICE = 2_000
"""Words sketched at once: about a millisecond."""

Sketch = frozenset[int]
"""Hashes of a text's shingles, the same in every process; none where it has fewer words than one."""


def words_of(text: str) -> Iterator[list[str]]:
    """Return the words of a text, a slice at a time."""
    rest = text
    while rest:
        words = rest.split(None, SLICE)
        rest = words.pop() if len(words) > SLICE else ""
        yield words


def digesting(text: str) -> Generator[None, None, bytes]:
    """Return, slice by slice, what tells whether two texts have the same words in the same order: 16 bytes."""
    made = hashlib.blake2b(digest_size=16)
    for words in words_of(text):
        made.update("".join(f"{word} " for word in words).encode("utf-8", "replace"))
        yield
    return made.digest()


def sketching(text: str) -> Generator[None, None, Sketch]:
    """Return, slice by slice, the sketch of a text."""
    kept, largest, before = set[int](), math.inf, list[int]()
    for words in words_of(text):
        hashes = [*before, *(zlib.crc32(word.encode("utf-8", "replace")) for word in words)]
        shingles = map(hash, zip(hashes, hashes[1:], hashes[2:], strict=False))
        kept.update(shingle for shingle in shingles if shingle < largest)
        before = hashes[1 - SHINGLE :]
        if len(kept) > MOST_SHINGLES:
            kept = set(heapq.nsmallest(MOST_SHINGLES, kept))
            largest = max(kept)
        yield
    return frozenset(kept)


def resemblance(one: Sketch, other: Sketch) -> float:
    """Return how alike two texts are, from 0 to 1, by their sketches; 0 where neither has a shingle."""
    common, every = one & other, len(one) + len(other)
    if max(len(one), len(other)) < MOST_SHINGLES:
        return len(common) / (every - len(common)) if every else 0.0
    smallest = heapq.nsmallest(MOST_SHINGLES, one | other)
    return len(common.intersection(smallest)) / len(smallest)
