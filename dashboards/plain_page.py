"""Pages that work without scripts: filled in, hardened, and in the language of whoever looks."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboards.visitor import COOKIE, SESSION_SECONDS
from dashboards.words import LANGUAGE_COOKIE, Words, choose_language

_MAX_FORM_PARTS = 10
_MAX_FORM_BYTES = 10_000


def words_of(request: Request) -> Words:
    """Return the words in the language that the address or the reader's last choice names."""
    return Words(choose_language(request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)))


def render(
    template: str, texts: Mapping[str, str], status: int = 200, *, markup: Mapping[str, str] | None = None
) -> Response:
    """Fill a page in; `markup` is HTML of our own, all other texts are shown letter by letter."""
    page = Template((files("dashboards") / template).read_text(encoding="utf-8"))
    style = (files("dashboards") / "plain_page.css").read_text(encoding="utf-8")
    return HTMLResponse(
        page.substitute(
            {name: escape(text) for name, text in texts.items()} | {"style": style, **(markup or {})}
        ),
        status,
        headers={
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        },
    )


async def form_of(request: Request, names: tuple[str, ...]) -> dict[str, str] | None:
    """Return fields of a form, empty where they are left out; None if the form is too large."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _MAX_FORM_BYTES:
        return None
    async with request.form(max_files=0, max_fields=_MAX_FORM_PARTS) as form:
        return {name: str(form.get(name, "")) for name in names}


def keep_session(response: Response, request: Request, token: str) -> None:
    """Let the browser keep a session; no script reads it, and no other site sends it with a form."""
    response.set_cookie(
        COOKIE, token, SESSION_SECONDS, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
