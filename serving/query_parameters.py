"""Refuses query parameters that a route does not have: ignored, a misspelt one would answer another question."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from serving.problems import InvalidRequest


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a request with a query parameter that its route does not know; for every route of the service.

    Raises:
        InvalidRequest: with the names there are.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = set(_declared(route.dependant))
    for name in request.query_params:
        if name not in known:
            names = f"there are {', '.join(sorted(known))}" if known else "this route has none"
            raise InvalidRequest(f"query.{name}: there is no such parameter; {names}")


def _declared(dependant: Dependant) -> Iterator[str]:
    """Yield the names that a route's function and what it depends on take."""
    for field in dependant.query_params:
        yield field.alias
    for other in dependant.dependencies:
        yield from _declared(other)
