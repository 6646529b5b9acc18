"""Sources become sheets: what was found is told, what is wrong is told by row, the rest is read."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.sheet import Form, Hints, Sheet
from engine.results.imports import folder, reading
from engine.results.imports.reading import read_path, read_text


def problems(sheet: Sheet) -> list[tuple[int, ErrorCode]]:
    """Rows and codes."""
    return [(problem.row, problem.code) for problem in sheet.problems]


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    """All cells."""
    return [row.cells for row in sheet.rows]


async def test_a_windows_spreadsheet_s_file(tmp_path: Path) -> None:
    """Semicolons, cp1252, quoted line ends: columns, rows and numbers are the spreadsheet's."""
    file = tmp_path / "tickets.csv"
    file.write_bytes('Ticket;Text\r\n1;"Für\r\nalle"\r\n2;€ 5\r\n'.encode("cp1252"))
    sheet = await read_path(file)
    assert (sheet.source, sheet.form, sheet.encoding, sheet.delimiter) == ("tickets.csv", Form.CELLS, "cp1252", ";")
    assert [column.name for column in sheet.columns] == ["Ticket", "Text"]
    assert cells(sheet) == [("1", "Für\r\nalle"), ("2", "€ 5")]
    assert [row.number for row in sheet.rows] == [2, 3]


async def test_what_a_person_says_holds(tmp_path: Path) -> None:
    """Encoding, delimiter, and that the first row is no row of names."""
    file = tmp_path / "rows.csv"
    file.write_bytes("a;ž\nb;c\n".encode("cp1250"))
    sheet = await read_path(file, Hints(encoding="cp1250", delimiter=";", header=False))
    assert cells(sheet) == [("a", "ž"), ("b", "c")] and not sheet.header
    assert [column.name for column in sheet.columns] == ["column_1", "column_2"]


async def test_rows_that_do_not_fit_are_named() -> None:
    """Too few cells, too many, none that says anything, a quote that is not closed."""
    text = 'a,b\n1,2\n3\n4,5,6\n,\n7,8,,\n\n9,"x"y\n10,11\n12,"open\n13,14\n'
    sheet = await read_text(text, ending=".csv")
    assert cells(sheet) == [("1", "2"), ("7", "8"), ("10", "11")]
    assert problems(sheet) == [
        (3, ErrorCode.ROW_CELLS),
        (4, ErrorCode.ROW_CELLS),
        (5, ErrorCode.ROW_EMPTY),
        (8, ErrorCode.ROW_QUOTE),
        (10, ErrorCode.ROW_QUOTE),
    ]


async def test_json_lines() -> None:
    """Columns are all names that come up; values that are no text are JSON; what is no object is named."""
    text = '{"a": "x\u2028y", "n": 1}\n\n[1]\n{"b": {"c": [true, null]}}\nnot json\n"just text"\n{}\n'
    sheet = await read_text(text, ending=".jsonl")
    assert sheet.form is Form.JSONL and [column.title for column in sheet.columns] == ["a", "n", "b", "text"]
    assert cells(sheet) == [
        ("x\u2028y", "1", "", ""),
        ("", "", '{"c":[true,null]}', ""),
        ("", "", "", "just text"),
    ]
    assert problems(sheet) == [(3, ErrorCode.ROW_JSON), (5, ErrorCode.ROW_JSON), (7, ErrorCode.ROW_EMPTY)]


async def test_pasted_lines_and_pasted_cells() -> None:
    """A spreadsheet pastes tabs; other text is a row a line."""
    assert cells(await read_text("Who goes, then?\n\n  You  \r\nI")) == [("Who goes, then?",), ("You",), ("I",)]
    sheet = await read_text("name\tcity\nAnn\tRome\n")
    assert sheet.form is Form.CELLS and cells(sheet) == [("Ann", "Rome")]


async def test_a_folder_of_texts(tmp_path: Path) -> None:
    """A row a file, below it too; hidden files and links are left alone, what is no text is named."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.txt").write_text("two", "utf-16")
    (tmp_path / "a.md").write_bytes("Für\n".encode("cp1252"))
    (tmp_path / "deep" / "c.txt").write_text("three")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "picture.png").write_bytes(bytes(range(256)))
    (tmp_path / ".hidden").write_text("secret")
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    sheet = await read_path(tmp_path)
    assert cells(sheet) == [("a.md", "Für"), ("b.txt", "two"), ("deep/c.txt", "three")]
    assert [(problem.detail, problem.code) for problem in sheet.problems] == [
        ("empty.txt", ErrorCode.ROW_EMPTY),
        ("picture.png", ErrorCode.NOT_TEXT),
    ]


async def test_a_folder_below_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files would be missing in silence."""
    (tmp_path / "a.md").write_text("one")
    (tmp_path / "shut").mkdir()
    scan = os.scandir

    def refuse(at: str) -> object:
        if Path(at).name == "shut":
            raise PermissionError(errno.EACCES, "no")
        return scan(at)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DroverError) as caught:
        await read_path(tmp_path)
    assert caught.value.code is ErrorCode.FILE_UNREADABLE


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.csv", b"", ErrorCode.NO_ROWS),
        ("blank.txt", b"\n \n", ErrorCode.NO_ROWS),
        ("book.xlsx", b"PK\x03\x04" + bytes(100), ErrorCode.NOT_TEXT),
    ],
)
async def test_a_file_with_nothing_in_it_is_refused(tmp_path: Path, name: str, data: bytes, code: ErrorCode) -> None:
    """With a code that says what to do."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DroverError) as caught:
        await read_path(tmp_path / name)
    assert caught.value.code is code


async def test_a_file_that_is_not_there_and_a_pipe(tmp_path: Path) -> None:
    """Nothing waits for a writer that never comes."""
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("nothing.csv", "pipe.csv"):
        with pytest.raises(DroverError) as caught:
            await read_path(tmp_path / name)
        assert caught.value.code is ErrorCode.FILE_UNREADABLE


async def test_wrong_encodings_are_told(tmp_path: Path) -> None:
    """Bytes that the chosen encoding does not have."""
    (tmp_path / "a.csv").write_bytes("a,b\nü,1\n".encode("cp1252"))
    with pytest.raises(DroverError) as caught:
        await read_path(tmp_path / "a.csv", Hints(encoding="utf-8"))
    assert caught.value.code is ErrorCode.NOT_TEXT


async def test_what_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is all in memory."""
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    monkeypatch.setattr(folder, "MOST_BYTES", 1000)
    (tmp_path / "a.csv").write_bytes(b"a,b\n" * 1000)
    for path in (tmp_path / "a.csv", tmp_path):
        with pytest.raises(DroverError) as caught:
            await read_path(path)
        assert caught.value.code is ErrorCode.IMPORT_TOO_LARGE


async def test_hostile_cells_stay_text() -> None:
    """Formulas, templates, controls, nested brackets: cells, or the problem of a row."""
    text = 'x,y\n=cmd(),{{ 7*7 }}\n"\x1b[2J\x00",../../etc\n'
    assert cells(await read_text(text, ending=".csv")) == [("=cmd()", "{{ 7*7 }}"), ("\x1b[2J\x00", "../../etc")]
    sheet = await read_text("[" * 100_000 + '\n{"a": 1e999}\n{"a": "ok"}\n', ending=".jsonl")
    assert problems(sheet) == [(1, ErrorCode.ROW_JSON), (2, ErrorCode.ROW_JSON)] and cells(sheet) == [("ok",)]


@pytest.mark.parametrize(("line", "rows", "least"), [("1,2\n", 10_000, 40), ('"1"2,3\n', 0, 90)])
async def test_the_loop_goes_on_while_rows_are_read(line: str, rows: int, least: int) -> None:
    """Others have their turn many times, also while a second row is looked for in vain."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    sheet = await read_text("a,b\n" + line * 10_000, ending=".csv")
    other.cancel()
    assert len(sheet.problems) == 10_000 - rows and turns >= least


async def test_titles_become_words_for_templates() -> None:
    """No two the same, none that means something else, each one word."""
    sheet = await read_text("First Name,first name,for,2nd,Straße,?\n1,2,3,4,5,6\n", ending=".csv")
    names = [column.name for column in sheet.columns]
    assert names == ["First_Name", "first_name_2", "for_2", "_2nd", "Straße", "column_6"]
