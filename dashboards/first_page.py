"""The first page of a role under its own name: Streamlit serves it under none, and would tell that it does not exist."""

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.roles import first_page
from dashboards.visitor import NotLoggedIn, read_visitor


class FirstPage:
    """ASGI middleware that leads from the name of the page a visitor begins with to where it is served."""

    def __init__(self, app: ASGIApp, *, secret: str) -> None:
        self._app = app
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or lead it to the first page."""
        app = self._app
        if scope["type"] == "http" and scope["method"] == "GET" and self._is_first(scope):
            query = scope["query_string"].decode("latin-1")
            app = RedirectResponse(f"/?{query}" if query else "/", 303)
        await app(scope, receive, send)

    def _is_first(self, scope: Scope) -> bool:
        try:
            visitor = read_visitor(HTTPConnection(scope).cookies, self._secret)
        except NotLoggedIn:
            return False
        return str(scope["path"]).strip("/") == first_page(visitor.role)
