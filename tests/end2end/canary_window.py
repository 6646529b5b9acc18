"""A window with a key, in a process of its own that ends badly: `python -m tests.end2end.canary_window URL`.

The key stands in the environment. It is kept, tested, used, and held by everything that then fails.
"""

from __future__ import annotations

import asyncio
import dataclasses
import faulthandler
import os
import sys
import threading

from app.desktop import Desktop, run_window
from app.paths import Paths
from engine.face import DroverError, State, TaskSpec
from tests.end2end.thief import MODEL
from ui.services import PricedModel, ProviderView

PATIENCE_S = 60.0


async def live(desktop: Desktop, url: str, key: str) -> None:
    """Set the provider up, run a task on it, export, and fail in every way."""
    services, engine = desktop.window.services, desktop.engine
    await services.keep_key("thief", key)
    view = ProviderView(name="thief", title="thief", kind="custom", base_url=url, priced=(_priced(),), set_up=True)
    _save(desktop, view)
    for bad in (f"https://user:{key}@127.0.0.1/v1", f"https://127.0.0.1/v1?key={key}"):
        try:
            _save(desktop, dataclasses.replace(view, name="bad", base_url=bad))
        except DroverError as error:
            print(error, repr(error), flush=True)
    print(await services.test(view, key), services.preferences(), desktop.program.configs(), flush=True)
    spec = TaskSpec(goal=f"Say {key}", title=f"T {key}", provider="thief", model=MODEL, max_steps=2, max_output=50)
    (task,) = await engine.submit([spec])
    desktop.window.bridge.drain()
    desktop.window.table.select(task)
    async with asyncio.timeout(PATIENCE_S):
        while engine.snapshot(task).state not in (State.COMPLETED, State.FAILED):  # noqa: ASYNC110 - a person looks
            await asyncio.sleep(0.02)
    await engine.saved()
    print(await engine.answer(task), await engine.steps(task), await engine.log(task), flush=True)
    print(repr(desktop), repr(services), vars(desktop.program.secrets).keys(), flush=True)
    fail(desktop, key)


def fail(desktop: Desktop, secret: str) -> None:
    """Fail in a slot, in a thread, in a callback, in a spawned act; then end without a farewell."""

    def work() -> None:
        own = secret
        raise LookupError(f"in a thread with {own} and Bearer {own}")

    async def act() -> None:
        raise LookupError(f"in an act with {secret!r}")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    desktop.window.services.spawn(act())
    asyncio.get_running_loop().call_soon(work)
    asyncio.get_running_loop().call_later(0.3, lambda: end(secret))


def end(secret: str) -> None:
    """Die as an interpreter does that can do nothing any more; `secret` is on its stack."""
    assert secret
    faulthandler._sigsegv()  # type: ignore[attr-defined]


def _save(desktop: Desktop, view: ProviderView) -> None:
    services = desktop.window.services
    services.save(dataclasses.replace(services.preferences(), providers=(view,)))


def _priced() -> PricedModel:
    return PricedModel(id=MODEL, input="1", output="2")


def main() -> None:
    """Run the window."""
    url, key = sys.argv[1], os.environ["CANARY_KEY"]

    def ready(desktop: Desktop) -> None:
        desktop.window.services.spawn(live(desktop, url, key))

    sys.exit(run_window(Paths.from_environment(os.environ), ready))


if __name__ == "__main__":
    main()
