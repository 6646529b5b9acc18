"""The commands. Each is a thin face: what it does is in `running` and `looking`, how it speaks in `report`.

Those on what is over already, attempts and checkpoints, are in `history`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.care import care
from app.cli.history import history
from app.cli.money import money
from app.cli.options import (
    DataDir,
    Deadline,
    Delimiter,
    Encoding,
    Header,
    Json,
    Paused,
    Policy,
    Rows,
    SkipBad,
    SummaryModel,
    SummaryShare,
    TaskName,
    Template,
    TemplateFile,
    Times,
    WindowSteps,
    paths_of,
    program_of,
    wait,
)
from app.cli.report import Exit, Output, wrong
from app.cli.steering import steering

HELP = """Drover runs long, multi-step LLM tasks on your own computer. Without a command it opens its window.

Exit codes: 0 completed · 1 failed · 2 bad input · 3 paused · 4 timed out · 5 the folder is in use · 6 the saved data
cannot be read or written · 7 cancelled · 130 ended by Ctrl-C or SIGTERM before a task began
"""

cli = typer.Typer(help=HELP, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

cli.add_typer(history)
cli.add_typer(steering)
cli.add_typer(care)
cli.add_typer(money)


@cli.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    data_dir: DataDir = None,
    self_test: Annotated[bool, typer.Option("--self-test", help="Check this build and end.")] = False,  # noqa: FBT002
) -> None:
    """Open the window when no command is given."""
    if self_test:
        from app.self_test import run_self_test  # noqa: PLC0415 - loads Qt

        raise typer.Exit(run_self_test())
    if context.invoked_subcommand is None:
        Output(json=False).guarded(lambda: _open_window(data_dir))


@cli.command()
def run(  # noqa: PLR0917 - typer passes options by name
    words: Annotated[list[str] | None, typer.Argument(metavar="GOAL", help="What to do.")] = None,
    goal: Annotated[str, typer.Option(help="What to do.")] = "",
    pipeline: Annotated[
        Path | None, typer.Option(help="File of prompts: text with lines of --- or --- review, or TOML.")
    ] = None,
    title: Annotated[str, typer.Option()] = "",
    provider: Annotated[str, typer.Option(help="local, simulator, holysheep, openai, ollama, lmstudio, …")] = "",
    base_url: Annotated[str, typer.Option(help="Address of an OpenAI-compatible server.")] = "",
    api_key_env: Annotated[str, typer.Option(help="Environment variable that holds its key.")] = "",
    price_in: Annotated[str, typer.Option(help="Dollars per million input tokens.")] = "",
    price_out: Annotated[str, typer.Option(help="Dollars per million output tokens.")] = "",
    free: Annotated[bool, typer.Option("--free", help="The model costs nothing.")] = False,  # noqa: FBT002
    model: Annotated[str, typer.Option()] = "",
    steps: Annotated[int | None, typer.Option(help="Steps at most.")] = None,
    budget: Annotated[str, typer.Option(help="Dollars at most; then it pauses.")] = "",
    temperature: Annotated[float | None, typer.Option()] = None,
    max_output: Annotated[int | None, typer.Option(help="Tokens of a reply at most.")] = None,
    system: Annotated[str, typer.Option(help="Your own system prompt.")] = "",
    context: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; may be repeated.")] = None,
    batch: Annotated[str, typer.Option(help="Name of the batch the task belongs to.")] = "",
    batch_budget: Annotated[str, typer.Option(help="Dollars that the whole batch may spend.")] = "",
    deadline: Deadline = "",
    start_at: Annotated[str, typer.Option(help="Not before this time: 07:00, or 2026-12-01 07:00.")] = "",
    priority: Annotated[int | None, typer.Option(help="Higher starts first.")] = None,
    review_every: Annotated[int | None, typer.Option(help="Ask you before it goes on, every so many steps.")] = None,
    time: Times = None,
    loop: Annotated[str, typer.Option(help="Pause after so many repeats running (3), or off.")] = "",
    schema: Annotated[Path | None, typer.Option(help="File with a JSON schema that the answer shall fit.")] = None,
    rows: Rows = None,
    template: Template = "",
    template_file: TemplateFile = None,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    header: Header = None,
    skip_bad: SkipBad = False,  # noqa: FBT002
    paused: Paused = False,  # noqa: FBT002
    fallback: Annotated[
        list[str] | None, typer.Option(help="PROVIDER/MODEL to go on with if it keeps failing; may be repeated.")
    ] = None,
    policy: Annotated[
        str, typer.Option(help="How each step's model is chosen: fixed (--model), economy, balanced or quality.")
    ] = "",
    complexity: Annotated[str, typer.Option(help="simple, moderate, complex or highly_complex.")] = "",
    candidate: Annotated[
        list[str] | None, typer.Option(help="PROVIDER/MODEL that a policy may choose, too; may be repeated.")
    ] = None,
    context_policy: Policy = None,
    window_steps: WindowSteps = None,
    summary_share: SummaryShare = None,
    summary_model: SummaryModel = "",
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Run a task to its end, or with --import one for each row. Ctrl-C pauses durably and says how to go on."""
    from app.cli.asked import Asked  # noqa: PLC0415 - see `program_of`
    from app.cli.repeated import Repeated  # noqa: PLC0415
    from app.cli.running import run as run_task  # noqa: PLC0415

    asked = Asked(
        goal=goal or " ".join(words or ()),
        pipeline=pipeline,
        title=title,
        provider=provider,
        base_url=base_url,
        key_variable=api_key_env,
        price_in=price_in,
        price_out=price_out,
        free=free,
        model=model,
        steps=steps,
        budget=budget,
        temperature=temperature,
        max_output=max_output,
        system=system,
        context=context or (),
        batch=batch,
        batch_budget=batch_budget,
        batch_deadline=deadline,
        start_at=start_at,
        priority=priority,
        schema=schema,
        review_every=review_every,
        loop=loop,
        times=time or (),
        fallbacks=fallback or (),
        policy=policy,
        complexity=complexity,
        candidates=candidate or (),
        repeated=Repeated(policy=context_policy, window=window_steps, share=summary_share, model=summary_model),
    )
    output = Output(json)
    if rows is None:
        output.guarded(lambda: wait(lambda: run_task(program_of(data_dir), asked, output)))
    from app.cli.batching import run_batch  # noqa: PLC0415
    from app.cli.sources import Source  # noqa: PLC0415

    source = Source(
        file=rows,
        template=template,
        template_file=template_file,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        skip_bad=skip_bad,
        paused=paused,
    )
    output.guarded(lambda: wait(lambda: run_batch(program_of(data_dir), asked, source, output)))


@cli.command(name="list")
def list_tasks(data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """List the tasks; works beside a running window."""
    from app.cli.looking import list_all  # noqa: PLC0415

    output = Output(json)
    output.guarded(lambda: wait(lambda: list_all(paths_of(data_dir), output)))


@cli.command()
def show(task: TaskName, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Show a task with its steps and attempts; works beside a running window."""
    from app.cli.looking import show_one  # noqa: PLC0415

    output = Output(json)
    output.guarded(lambda: wait(lambda: show_one(paths_of(data_dir), task, output)))


@cli.command()
def resume(
    task: Annotated[str, typer.Argument(metavar="[ID]")] = "",
    every: Annotated[bool, typer.Option("--all", help="Everything that is paused or was interrupted.")] = False,  # noqa: FBT002
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Go on with a task from its last saved step. A reply whose end is unknown is asked for again: your yes to that."""
    from app.cli.looking import resumable  # noqa: PLC0415
    from app.cli.running import resume as resume_tasks  # noqa: PLC0415

    output = Output(json)

    async def act() -> Exit:
        ids = await resumable(paths_of(data_dir), task, every=every)
        return await resume_tasks(program_of(data_dir), ids, output)

    output.guarded(lambda: wait(act))


@cli.command()
def budget(  # noqa: PLR0917 - typer passes options by name
    day: Annotated[str, typer.Option(help="Dollars a day, or none.")] = "",
    month: Annotated[str, typer.Option(help="Dollars a month, or none.")] = "",
    everything: Annotated[str, typer.Option(help="Dollars for everything ever, or none.")] = "",
    batch: Annotated[str, typer.Option(help="A batch, for --limit.")] = "",
    limit: Annotated[str, typer.Option(help="Dollars that the batch may spend, or none.")] = "",
    lift: Annotated[str, typer.Option(metavar="PROVIDER/MODEL", help="Use a model again that billed too much.")] = "",
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Show what was spent and may be spent at every level (beside a running window, too); set limits."""
    from app.cli.budget import Changes  # noqa: PLC0415 - see `program_of`
    from app.cli.budget import budget as show_budget  # noqa: PLC0415

    changes = Changes(day=day, month=month, everything=everything, batch=batch, limit=limit, lift=lift)
    output = Output(json)
    output.guarded(lambda: wait(lambda: show_budget(program_of(data_dir), changes, output)))


@cli.command()
def ledger(
    csv: Annotated[bool, typer.Option("--csv", help="Print it as CSV.")] = False,  # noqa: FBT002
    out: Annotated[Path | None, typer.Option(help="File to write as CSV.")] = None,
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Show every attempt and correction with what it cost; works beside a running window."""
    from app.cli.looking import export_ledger  # noqa: PLC0415

    output = Output(json)
    output.guarded(lambda: wait(lambda: export_ledger(paths_of(data_dir), out, output, csv=csv)))


@cli.command()
def export(  # noqa: PLR0917 - typer passes options by name
    task: Annotated[str, typer.Argument(metavar="[ID]", help="A task's id, or how it begins.")] = "",
    form: Annotated[str, typer.Option("--format", help="md or json; of a batch csv, jsonl or md.")] = "",
    batch: Annotated[str, typer.Option(help="Name of a batch, to export it as a table.")] = "",
    columns: Annotated[str, typer.Option(help="Of the table, with commas between; all without it.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; standard output without it.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Export a task as Markdown or JSON, or a batch as a table (partial while it runs); works beside a window."""
    from app.cli.exporting import export_batch  # noqa: PLC0415
    from app.cli.looking import export_one  # noqa: PLC0415

    output, paths = Output(json=False), paths_of(data_dir)
    if batch:
        output.guarded(
            lambda: wait(lambda: export_batch(paths, batch, output, form=form or "csv", chosen=columns, out=out))
        )
    output.guarded(lambda: wait(lambda: export_one(paths, task, form or "md", out, output)))


@cli.command()
def simulate(  # noqa: PLR0917 - typer passes options by name
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option()] = 1,
    speed: Annotated[float, typer.Option(help="Factor on the models' speed.")] = 1.0,
    done_after: Annotated[int, typer.Option(help="Replies after which the model says it is done.")] = 0,
    faults: Annotated[str, typer.Option(help="Kinds with a probability: rate_limit=0.1,cut=0.05")] = "",
    json: Json = False,  # noqa: FBT002
) -> None:
    """Serve simulated models on this computer, OpenAI-compatible."""
    from app.cli.simulating import read_faults, serve  # noqa: PLC0415
    from engine.simulator.config import SimulatorConfig  # noqa: PLC0415

    output = Output(json)

    async def act() -> Exit:
        config = SimulatorConfig(port=port, seed=seed, speed=speed, done_after=done_after, faults=read_faults(faults))
        return await serve(config, output)

    output.guarded(lambda: wait(act))


@cli.command()
def demo(
    out: Annotated[Path | None, typer.Option(help="Folder for the screenshots.")] = None,
    provider: Annotated[str, typer.Option(help="local or simulator.")] = "local",
) -> None:
    """Play the main job in a real window: make, pause, kill, reopen, resume, finish; pictures of each stage."""
    from app.demo import run_demo  # noqa: PLC0415 - starts windows

    raise typer.Exit(run_demo(out, provider))


@cli.command(name="demo-stage", hidden=True)
def demo_stage(
    act: Annotated[str, typer.Option()],
    folder: Annotated[Path, typer.Option()],
    pictures: Annotated[Path, typer.Option()],
    provider: Annotated[str, typer.Option()],
    word: Annotated[str, typer.Option()],
) -> None:
    """Play one act of the demonstration; `drover demo` starts it."""
    from app.demo.act import play  # noqa: PLC0415 - loads Qt

    raise typer.Exit(play(act, folder, pictures, provider, word))


def _open_window(data_dir: Path | None) -> Exit:
    try:
        from app.desktop import run_window  # noqa: PLC0415 - loads Qt
    except ImportError as error:  # a system library that Qt needs
        raise wrong("no_window", problem=error) from error
    return Exit(run_window(paths_of(data_dir)))
