"""The way to an identity provider and back, and one's own account, with the whole mall and a provider on loopback."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboards.account import Account
from dashboards.app import _OPEN_PATHS
from dashboards.gate import SessionGate
from dashboards.login import Login
from dashboards.login_oidc import begin_oidc, end_oidc
from dashboards.visitor import COOKIE, read_visitor
from tests.transactional.sessions.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    running_provider,
)
from transactional.app import create_app
from transactional.clock import system_clock
from transactional.sessions.operations import create_login, link_login
from transactional.settings import TransactionalSettings
from transactional.tenants.operations import NewTenant, create_tenant

SCREENS = "http://127.0.0.1"
PASSWORD = "correct horse"


@dataclass
class Site:
    """The screens' own pages behind their gate, as one browser meets them."""

    browser: httpx.AsyncClient
    provider: IdentityProvider

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.browser.post(path, data=form, headers={"origin": SCREENS, "accept": "text/html"})

    async def sent_to(self, **form: str) -> str:
        """Begin a login; return where the page leads on to."""
        page = await self.post("/login/oidc?next=%2Fplanner%3Flang%3Den", **form)
        assert page.status_code == 200, page.text
        (address,) = re.findall(r'content="0; url=([^"]+)"', page.text)
        return unescape(address)


@pytest.fixture
async def site(database_url: str, secret: str) -> AsyncIterator[Site]:
    with running_provider(system_clock) as provider:
        owner = await asyncpg.connect(database_url)
        tenant_id = await create_tenant(owner, NewTenant("acorn", "橡果银行", "bank"))
        await create_login(owner, tenant_id=tenant_id, username="li.na", password=PASSWORD, role="planner")
        await link_login(
            owner, tenant_id=tenant_id, username="li.na", issuer=provider.url, subject=provider.subject
        )
        await owner.close()
        settings = TransactionalSettings(
            database_url=database_url, session_secret=secret, oidc_issuer=provider.url,  # type: ignore[arg-type]
            oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET,  # type: ignore[arg-type]
            oidc_redirect_uri=f"{SCREENS}/login/oidc/callback", oidc_name="<企业微信>",
        )  # fmt: skip
        mall = create_app(settings)
        screens = Starlette(
            routes=[
                Route("/login", Login),
                Route("/login/oidc", begin_oidc, methods=["POST"]),
                Route("/login/oidc/callback", end_oidc),
                Route("/account", Account),
                Route("/planner", lambda _: PlainTextResponse("the planner's page")),
            ],
            middleware=[Middleware(SessionGate, secret=secret, open_paths=_OPEN_PATHS)],
        )
        async with (
            mall.router.lifespan_context(mall),
            httpx.AsyncClient(transport=httpx.ASGITransport(mall), base_url="http://mall") as transactional,
            httpx.AsyncClient(transport=httpx.ASGITransport(screens), base_url=SCREENS) as browser,
        ):
            screens.state.transactional, screens.state.session_secret = transactional, secret
            yield Site(browser, provider)


async def back(site: Site, address: str) -> httpx.Response:
    """Agree at the provider and come back."""
    async with httpx.AsyncClient(trust_env=False) as outside:
        agreed = await outside.get(address)
    return await site.browser.get(agreed.headers["location"], headers={"accept": "text/html"})


async def test_the_button_leads_to_the_provider_and_back_to_the_page_that_was_wanted(
    site: Site, secret: str
) -> None:
    form = await site.browser.get("/login?next=%2Fplanner%3Flang%3Den")
    assert "用&lt;企业微信&gt;登录" in form.text
    assert 'formaction="/login/oidc?lang=zh&amp;next=%2Fplanner%3Flang%3Den"' in form.text
    address = await site.sent_to(tenant_code=" acorn ")
    answer = await back(site, address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/planner?lang=en")
    assert read_visitor(dict(site.browser.cookies), secret).username == "li.na"
    assert "pointmart_oidc" not in site.browser.cookies
    assert (await site.browser.get("/planner")).text == "the planner's page"


async def test_what_the_browser_keeps_is_for_the_way_back_alone(site: Site) -> None:
    page = await site.post("/login/oidc", tenant_code="acorn")
    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.endswith("; HttpOnly; Max-Age=600; Path=/login/oidc; SameSite=lax")
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_nobody_comes_back_who_did_not_begin_here(site: Site) -> None:
    """Somebody else's way back, put before a visitor, would log them in as that person."""
    address = await site.sent_to(tenant_code="acorn")
    site.browser.cookies.clear()
    answer = await back(site, address)
    assert (answer.status_code, COOKIE in site.browser.cookies) == (401, False)
    assert "请重新开始" in answer.text
    for query in ("", "?error=access_denied&state=x", "?code=x", "?state=x"):
        assert (await site.browser.get(f"/login/oidc/callback{query}")).status_code == 401


async def test_what_goes_wrong_is_told_on_the_form(site: Site) -> None:
    answer = await site.post("/login/oidc", tenant_code=" ")
    assert (answer.status_code, "请先填写企业代码" in answer.text) == (400, True)
    site.provider.subject = "a stranger"
    answer = await back(site, await site.sent_to(tenant_code="acorn"))
    assert (answer.status_code, "没有与你关联的登录" in answer.text) == (403, True)
    assert COOKIE not in site.browser.cookies


async def test_no_other_site_begins_a_login(site: Site) -> None:
    answer = await site.browser.post(
        "/login/oidc", data={"tenant_code": "acorn"}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403


async def log_in(site: Site) -> None:
    answer = await site.post("/login", tenant_code="acorn", username="li.na", password=PASSWORD)
    assert answer.status_code == 303, answer.text


async def test_ones_own_password_is_changed_and_the_browser_keeps_the_new_session(site: Site) -> None:
    await log_in(site)
    page = await site.browser.get("/account?lang=en")
    assert "橡果银行 · li.na · planner" in page.text
    before = site.browser.cookies[COOKIE]
    new = {"new_password": "another horse", "new_password_again": "another horse"}
    changed = await site.post("/account", current_password=PASSWORD, **new)
    assert (changed.status_code, "密码已修改" in changed.text) == (200, True)
    assert site.browser.cookies[COOKIE] != before or changed.headers.get_list("set-cookie")
    again = await site.post("/account", current_password="another horse", **dict.fromkeys(new, PASSWORD))
    assert (again.status_code, "密码已修改" in again.text) == (200, True)


@pytest.mark.parametrize(
    ("current", "new", "repeated", "status", "told"),
    [
        ("wrong horse", "another horse", "another horse", 403, "当前密码不正确"),
        (PASSWORD, "another horse", "another hors", 422, "不一致"),
        (PASSWORD, "short", "short", 422, "8 到 200 个字符"),
        (PASSWORD, PASSWORD, PASSWORD, 422, "与当前密码不同"),
    ],
)
async def test_a_password_that_cannot_be_changed_is_told_why(
    site: Site, current: str, new: str, repeated: str, status: int, told: str
) -> None:
    await log_in(site)
    answer = await site.post(
        "/account", current_password=current, new_password=new, new_password_again=repeated
    )
    assert (answer.status_code, told in answer.text) == (status, True)


async def test_nobody_sees_an_account_without_a_session(site: Site) -> None:
    answer = await site.browser.get("/account", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Faccount")
    answer = await site.post("/account", current_password=PASSWORD, new_password="x" * 9)
    assert answer.status_code == 303


def test_every_route_of_the_door_is_open_and_the_account_is_not(data_dir: Path) -> None:
    assert {"/login/oidc", "/login/oidc/callback"} <= set(_OPEN_PATHS)
    assert "/account" not in _OPEN_PATHS
