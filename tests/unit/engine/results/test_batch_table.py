"""A batch as a table: every form has the same rows, text begins no formula and marks nothing up."""

from __future__ import annotations

import csv
import io
import json

from engine.domain.states import State
from engine.domain.task import Standing
from engine.recipes import recipe
from engine.results.batch_lines import lines_of
from engine.results.batch_table import Line, columns, ended, written
from engine.results.csv_cells import paragraphs
from tests.virtual_time import run
from tests.workbench import CENT, bench, spec

HOSTILE = "=cmd()\r\n\u202enext | [x](y) <img> \x07"
LINES = (
    Line(
        id="1",
        spec=spec(title="One", cells={"Ticket": "-7", "title": "own"}),
        standing=Standing(state=State.COMPLETED, steps_done=2, spent=CENT),
        answer=HOSTILE,
    ),
    Line(id="2", spec=spec(title="Two", cells={"Ticket": "8", "more": "x"}), standing=Standing()),
)
EVERY = columns(line.spec for line in LINES)


def test_columns_are_the_rows_own_first() -> None:
    """In their order; of two with one name the row's is meant."""
    assert EVERY[:4] == ("Ticket", "title", "more", "state") and EVERY.count("title") == 1 and EVERY[-1] == "task"


def test_csv_keeps_lines_and_runs_nothing() -> None:
    """An answer is one cell on its lines; what a row lacks is empty; money is exact."""
    rows = list(csv.DictReader(io.StringIO("".join(written(LINES, EVERY, "csv")), newline="")))
    assert [(row["Ticket"], row["title"], row["more"]) for row in rows] == [("'-7", "own", ""), ("8", "Two", "x")]
    assert rows[0]["answer"] == "'=cmd()\nnext | [x](y) <img>" and rows[1]["answer"] == ""
    assert (rows[0]["state"], rows[0]["cost_usd"], rows[1]["state"]) == ("completed", "0.010000000000", "pending")


def test_json_lines_keep_text_as_it_is() -> None:
    """A program gets what the model said."""
    first, second = (json.loads(line) for line in "".join(written(LINES, EVERY, "jsonl")).splitlines())
    assert first["answer"] == HOSTILE and first["cost_usd"] == "0.01" and first["steps"] == 2
    assert second["title"] == "Two" and second["more"] == "x"


def test_markdown_has_a_line_a_task() -> None:
    """With what is told above it; a cell closes no row and marks nothing up."""
    told, _, head, rule, *rows = "".join(written(LINES, ("Ticket", "answer"), "md", "Partial: 1 of 2")).splitlines()
    assert (told, head, rule) == ("Partial: 1 of 2", "| Ticket | answer |", "| --- | --- |")
    assert len(rows) == 2 and rows[0].startswith(r"| -7 | =cmd()<br>") and r"\| \[x\](y) \<img\>" in rows[0]


def test_only_chosen_columns() -> None:
    """In the order that was chosen."""
    assert "".join(written(LINES, ("state", "Ticket"), "csv")).splitlines()[0] == '"state","Ticket"'


def test_paused_tasks_have_not_ended() -> None:
    """They go on: a table with them is partial."""
    states = (State.COMPLETED, State.FAILED, State.PAUSED, State.PENDING, State.RUNNING)
    assert ended(Standing(state=state) for state in states) == 2


def test_an_answer_begins_no_formula_whatever_stands_before_it() -> None:
    """Line ends, blanks and what is unseen are no way round."""
    for before in ("", "\n", "\t ", "\u200b", "\ufeff\x00", "\r\n\u202e"):
        assert paragraphs(f"{before}=1\nx") == "'=1\nx"
    assert paragraphs("a\r\nb\rc") == "a\nb\nc"


def test_lines_are_read_from_the_store() -> None:
    """The answer of each task, as far as it is; one whose text is damaged keeps no other from having its own."""

    async def main() -> None:
        async with bench() as b:
            ids = [await b.submit(goal=f"{number}", batch="b") for number in range(2)]
            for task in ids:
                await b.done(task)
            b.store.damaged.add(ids[0])
            first, second = await lines_of(await b.store.scan(), b.store, recipe)
            assert first.answer == "" and second.answer == (await b.engine.answer(ids[1])).text != ""

    run(main())
