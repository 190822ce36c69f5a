"""账户 Account: one's own password, and the way out. A plain page, because only a response can change the cookie."""

import logging

import httpx
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.login import login_for
from dashboards.plain_page import form_of, keep_session, other_language, render, words_of
from dashboards.roles import role_name
from dashboards.visitor import COOKIE, NotLoggedIn, Visitor, read_visitor
from dashboards.words import Words

_log = logging.getLogger(__name__)

_FIELDS = ("current_password", "new_password", "new_password_again")
_REFUSALS = {"wrong-password": ("account_wrong", 403), "invalid-login": ("account_unusable", 422)}


class Account(HTTPEndpoint):
    """The page of whoever is logged in; the gate lets nobody else here."""

    async def get(self, request: Request) -> Response:
        """Show who is logged in, and the form."""
        visitor = _visitor(request)
        return _page(request, words_of(request), visitor) if visitor else _to_the_login()

    async def post(self, request: Request) -> Response:
        """Change the password, and let the browser keep the new session: all former ones are over."""
        words, visitor = words_of(request), _visitor(request)
        if visitor is None:
            return _to_the_login()
        typed = await form_of(request, _FIELDS)
        if typed is None or typed["new_password"] != typed["new_password_again"]:
            return _page(request, words, visitor, mistake="account_unequal", status=422)
        client: httpx.AsyncClient = request.app.state.transactional
        try:
            answer = await client.post(
                "/v1/sessions/password",
                json={name: typed[name] for name in _FIELDS[:2]},
                headers={"Authorization": f"Bearer {request.cookies[COOKIE]}"},
            )
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("transactional cannot be reached: %r", error)
            return _page(request, words, visitor, mistake="login_unreachable", status=503)
        if answer.status_code == 201:
            response = _page(request, words, visitor, done="account_changed")
            keep_session(response, request, told["token"])
            return response
        if answer.status_code == 401:
            return _to_the_login()
        slug = str(told.get("type", "")).rsplit(":", 1)[-1]
        mistake, status = _REFUSALS.get(
            slug, ("account_unusable", 422) if answer.status_code == 422 else ("login_unreachable", 503)
        )
        return _page(request, words, visitor, mistake=mistake, status=status)


def _visitor(request: Request) -> Visitor | None:
    try:
        return read_visitor(request.cookies, request.app.state.session_secret)
    except NotLoggedIn:
        return None


def _to_the_login() -> Response:
    response = RedirectResponse(login_for("/account", ""), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def _page(
    request: Request,
    words: Words,
    visitor: Visitor,
    *,
    mistake: str | None = None,
    done: str | None = None,
    status: int = 200,
) -> Response:
    other = other_language(words)
    role = role_name(words, visitor.role)
    texts = {
        "here": f"/account?lang={words.language}",
        "title": words("account_title"),
        "who": words("account_who", tenant=visitor.tenant_name, username=visitor.username, role=role),
        "current_password": words("current_password"),
        "new_password": words("new_password"),
        "new_password_again": words("new_password_again"),
        "rule": words("password_rule"),
        "submit": words("change_password"),
        "back": words("account_back"),
        "log_out": words("log_out"),
        "mistake": words(mistake) if mistake else "",
        "done": words(done) if done else "",
    }
    return render(words, "account.html", texts, there=f"/account?lang={other}", status=status)
