"""Addresses of pages before Streamlit sees them: it serves the first page under no name, and knows no page for a lost visitor."""

from urllib.parse import urlencode

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.navigation import ICONS
from dashboards.plain_page import other_language, render, words_of
from dashboards.roles import first_page
from dashboards.visitor import NotLoggedIn, read_visitor

# What Streamlit serves beside pages, by the beginning of the path.
_FILES = ("_stcore", "static", "app", "media", "component", "auth")


class FirstPage:
    """ASGI middleware that leads from the name of the page a visitor begins with to where it is served.

    Whoever asks for a page there is none of is told so, and led back.
    """

    def __init__(self, app: ASGIApp, *, secret: str) -> None:
        self._app = app
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, lead it to the first page, or answer that there is no such page."""
        app = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            app = self._answer(Request(scope)) or app
        await app(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        path = request.url.path.strip("/")
        if path and path == self._first(request):
            query = request.url.query
            return RedirectResponse(f"/?{query}" if query else "/", 303)
        is_page = "text/html" in request.headers.get("accept", "") and path.split("/")[0] not in _FILES
        return _no_page(request) if is_page and path and path not in ICONS else None

    def _first(self, connection: HTTPConnection) -> str | None:
        try:
            return first_page(read_visitor(connection.cookies, self._secret).role)
        except NotLoggedIn:
            return None


def _no_page(request: Request) -> Response:
    words = words_of(request)
    other = other_language(words)
    return render(
        words,
        "no_page.html",
        {
            "title": words("no_such_page"),
            "text": words("no_such_page_text"),
            "back": words("no_such_page_back"),
            "home": f"/?{urlencode({'lang': words.language})}",
        },
        there=f"{request.url.path}?{urlencode({'lang': other})}",
        status=404,
    )
