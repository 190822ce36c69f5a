"""Logging in and out: a plain page that works without scripts, and the session cookie."""

import logging
import re
from html import escape
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.plain_page import form_of, keep_session, other_language, render, words_of
from dashboards.visitor import COOKIE
from dashboards.words import LANGUAGE_COOKIE, Words

_log = logging.getLogger(__name__)

# The page somebody was on the way to when the login came between.
_NEXT = "next"
# A path of this site: two slashes, or what browsers take for a slash, would lead to another.
_OWN_PAGE = re.compile(r"/(?![/\\])[\x21-\x7e]{0,2000}")
_FORM_FIELDS = ("tenant_code", "username", "password")
# The form does not wait for the button.
_BUTTON_SECONDS = 1.0
# A year: which language someone reads does not change with the session.
_LANGUAGE_SECONDS = 31_536_000


class Login(HTTPEndpoint):
    """The login form; any other method is refused with a problem."""

    async def get(self, request: Request) -> Response:
        """Show the form."""
        return await login_page(request, words_of(request))

    async def post(self, request: Request) -> Response:
        """Check the credentials with transactional and set the session cookie."""
        words = words_of(request)
        credentials = await form_of(request, _FORM_FIELDS)
        if credentials is None:
            return await login_page(request, words, None, "login_wrong", 413)
        credentials["tenant_code"] = credentials["tenant_code"].strip()
        credentials["username"] = credentials["username"].strip()
        client: httpx.AsyncClient = request.app.state.transactional
        try:
            answer = await client.post("/v1/sessions", json=credentials)
        except httpx.HTTPError as error:
            _log.warning("transactional cannot be reached: %r", error)
            return await login_page(request, words, credentials, "login_unreachable", 503)
        if answer.status_code in (401, 422):
            return await login_page(request, words, credentials, "login_wrong", 401)
        if answer.status_code != 201:
            _log.error("transactional answered a login with %s: %s", answer.status_code, answer.text[:500])
            return await login_page(request, words, credentials, "login_unreachable", 503)
        return admitted(request, words, answer.json()["token"], wished(request))


def admitted(request: Request, words: Words, token: str, page: str | None) -> Response:
    """Let somebody in with a session, to the page they were on the way to."""
    response = RedirectResponse(page or "/", 303)
    keep_session(response, request, token)
    response.set_cookie(
        LANGUAGE_COOKIE,
        words.language,
        _LANGUAGE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def login_for(path: str, query: str) -> str:
    """Return the address of the login that leads to a page, with what its address says, once it has let somebody in."""
    wished = f"{path}?{query}" if query else path
    return "/login" if wished == "/" else f"/login?{urlencode({_NEXT: wished})}"


def wished(request: Request) -> str | None:
    """Return the page somebody was on the way to; never one of another site, whatever a link says."""
    return own_page(request.query_params.get(_NEXT, ""))


def own_page(wish: str) -> str | None:
    """Return a page if it is one of this site."""
    return wish if _OWN_PAGE.fullmatch(wish) else None


async def log_out(request: Request) -> Response:
    """Take the session cookie back, unless another site asks for it."""
    left = RedirectResponse("/login", 303)
    if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        left.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return left


def _login_in(language: str, wished: str | None) -> str:
    return "/login?" + urlencode({"lang": language} | ({_NEXT: wished} if wished else {}))


async def login_page(
    request: Request,
    words: Words,
    typed: dict[str, Any] | None = None,
    mistake: str | None = None,
    status: int = 200,
) -> Response:
    """Return the form, with what was typed and what is wrong with it."""
    typed = typed or {}
    wish = wished(request)
    other = other_language(words)
    texts = {
        "here": _login_in(words.language, wish),
        "title": words("login_title"),
        "tenant_code": words("tenant_code"),
        "username": words("username"),
        "password": words("password"),
        "submit": words("log_in"),
        "typed_tenant_code": typed.get("tenant_code", ""),
        "typed_username": typed.get("username", ""),
        "mistake": words(mistake) if mistake else "",
    }
    return render(
        words,
        "login.html",
        texts,
        there=_login_in(other, wish),
        status=status,
        markup={"oidc": await _oidc_button(request, words, wish)},
    )


async def _oidc_button(request: Request, words: Words, wish: str | None) -> str:
    """Return the button of the identity provider, or nothing if none is configured or known now."""
    client: httpx.AsyncClient = request.app.state.transactional
    try:
        answer = await client.get("/v1/sessions/oidc", timeout=_BUTTON_SECONDS)
        told = answer.json() if answer.is_success else {}
    except (httpx.HTTPError, ValueError) as error:
        _log.warning("transactional cannot tell of an identity provider: %r", error)
        return ""
    if not told.get("is_configured"):
        return ""
    action = escape(_login_in(words.language, wish).replace("/login", "/login/oidc", 1))
    label = escape(words("log_in_by", name=told["name"]))
    # The enterprise's code is asked for there: this button needs neither username nor password.
    return f'<button class="second" type="submit" formaction="{action}" formnovalidate>{label}</button>'
