"""Logging in and out: a plain page that works without scripts, and the session cookie."""

import logging
import re
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboards.visitor import COOKIE, SESSION_SECONDS
from dashboards.words import LANGUAGE_COOKIE, Words, choose_language

_log = logging.getLogger(__name__)

# The page somebody was on the way to when the login came between.
_NEXT = "next"
# A path of this site: two slashes, or what browsers take for a slash, would lead to another.
_OWN_PAGE = re.compile(r"/(?![/\\])[\x21-\x7e]{0,2000}")
_FORM_FIELDS = ("tenant_code", "username", "password")
_MAX_FORM_PARTS = 10
_MAX_FORM_BYTES = 10_000
# A year: which language someone reads does not change with the session.
_LANGUAGE_SECONDS = 31_536_000


class Login(HTTPEndpoint):
    """The login form; any other method is refused with a problem."""

    async def get(self, request: Request) -> Response:
        """Show the form."""
        return _page(request, _words(request))

    async def post(self, request: Request) -> Response:
        """Check the credentials with transactional and set the session cookie."""
        words = _words(request)
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _MAX_FORM_BYTES:
            return _page(request, words, None, "login_wrong", 413)
        async with request.form(max_files=0, max_fields=_MAX_FORM_PARTS) as form:
            credentials = {field: str(form.get(field, "")) for field in _FORM_FIELDS}
        credentials["tenant_code"] = credentials["tenant_code"].strip()
        credentials["username"] = credentials["username"].strip()
        client: httpx.AsyncClient = request.app.state.transactional
        try:
            answer = await client.post("/v1/sessions", json=credentials)
        except httpx.HTTPError as error:
            _log.warning("transactional cannot be reached: %r", error)
            return _page(request, words, credentials, "login_unreachable", 503)
        if answer.status_code in (401, 422):
            return _page(request, words, credentials, "login_wrong", 401)
        if answer.status_code != 201:
            _log.error("transactional answered a login with %s: %s", answer.status_code, answer.text[:500])
            return _page(request, words, credentials, "login_unreachable", 503)
        admitted = RedirectResponse(_wished(request) or "/", 303)
        is_https = request.url.scheme == "https"
        admitted.set_cookie(
            COOKIE, answer.json()["token"], SESSION_SECONDS, httponly=True, samesite="lax", secure=is_https
        )
        admitted.set_cookie(
            LANGUAGE_COOKIE, words.language, _LANGUAGE_SECONDS, httponly=True, samesite="lax", secure=is_https
        )
        return admitted


def login_for(path: str, query: str) -> str:
    """Return the address of the login that leads to a page, with what its address says, once it has let somebody in."""
    wished = f"{path}?{query}" if query else path
    return "/login" if wished == "/" else f"/login?{urlencode({_NEXT: wished})}"


def _wished(request: Request) -> str | None:
    """Return the page somebody was on the way to; never one of another site, whatever a link says."""
    wish = request.query_params.get(_NEXT, "")
    return wish if _OWN_PAGE.fullmatch(wish) else None


async def log_out(request: Request) -> Response:
    """Take the session cookie back, unless another site asks for it."""
    left = RedirectResponse("/login", 303)
    if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        left.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return left


def _login_in(language: str, wished: str | None) -> str:
    return "/login?" + urlencode({"lang": language} | ({_NEXT: wished} if wished else {}))


def _words(request: Request) -> Words:
    return Words(choose_language(request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)))


def _page(
    request: Request,
    words: Words,
    typed: dict[str, Any] | None = None,
    mistake: str | None = None,
    status: int = 200,
) -> Response:
    typed = typed or {}
    wished = _wished(request)
    other = "en" if words.language == "zh" else "zh"
    texts = {
        "language": "zh-CN" if words.language == "zh" else "en",
        "here": _login_in(words.language, wished),
        "other_lang": other,
        "there": _login_in(other, wished),
        "other_language": words("other_language"),
        "title": words("login_title"),
        "product": words("product"),
        "tenant_code": words("tenant_code"),
        "username": words("username"),
        "password": words("password"),
        "submit": words("log_in"),
        "typed_tenant_code": typed.get("tenant_code", ""),
        "typed_username": typed.get("username", ""),
        "mistake": words(mistake) if mistake else "",
    }
    page = Template((files("dashboards") / "login.html").read_text(encoding="utf-8"))
    return HTMLResponse(
        page.substitute({name: escape(text) for name, text in texts.items()}),
        status,
        headers={
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        },
    )
