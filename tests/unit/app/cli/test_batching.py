"""`drover run --import`: problems are told by row and nothing is created; else a task a row, run to their ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.asked import Asked
from app.cli.batching import run_batch
from app.cli.exporting import export_batch
from app.cli.looking import list_all
from app.cli.report import CommandError, Exit, Output
from app.cli.sources import Source
from app.composition import Program
from app.paths import Paths
from app.settings import Settings
from engine.domain.errors import DroverError, ErrorCode
from engine.runtime.supervisor import Supervisor
from engine.simulator.config import SimulatorConfig
from engine.store.store import open_store

JSON = Output(json=True)
ASKED = Asked(provider="simulator", model="sim-fast", steps=1, max_output=5, title="Ticket {{id}}")


def program(folder: Path) -> Program:
    """Return a program with its data in `folder`."""
    made = Program(paths=Paths.under(folder), settings=Settings())
    made.use_simulator(SimulatorConfig(speed=100))
    return made


def printed(capsys: pytest.CaptureFixture[str], kind: str) -> list[dict[str, object]]:
    """Return the objects of a kind that were printed since the last look."""
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [each for each in told if each["type"] == kind]


def file(folder: Path, text: str) -> Path:
    """Write a file of rows."""
    made = folder / "tickets.csv"
    made.write_bytes(text.encode("cp1252"))
    return made


async def test_each_row_is_a_task_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a batch that is called after the file, within its budget."""
    source = Source(file=file(tmp_path, "id;text\n1;Für\n2;€ 5\n"), template="Sort: {{text}}")
    status = await run_batch(program(tmp_path / "d"), ASKED, source, JSON)
    out = capsys.readouterr().out
    told = [json.loads(line) for line in out.splitlines()]
    assert status is Exit.COMPLETED
    assert (told[0]["type"], told[0]["encoding"], told[0]["delimiter"], told[0]["rows"]) == ("import", "cp1252", ";", 2)
    assert (told[1]["batch"], told[1]["count"]) == ("tickets", 2) and float(told[1]["worst_usd"]) > 0
    assert told[-1]["states"] == {"completed": 2} and told[-1]["count"] == 2
    assert {each["name"] for each in told if each["type"] == "task"} == {"Ticket 1", "Ticket 2"}


async def test_rows_with_problems_stop_all_unless_they_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is told with its row; nothing is created, no folder made."""
    bad = file(tmp_path, "id,text\n1,one\n2\n3,three\n4,\n")
    source = Source(file=bad, template="{{text}}")
    with pytest.raises(CommandError) as caught:
        await run_batch(program(tmp_path / "d"), ASKED, source, JSON)
    assert caught.value.code == "bad_rows" and caught.value.status is Exit.BAD_INPUT
    assert [(each["row"], each["code"]) for each in printed(capsys, "problem")] == [(3, "row_cells"), (5, "goal_empty")]
    assert not (tmp_path / "d" / "data" / "drover.db").exists()
    skipping = Source(file=bad, template="{{text}}", skip_bad=True, paused=True)
    assert await run_batch(program(tmp_path / "d"), ASKED, skipping, JSON) is Exit.COMPLETED
    assert printed(capsys, "result")[0]["states"] == {"paused": 2}
    await list_all(Paths.under(tmp_path / "d"), JSON)
    assert [each["name"] for each in printed(capsys, "task")] == ["Ticket 1", "Ticket 3"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (Source(file=Path("nowhere.csv"), template="x"), "not_imported"),
        (Source(file=Path("tickets.csv"), template="{{nope}}"), "bad_template"),
        (Source(file=Path("tickets.csv"), template="{{id"), "bad_template"),
        (Source(file=Path("tickets.csv"), template="x", encoding="ebcdic"), "bad_encoding"),
        (Source(file=Path("tickets.csv"), template="x", delimiter="::"), "bad_delimiter"),
        (Source(file=Path("tickets.csv"), template_file=Path("nowhere.txt")), "template_file"),
        (Source(file=Path("tickets.csv"), template="x", template_file=Path("nowhere.txt")), "template_twice"),
    ],
)
async def test_what_cannot_be_planned_is_refused_before_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Source, code: str
) -> None:
    """With a sentence that says what to do."""
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "id,text\n1,one\n2,two\n")
    with pytest.raises(CommandError) as caught:
        await run_batch(program(tmp_path / "d"), ASKED, source, JSON)
    assert caught.value.code == code
    assert not (tmp_path / "d" / "data" / "drover.db").exists()


async def test_a_refused_import_leaves_no_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that does not exist has no budget either, neither now nor for the next one of its name."""

    async def refuse(*_arguments: object, **_named: object) -> None:
        raise DroverError(ErrorCode.UNKNOWN_PROVIDER)

    monkeypatch.setattr(Supervisor, "submit", refuse)
    source = Source(file=file(tmp_path, "id,text\n1,one\n"), template="{{text}}")
    with pytest.raises(DroverError):
        await run_batch(program(tmp_path / "d"), replace(ASKED, batch_budget="5"), source, JSON)
    store = await open_store(tmp_path / "d" / "data")
    assert await store.budgets() == {}
    await store.close()


async def test_a_goal_and_a_template_are_one_too_many(tmp_path: Path) -> None:
    """One of them would be left out in silence."""
    source = Source(file=file(tmp_path, "id,text\n1,one\n"), template="{{text}}")
    with pytest.raises(CommandError) as caught:
        await run_batch(program(tmp_path / "d"), replace(ASKED, goal="Sort"), source, JSON)
    assert caught.value.code == "template_twice"


async def test_a_pipeline_of_templates_and_a_template_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prompts of a file, each with columns."""
    (tmp_path / "prompts.txt").write_text("Read {{text}}\n---\nSum up for {{id}}\n")
    asked = Asked(provider="simulator", model="sim-fast", max_output=5, pipeline=tmp_path / "prompts.txt", batch="b")
    source = Source(file=file(tmp_path, "id,text\n1,one\n2,two\n"))
    assert await run_batch(program(tmp_path / "d"), asked, source, JSON) is Exit.COMPLETED
    assert printed(capsys, "result")[0]["batch"] == "b"


async def test_a_batch_is_exported_with_chosen_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the rows had stands beside the answers; while tasks are left it is said to be partial."""
    rows = file(tmp_path, "id;text\n1;=Für\n2;zwei\n")
    source = Source(file=rows, template="{{text}}")
    await run_batch(program(tmp_path / "d"), ASKED, source, JSON)
    await run_batch(program(tmp_path / "d"), ASKED, Source(file=rows, template="{{text}}", paused=True), JSON)
    capsys.readouterr()
    paths, out = Paths.under(tmp_path / "d"), tmp_path / "out.csv"
    await export_batch(paths, "tickets", Output(json=False), form="csv", chosen="id, text,state", out=out)
    assert out.read_text("utf-8").splitlines() == [
        '"id","text","state"',
        '"1","\'=Für","completed"',
        '"2","zwei","completed"',
        '"1","\'=Für","paused"',
        '"2","zwei","paused"',
    ]
    assert "Partial: 2 of 4" in capsys.readouterr().err
    for batch, form, columns, code in (
        ("nope", "csv", "", "unknown_batch"),
        ("tickets", "xml", "", "bad_batch_format"),
        ("tickets", "md", "id,nope", "no_column"),
    ):
        with pytest.raises(CommandError) as caught:
            await export_batch(paths, batch, JSON, form=form, chosen=columns, out=None)
        assert caught.value.code == code
