"""Logging in by an identity provider: the way there and back. Who somebody is, transactional finds out and decides."""

import logging
from html import escape
from urllib.parse import quote, unquote

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboards.login import admitted, login_page, own_page, wished
from dashboards.plain_page import form_of, words_of
from dashboards.words import Words

_log = logging.getLogger(__name__)

# What the browser that began must bring back; it goes to these paths alone.
_ATTEMPT = "pointmart_oidc"
_PATH = "/login/oidc"
_SECONDS = 600
_REFUSALS = {"login-not-linked": ("login_not_linked", 403), "oidc-refused": ("login_oidc_refused", 401)}


async def begin_oidc(request: Request) -> Response:
    """Send the person to the provider."""
    words = words_of(request)
    typed = await form_of(request, ("tenant_code", "username"))
    tenant_code = "" if typed is None else typed["tenant_code"].strip()
    if not tenant_code:
        return await login_page(request, words, typed, "login_code_first", 400)
    try:
        answer = await _transactional(request).post(
            "/v1/sessions/oidc/attempts", json={"tenant_code": tenant_code}
        )
        begun = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        _log.warning("transactional cannot be reached: %r", error)
        return await login_page(request, words, typed, "login_unreachable", 503)
    if answer.status_code != 201:
        return await login_page(request, words, typed, "login_oidc_away", 503)
    response = _sent_on(words, begun["authorization_url"])
    response.set_cookie(
        _ATTEMPT,
        f"{begun['attempt']}|{words.language}|{quote(wished(request) or '', safe='')}",
        _SECONDS,
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def end_oidc(request: Request) -> Response:
    """Let the person in whom the provider has sent back, once."""
    attempt, _, rest = request.cookies.get(_ATTEMPT, "").partition("|")
    language, _, wish = rest.partition("|")
    words = Words("en") if language == "en" else Words("zh")
    response = await _ended(request, words, attempt, own_page(unquote(wish)))
    response.delete_cookie(_ATTEMPT, path=_PATH, httponly=True, samesite="lax")
    return response


async def _ended(request: Request, words: Words, attempt: str, wish: str | None) -> Response:
    brought = {name: request.query_params.get(name, "") for name in ("code", "state")}
    if not attempt or not all(brought.values()):
        # Begun elsewhere or too long ago, or the provider says that the person did not agree.
        return await login_page(request, words, None, "login_oidc_refused", 401)
    try:
        answer = await _transactional(request).post("/v1/sessions/oidc", json={"attempt": attempt, **brought})
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        _log.warning("transactional cannot be reached: %r", error)
        return await login_page(request, words, None, "login_unreachable", 503)
    if answer.status_code == 201:
        return admitted(request, words, told["token"], wish)
    slug = str(told.get("type", "")).rsplit(":", 1)[-1]
    mistake, status = _REFUSALS.get(slug, ("login_oidc_away", 503))
    return await login_page(request, words, None, mistake, status)


def _sent_on(words: Words, address: str) -> Response:
    """Return a page that leads on: a redirect in answer to a form would be one that the form may not lead to."""
    there = escape(address)
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={there}">'
        f'<p><a href="{there}">{escape(words("log_in_on"))}</a></p>',
        headers={
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        },
    )


def _transactional(request: Request) -> httpx.AsyncClient:
    client: httpx.AsyncClient = request.app.state.transactional
    return client
