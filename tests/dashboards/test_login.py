"""Logging in and out, against the real sessions route on a real database."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route

from dashboards.login import Login, log_out
from dashboards.visitor import read_visitor
from transactional import problem_documents
from transactional.clock import system_clock
from transactional.database import open_pools
from transactional.sessions.domain import SessionSigner
from transactional.sessions.operations import LoginDesk, create_login
from transactional.sessions.routes import router
from transactional.tenants.operations import NewTenant, create_tenant

FORM = {"tenant_code": " acorn ", "username": "li.na", "password": "correct horse"}


def screens(transactional: httpx.AsyncClient) -> httpx.AsyncClient:
    app = Starlette(
        routes=[
            Route("/login", Login),
            Route("/logout", log_out),
        ]
    )
    app.state.transactional = transactional
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://screens")


@pytest.fixture
async def client(database_url: str, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    owner = await asyncpg.connect(database_url)
    tenant_id = await create_tenant(owner, NewTenant("acorn", "橡果银行", "bank"))
    await create_login(owner, tenant_id=tenant_id, username="li.na", password="correct horse", role="planner")
    await owner.close()
    mall = FastAPI()
    problem_documents.install(mall)
    mall.include_router(router)
    async with open_pools(database_url) as pools:
        mall.state.login_desk = LoginDesk(pools.api, SessionSigner(secret, system_clock))
        transport = httpx.ASGITransport(mall)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://mall") as transactional,
            screens(transactional) as opened,
        ):
            yield opened


async def test_the_right_password_sets_the_session_cookie(client: httpx.AsyncClient, secret: str) -> None:
    answer = await client.post("/login", data=FORM)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    visitor = read_visitor(dict(client.cookies), secret)
    assert (visitor.tenant_name, visitor.username, visitor.role) == ("橡果银行", "li.na", "planner")
    session, language = answer.headers.get_list("set-cookie")
    assert session.endswith("; HttpOnly; Max-Age=43200; Path=/; SameSite=lax")
    assert language.startswith("pointmart_language=zh;")


async def test_who_followed_a_link_is_led_to_its_page(client: httpx.AsyncClient) -> None:
    wished = {"next": "/planner?level=item&lang=en"}
    form = await client.get("/login", params=wished)

    assert 'action="/login?lang=zh&amp;next=%2Fplanner%3Flevel%3Ditem%26lang%3Den"' in form.text
    assert 'href="/login?lang=en&amp;next=%2Fplanner%3Flevel%3Ditem%26lang%3Den"' in form.text
    answer = await client.post("/login", params=wished, data=FORM)
    assert answer.headers["location"] == "/planner?level=item&lang=en"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https://evil.example", "evil.example", "/\t/evil.example", "/\nx"],
)
async def test_a_login_leads_to_no_other_site(client: httpx.AsyncClient, elsewhere: str) -> None:
    answer = await client.post("/login", params={"next": elsewhere}, data=FORM)

    assert answer.headers["location"] == "/"


async def test_over_https_the_cookie_never_travels_in_the_clear(client: httpx.AsyncClient) -> None:
    answer = await client.post("https://screens/login", data=FORM)

    assert all("; Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong horse"},
        {"tenant_code": "birch"},
        {"username": ""},
        {"password": "x" * 300},
        {"username": "li\x00na"},
    ],
)
async def test_wrong_credentials_are_refused_with_a_sentence(
    client: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    answer = await client.post("/login", data=FORM | wrong)

    assert answer.status_code == 401
    assert "企业代码、用户名或密码不正确，请核对后重试；连续输错 5 次后，要等 15 分钟。" in answer.text
    assert not client.cookies


async def test_the_form_keeps_what_was_typed_but_the_password(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/login?lang=en", data=FORM | {"username": '"><script>', "password": "wrong horse"}
    )

    assert "The enterprise code, username or password is wrong." in answer.text
    assert 'value="acorn"' in answer.text
    assert 'value="&quot;&gt;&lt;script&gt;"' in answer.text
    assert "wrong horse" not in answer.text
    assert "<script" not in answer.text


async def test_the_language_of_the_login_stays(client: httpx.AsyncClient) -> None:
    await client.post("/login?lang=en", data=FORM)

    assert "Log in to your enterprise" in (await client.get("/login")).text


async def test_an_empty_form_is_a_wrong_login(client: httpx.AsyncClient) -> None:
    assert (await client.post("/login", content=b"")).status_code == 401


@pytest.mark.parametrize("body", [b"username=" + b"x" * 20_000, iter([b"username=", b"li.na"])])
async def test_a_body_without_an_end_is_not_read(client: httpx.AsyncClient, body: bytes) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield body if isinstance(body, bytes) else b"".join(body)

    form = {"content-type": "application/x-www-form-urlencoded"}
    content = body if isinstance(body, bytes) else parts()

    assert (await client.post("/login", content=content, headers=form)).status_code == 413


async def test_logging_out_takes_the_cookie_back(client: httpx.AsyncClient) -> None:
    await client.post("/login", data=FORM)

    answer = await client.get("/logout")

    assert answer.headers["location"] == "/login"
    assert "pointmart_session" not in client.cookies


async def test_another_site_logs_nobody_out(client: httpx.AsyncClient) -> None:
    await client.post("/login", data=FORM)

    await client.get("/logout", headers={"sec-fetch-site": "cross-site"})

    assert "pointmart_session" in client.cookies


async def test_the_login_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/login")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http" not in answer.text.replace("http-equiv", "")


async def test_an_unreachable_login_service_is_told_in_a_sentence() -> None:
    # Port 9 of this machine discards: nobody answers there.
    async with (
        httpx.AsyncClient(base_url="http://127.0.0.1:9", trust_env=False) as nowhere,
        screens(nowhere) as client,
    ):
        answer = await client.post("/login", data=FORM)

    assert answer.status_code == 503
    assert "登录服务暂时无法连接，请几分钟后重试" in answer.text


async def test_a_failing_login_service_is_told_in_a_sentence() -> None:
    broken = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(500)), base_url="http://mall"
    )
    async with broken, screens(broken) as client:
        answer = await client.post("/login", data=FORM)

    assert answer.status_code == 503
