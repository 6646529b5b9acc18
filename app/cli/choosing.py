"""Where a task of the command line runs: the provider, its key, the model. Whatever is wrong is told before it begins.

A key stays with its address: a provider that is known, here or in the settings, is never reached at another one.
"""

from __future__ import annotations

import re

from app.cli.asked import Asked, origin, place, with_path
from app.cli.report import wrong
from app.composition import BY_NAME, LOCAL, SIMULATOR, Program
from app.secrets import Kept
from app.settings import ProviderSettings
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.task import TaskSpec
from engine.providers.port import ProviderError

BUILT_IN = frozenset({*BY_NAME, LOCAL, SIMULATOR})
NAME = re.compile("[A-Z_][A-Z0-9_]{0,60}")
"""What is quoted as the name of a variable: anything else may be a key."""


async def choose(program: Program, asked: Asked) -> TaskSpec:
    """Return the task with its provider and model, and remember a provider that is new.

    Raises:
        CommandError, DroverError: it cannot run; nothing was remembered.
    """
    own = asked.own_provider()
    if own is not None:
        own = _named(program, own, asked.provider)
    name = own.name if own else asked.provider or program.settings.default_provider
    if not name:
        raise wrong("no_provider")
    if not asked.goal and asked.pipeline is None:
        raise wrong("goal_missing")
    asked.spec(name, asked.model or "unknown yet")  # bad input first: before a key, a network or a folder is needed
    await _key(program, name, own)
    spec = asked.spec(name, await _model(program, name, asked.model))
    await _others(program, spec)
    if own is not None:
        program.remember(own)
    return spec


def _named(program: Program, own: ProviderSettings, given: str) -> ProviderSettings:
    """Return a provider under a name whose key may go to its address."""
    if given in BUILT_IN:
        raise wrong("built_in", name=given)
    name = f"{own.name}-server" if own.name in BUILT_IN else own.name
    known = program.settings.provider(name)
    if known is not None and place(known.base_url) != place(own.base_url):
        if given or origin(known.base_url) != origin(own.base_url):
            raise wrong("other_address", name=name)
        return _named(program, own.renamed(with_path(name, own.base_url)), given)
    return own.renamed(name)


async def _key(program: Program, name: str, own: ProviderSettings | None) -> None:
    """Find the key; one that the person named must be there, and one that is there must be one."""
    variable = own.key_variable if own else program.usual_variable(name)
    if own is not None:
        if variable and await program.secrets.load(name, variable) is not Kept.ENVIRONMENT:
            if program.secrets.holds(variable):
                raise DroverError(ErrorCode.INVALID_KEY)
            raise wrong("no_key_variable", name=variable if NAME.fullmatch(variable) else "")
        program.use(own)
    _known(program, name)
    await program.load_keys(name)
    if variable and program.secrets.key(name) is None and program.secrets.holds(variable):
        raise DroverError(ErrorCode.INVALID_KEY)


async def _others(program: Program, spec: TaskSpec) -> None:
    """See that the task may go wherever it was allowed to; finds the keys."""
    others = (*spec.named[1:], *filter(None, (spec.summary_model,)))
    for route in others:
        _known(program, route.provider)
        program.prices.quote(route.provider, route.model)
    if others:  # without a name, all keys would be looked for
        await program.load_keys(*dict.fromkeys(route.provider for route in others))


def _known(program: Program, name: str) -> None:
    try:
        program.providers.get(name)
    except DroverError as error:
        if error.code is not ErrorCode.UNKNOWN_PROVIDER:
            raise
        raise wrong("unknown_provider", names=", ".join(program.providers.names())) from error


async def _model(program: Program, provider: str, model: str) -> str:
    """Return the model to use: the one that was named, checked where the provider lists its models."""
    if not model and provider == program.settings.default_provider and program.settings.default_model:
        return program.settings.default_model
    try:
        offered = [each.id for each in await program.providers.get(provider).models()]
    except ProviderError as error:
        if model and error.code is not ErrorCode.UNREACHABLE:
            return model  # the run itself says what is wrong, and retries what can be retried
        raise  # a server that goes away later is waited for; one that is not there is more likely a wrong address
    if not model and provider == LOCAL:
        return offered[0]
    if not model:
        raise wrong("no_model", models=", ".join(offered[:20]))
    if offered and model not in offered:
        raise wrong("model_list", model=model, models=", ".join(offered[:20]))
    return model
