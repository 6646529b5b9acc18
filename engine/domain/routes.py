"""Providers and models as a person types and reads them: "provider/model", several apart by commas."""

from __future__ import annotations

from engine.domain.task import Route


def read_routes(text: str) -> tuple[Route, ...]:
    """Return the routes of a text; raises ValueError for one that does not name both."""
    return tuple(_route(part.strip()) for part in text.replace("\n", ",").split(",") if part.strip())


def read_route(text: str) -> Route | None:
    """Return the one route of a text, None where it has none; raises ValueError for several, or half of one."""
    routes = read_routes(text)
    if len(routes) > 1:
        raise ValueError(text)
    return routes[0] if routes else None


def written_routes(routes: tuple[Route, ...]) -> str:
    """Return routes as `read_routes` takes them."""
    return ", ".join(f"{each.provider}/{each.model}" for each in routes)


def _route(text: str) -> Route:
    provider, sign, model = text.partition("/")
    if not (sign and provider.strip() and model.strip()):
        raise ValueError(text)
    return Route(provider=provider.strip(), model=model.strip())
