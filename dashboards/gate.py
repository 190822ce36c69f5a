"""The door of the screens: no request, HTTP or WebSocket, gets past it without a valid session.

Besides the session it checks the origin of whatever may change something, so that no other site can
act with a visitor's cookie.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.login import login_for
from dashboards.problems import problem
from dashboards.visitor import NotLoggedIn, read_visitor

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# RFC 6455 leaves 4000-4999 to applications; before the handshake the server turns it into HTTP 403.
_REFUSED = 4401


class SessionGate:
    """ASGI middleware that lets visitors with a session in, and everyone to the open paths."""

    def __init__(self, app: ASGIApp, *, secret: str, open_paths: Collection[str]) -> None:
        self._app = app
        self._secret = secret
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on or refuse it."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        refusal: Response | None = None
        if scope["method"] not in _SAFE_METHODS and not _is_own_origin(connection, required=True):
            refusal = problem(
                "foreign-origin",
                "Request from elsewhere",
                403,
                "open this page in your browser and try again",
            )
        elif scope["path"] not in self._open_paths and not self._has_session(connection):
            refusal = _to_the_login(connection)
        await (refusal or self._app)(scope, receive, _hardened(send))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        if self._has_session(connection) and _is_own_origin(connection, required=False):
            await self._app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": _REFUSED, "reason": "log in first"})

    def _has_session(self, connection: HTTPConnection) -> bool:
        try:
            read_visitor(connection.cookies, self._secret)
        except NotLoggedIn:
            return False
        return True


def _to_the_login(connection: HTTPConnection) -> Response:
    if "text/html" in connection.headers.get("accept", ""):
        return RedirectResponse(login_for(connection.url.path, connection.url.query), 303)
    return problem("not-logged-in", "A session is needed", 401, "log in at /login and try again")


def _is_own_origin(connection: HTTPConnection, *, required: bool) -> bool:
    """Tell whether the page that asks is ours; browsers always name it in requests that matter."""
    origin = connection.headers.get("origin")
    if origin is None:
        return not required
    return urlsplit(origin).netloc == connection.headers.get("host")


def _hardened(send: Send) -> Send:
    async def send_hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("content-security-policy", "frame-ancestors 'none'")
            headers.setdefault("x-content-type-options", "nosniff")
            headers.setdefault("referrer-policy", "same-origin")
        await send(message)

    return send_hardened
