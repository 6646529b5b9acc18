"""What is asked is checked before it is stored: a task that could never run as asked is never made."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode, InvalidSpecError, Problem
from engine.providers.port import Capabilities
from engine.providers.scripted import ScriptedProvider
from tests.virtual_time import run
from tests.workbench import bench


def test_a_model_that_a_provider_certainly_has_not_is_refused() -> None:
    """The one model of this computer would answer in its name; nothing of the task is kept."""

    async def main() -> None:
        provider = ScriptedProvider(capabilities=Capabilities(models=("scripted-model",)))
        async with bench(provider=provider) as b:
            with pytest.raises(InvalidSpecError) as refused:
                await b.submit(model="nope")
            assert refused.value.problems == (Problem(field="model", code=ErrorCode.UNKNOWN_MODEL),)
            assert b.engine.snapshots() == ()
            assert await b.submit(model="scripted-model")

    run(main())
