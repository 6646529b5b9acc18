"""A file grows in place where it only goes on, and is written anew where it does not; nobody's words are lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.results import growing
from engine.results.growing import Content, GrowingFile

STEPS = [f"## Step {n}\n" + "x" * 2_000 + "\n" for n in range(1, 101)]


class Marks:
    """Counts the calls before a growth."""

    def __init__(self) -> None:
        """Begin at none."""
        self.count = 0

    async def __call__(self) -> None:
        """Count one."""
        self.count += 1


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the bytes of each whole file and each growth."""
    sizes = list[int]()
    whole, grow = growing.write_atomically, growing.grow

    async def count_whole(file: Path, parts: tuple[str, ...]) -> None:
        sizes.append(len("".join(parts).encode("utf-8", "replace")))
        await whole(file, parts)

    async def count_grown(file: Path, at: int, block: bytes) -> None:
        sizes.append(len(block))
        await grow(file, at, block)

    monkeypatch.setattr(growing, "write_atomically", count_whole)
    monkeypatch.setattr(growing, "grow", count_grown)
    return sizes


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(each.name for each in folder.iterdir())


async def test_each_step_is_written_once(tmp_path: Path, written: list[int]) -> None:
    """The foot is written over; a mark comes before the first growth and not before a whole file."""
    marks = Marks()
    file = GrowingFile(tmp_path / "f.md", marks, torn=False)
    for n in range(1, len(STEPS) + 1):
        await file.keep(Content(text="".join(STEPS[:n]), foot=f"Steps: {n}\n"))
    assert (tmp_path / "f.md").read_text() == "".join(STEPS) + "Steps: 100\n"
    assert sum(written) < 1.02 * len("".join(STEPS))
    assert marks.count == len(STEPS) - 1


async def test_a_terminal_obeys_nothing_in_a_file(tmp_path: Path) -> None:
    """Escapes, bells and 8-bit controls of a reply are seen as what they are; its lines and tabs stay."""
    file = GrowingFile(tmp_path / "f.md", Marks(), torn=False)
    await file.keep(Content(text="a\x1b]0;owned\x07\tb\x9b2J\r\n\x00c\x7f\n"))
    assert (tmp_path / "f.md").read_bytes().decode() == "a\ufffd]0;owned\ufffd\tb\ufffd2J\r\n\ufffdc\ufffd\n"


async def test_what_is_the_same_is_not_written(tmp_path: Path, written: list[int]) -> None:
    """Asked for again and again."""
    file = GrowingFile(tmp_path / "f.md", Marks(), torn=False)
    for _ in range(3):
        await file.keep(Content(text="Text\n", foot="Foot\n"))
    assert len(written) == 1


@pytest.mark.parametrize("text", ["Gone\n", "Text\nOther\n", ""])
async def test_what_does_not_go_on_is_written_anew(tmp_path: Path, text: str) -> None:
    """Shorter, or different in the middle."""
    file, marks = tmp_path / "f.md", Marks()
    grown = GrowingFile(file, marks, torn=False)
    await grown.keep(Content(text="Text\nMore\n"))
    before = file.stat().st_ino
    await grown.keep(Content(text=text))
    assert file.read_text() == text
    assert file.stat().st_ino != before
    assert marks.count == 0


async def test_a_foot_that_gets_shorter_leaves_no_rest(tmp_path: Path) -> None:
    """The file ends where its content does."""
    file = GrowingFile(tmp_path / "f.md", Marks(), torn=False)
    await file.keep(Content(text="é\ud800\n", foot="a long foot\n"))
    await file.keep(Content(text="é\ud800\n", foot="foot\n"))
    assert (tmp_path / "f.md").read_bytes() == "é?\nfoot\n".encode()


async def test_what_somebody_wrote_is_set_aside(tmp_path: Path) -> None:
    """Each time under another name, also where this run of the program has not written the file before."""
    file = tmp_path / "f.md"
    for n, own in enumerate(("Mine", "Mine too"), 1):
        grown = GrowingFile(file, Marks(), torn=False)
        await grown.keep(Content(text=f"{n}\n"))
        file.write_text(own)
        os.utime(file, ns=(1, 1_795_521_600_123_456_789))
        await grown.keep(Content(text=f"{n}\nmore\n"))
        assert file.read_text() == f"{n}\nmore\n"
    assert (tmp_path / "f.edited.md").read_text() == "Mine"
    assert (tmp_path / "f.edited-2.md").read_text() == "Mine too"


async def test_our_own_file_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    """It is known by its time, grown or written whole."""
    first = GrowingFile(tmp_path / "f.md", Marks(), torn=False)
    await first.keep(Content(text="One\n"))
    await first.keep(Content(text="One\nTwo\n"))
    await GrowingFile(tmp_path / "f.md", Marks(), torn=False).keep(Content(text="Other\n"))
    assert names(tmp_path) == ["f.md"]


async def test_a_torn_file_is_ours(tmp_path: Path) -> None:
    """Whatever is in it, where a mark stood beside it."""
    (tmp_path / "f.md").write_text("One\nTw\0\0")
    await GrowingFile(tmp_path / "f.md", Marks(), torn=True).keep(Content(text="One\nTwo\n"))
    assert (tmp_path / "f.md").read_text() == "One\nTwo\n"
    assert names(tmp_path) == ["f.md"]


async def test_a_file_that_was_removed_is_written_anew(tmp_path: Path) -> None:
    """Between two steps."""
    file = GrowingFile(tmp_path / "f.md", Marks(), torn=False)
    await file.keep(Content(text="One\n"))
    (tmp_path / "f.md").unlink()
    await file.keep(Content(text="One\nTwo\n"))
    assert (tmp_path / "f.md").read_text() == "One\nTwo\n"


async def test_a_full_disk_leaves_whole_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[int]
) -> None:
    """The half that was written is taken back, and the next try goes on from there, in place."""
    file = tmp_path / "f.md"
    grown = GrowingFile(file, Marks(), torn=False)
    await grown.keep(Content(text=STEPS[0], foot="Steps: 1\n"))
    with monkeypatch.context() as full:
        full.setattr(growing.os, "fsync", fails)
        with pytest.raises(OSError, match="No space"):
            await grown.keep(Content(text=STEPS[0] + STEPS[1], foot="Steps: 2\n"))
    assert file.read_text() == STEPS[0]
    written.clear()
    await grown.keep(Content(text=STEPS[0] + STEPS[1], foot="Steps: 2\n"))
    assert file.read_text() == STEPS[0] + STEPS[1] + "Steps: 2\n"
    assert written == [len(STEPS[1]) + len("Steps: 2\n")]
    assert names(tmp_path) == ["f.md"]


async def test_an_answer_that_is_taken_away_takes_nothing_else(tmp_path: Path) -> None:
    """Ours goes; what somebody wrote keeps a name."""
    grown = GrowingFile(tmp_path / "f.md", Marks(), torn=False)
    await grown.remove()
    await grown.keep(Content(text="One\n"))
    await grown.remove()
    assert names(tmp_path) == []
    (tmp_path / "f.md").write_text("Mine")
    os.utime(tmp_path / "f.md", ns=(1, 1))
    await grown.remove()
    assert names(tmp_path) == ["f.edited.md"]


def fails(descriptor: int) -> None:
    """Fail like a disk that is full."""
    del descriptor
    raise OSError(28, "No space left on device")
