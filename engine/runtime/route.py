"""Which provider and model the next attempt of a step goes to: a pure decision, the one place where it is made.

A person names further routes that a task may take where its first one keeps failing. A step leaves a route when it
failed there `switch_after` times in a row, or at once where no other attempt there can help, and takes the next one it
has not tried. The task stays on the route that worked: after `RETURN_AFTER` steps, the first one is tried again.

Another policy (by price, by kind of step) takes this one's place as a `Router`, handed to the engine with its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.task import Route, Standing, TaskSpec
from engine.runtime.failure import Failure

RETURN_AFTER = 5
"""Steps on another route before the first one is tried again."""


Router = Callable[[TaskSpec, Standing, Sequence[Failure]], Route]
"""Given what was asked, where it stands and the failures of this step, oldest first: where to go next."""


def route(spec: TaskSpec, standing: Standing, failures: Sequence[Failure]) -> Route:
    """Return the next attempt's route; the last one again where there is none left to try."""
    if not failures:
        return _begin(spec, standing)
    last = failures[-1].route
    return next(iter(_untried(spec, failures)), last) if leaves(spec, failures) else last


def leaves(spec: TaskSpec, failures: Sequence[Failure]) -> bool:
    """Whether the route of the last failure is given up for another one, where there is one."""
    often = min(spec.retry.switch_after, spec.retry.max_retries + 1)
    return failures[-1].cure.leaves or in_a_row(failures) >= often


def in_a_row(failures: Sequence[Failure]) -> int:
    """Return how many of the last failures were on one route."""
    last = failures[-1].route
    return next((n for n, each in enumerate(reversed(failures)) if each.route != last), len(failures))


def _begin(spec: TaskSpec, standing: Standing) -> Route:
    routes = spec.routes
    stays = standing.route < len(routes) and standing.steps_done - standing.route_step < RETURN_AFTER
    return routes[standing.route if stays else 0]


def _untried(spec: TaskSpec, failures: Sequence[Failure]) -> list[Route]:
    """Return the routes not tried in this step, from the one after the last on."""
    routes, tried = spec.routes, {each.route for each in failures}
    last = failures[-1].route
    after = routes.index(last) + 1 if last in routes else 0
    return [each for each in (*routes[after:], *routes[:after]) if each not in tried]
