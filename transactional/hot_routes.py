"""The few routes that are worth microseconds, answered before a framework matches, wraps and validates."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from transactional.problem_documents import render_error

Handler = Callable[[Request], Awaitable[Response]]
# Method and path, without parameters.
Routes = Mapping[tuple[str, str], Handler]


class HotRoutes:
    """ASGI application that answers some routes itself and leaves the others to another one.

    It stands inside the body limit, so a handler may read a whole body.
    """

    def __init__(self, app: ASGIApp, routes: Routes) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if handler is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await handler(request)
        except Exception as error:  # noqa: BLE001 - the boundary: the client gets a problem document
            response = render_error(request, error)
        await response(scope, receive, send)
