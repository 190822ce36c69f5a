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


def other_language(words: Words) -> str:
    """Return the code of the language that a page is not in."""
    return "en" if words.language == "zh" else "zh"


def render(
    words: Words,
    card: str,
    texts: Mapping[str, str],
    *,
    there: str,
    status: int = 200,
    markup: Mapping[str, str] | None = None,
) -> Response:
    """Fill a page in.

    Args:
        card: the file of what is on this page; what all have is around it.
        texts: shown letter by letter, the `title` among them.
        there: the address of the page in the other language.
        markup: HTML of our own.
    """
    of_all = {
        "language": "zh-CN" if words.language == "zh" else "en",
        "product": words("product"),
        "there": there,
        "other_lang": other_language(words),
        "other_language": words("other_language"),
    }
    shown = {name: escape(text) for name, text in {**texts, **of_all}.items()} | dict(markup or {})
    shown["card"] = Template(_file(card)).substitute(shown)
    return HTMLResponse(
        Template(_file("plain_page.html")).substitute(shown, style=_file("plain_page.css")),
        status,
        headers={
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        },
    )


def _file(name: str) -> str:
    return (files("dashboards") / name).read_text(encoding="utf-8")


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
