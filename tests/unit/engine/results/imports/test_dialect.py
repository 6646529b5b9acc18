"""What stands between cells is found where `csv.Sniffer` takes something else."""

from __future__ import annotations

import csv
from collections.abc import Mapping

import pytest

from engine.results.imports.dialect import delimiter, has_names, said

CASES: Mapping[str, tuple[str, str]] = {
    "commas": ("name,city\nAnn,Paris\nBob,Rome\n", ","),
    "semicolons with decimal commas": ("price;tax\n1,50;0,30\n2,75;0,55\n", ";"),
    "tabs with commas in the text": ("id\ttext\n1\tWell, yes, no\n2\tOne, two\n", "\t"),
    "bars": ("a|b|c\n1|2|3\n", "|"),
    "quoted text with every other delimiter": ('id,text\n1,"a;b;c\td|e"\n2,"f;g;h\ti|j"\n', ","),
    "line ends in cells": ('id;text\n1;"one\ntwo, three"\n2;"four\nfive, six"\n', ";"),
    "prose in one column": ("question\nWho, if not you, will go?\nWhen, then?\nWhy\n", ""),
    "one column with a comma in each": ("address\nHill 5, Bonn\nLane 7, Kiel\nRoad 9, Ulm\n", ""),
    "one word a line": ("word\nalpha\nbeta\n", ""),
    "addresses of mail": ("mail\nann@example.com\nbob@example.com\neve@example.org\n", ""),
    "sentences": ("The cat sat.\nThe dog ran off.\nThe bird flew away.\n", ""),
    "rows that are cut": ("a,b,c\n1,2,3\n4,5\n6,7,8\n", ","),
    "empty cells": ("a;b;c\n;;1\n2;;\n", ";"),
    "windows line ends": ("a;b\r\n1;2\r\n3;4\r\n", ";"),
    "one row": ("a,b", ","),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("name", CASES)
def test_the_delimiter_is_found(name: str) -> None:
    """Of every kind of file."""
    text, expected = CASES[name]
    assert delimiter(text) == expected


def test_the_standard_library_s_finds_less() -> None:
    """Why it is not used: where there is one column, it takes letters for what stands between cells."""
    wrong = {_sniffed(text) for text, expected in CASES.values() if not expected} - {""}
    assert {"h", "l"} <= wrong


def _sniffed(text: str) -> str:
    try:
        return csv.Sniffer().sniff(text).delimiter
    except csv.Error:
        return ""


def test_a_long_file_is_judged_by_its_beginning() -> None:
    """The row that the look ends in counts nothing."""
    assert delimiter("a;b\n" + 'x;"y,y,y"\n' * 20_000) == ";"


def test_a_spreadsheet_s_own_word_is_heeded() -> None:
    """Written by those that use another delimiter than their country's."""
    assert said("sep=;\na;b") == ";" and said("separate,this") == "" and said("") == ""


@pytest.mark.parametrize(
    ("first", "rows", "names"),
    [
        (["name", "city"], 2, True),
        (["name", "name"], 2, False),
        (["1", "Ann"], 2, False),
        (["name", ""], 2, False),
        (["3,50", "x"], 2, False),
        (["A question that is long enough to be one that somebody asks, with no name", "b"], 2, False),
        (["name"], 1, False),
    ],
)
def test_a_row_of_names_is_told_from_one_of_values(first: list[str], rows: int, names: bool) -> None:
    """Names are words, all there, and no two the same; a row alone is a value."""
    assert has_names(first, rows) is names
