"""Logging in, against a real database, through the real route."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

from transactional import problem_documents
from transactional.database import open_pools
from transactional.sessions import operations
from transactional.sessions.domain import InvalidLogin, LoginTaken, SessionSigner
from transactional.sessions.operations import LoginDesk, create_login
from transactional.sessions.routes import router
from transactional.tenants.operations import NewTenant, create_tenant

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "a secret of this test"


@pytest.fixture
def usual_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords hashed with as much work as outside of tests."""
    monkeypatch.setattr(operations, "PasswordHasher", PasswordHasher)
    operations._nobodys_hash.cache_clear()
    yield
    operations._nobodys_hash.cache_clear()


@pytest.fixture
async def tenant_id(database_url: str) -> UUID:
    connection = await asyncpg.connect(database_url)
    try:
        made = await create_tenant(connection, NewTenant("acorn", "橡果集团", "employee_benefit"))
        await create_login(
            connection, tenant_id=made, username="li.na", password="correct horse", role="planner"
        )
        await create_tenant(connection, NewTenant("birch", "白桦", "bank"))
    finally:
        await connection.close()
    return made


@pytest.fixture
async def client(database_url: str, tenant_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problem_documents.install(app)
    app.include_router(router)
    async with open_pools(database_url) as pools:
        app.state.login_desk = LoginDesk(pools.api, SessionSigner(SECRET, lambda: NOW))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mall") as opened:
            yield opened


async def log_in(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    body = {"tenant_code": "acorn", "username": "li.na", "password": "correct horse", **changes}
    return await client.post("/v1/sessions", json=body)


async def test_the_right_password_opens_a_session_of_twelve_hours(
    client: httpx.AsyncClient, tenant_id: UUID
) -> None:
    answer = await log_in(client)

    assert answer.status_code == 201
    opened = answer.json()
    token = opened.pop("token")
    assert opened == {
        "tenant_id": str(tenant_id),
        "tenant_code": "acorn",
        "tenant_name": "橡果集团",
        "username": "li.na",
        "role": "planner",
        "expires_at": "2026-03-02T21:30:00Z",
    }
    reader = URLSafeTimedSerializer(SECRET, salt="pointmart.session")
    payload, signed_at = reader.loads(token, return_timestamp=True)
    assert payload == {k: v for k, v in opened.items() if k != "expires_at"}
    assert signed_at == NOW


async def test_a_token_is_refused_once_it_is_too_old(client: httpx.AsyncClient) -> None:
    token = (await log_in(client)).json()["token"]

    with pytest.raises(SignatureExpired):
        URLSafeTimedSerializer(SECRET, salt="pointmart.session").loads(token, max_age=43200)


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "correct horsf"},
        {"username": "wang.wei"},
        {"tenant_code": "birch"},
        {"tenant_code": "nobody"},
        {"tenant_code": "ACORN'; drop table mall.login; --"},
    ],
)
async def test_whatever_is_wrong_the_refusal_is_the_same(
    client: httpx.AsyncClient, changes: dict[str, str]
) -> None:
    answer = await log_in(client, **changes)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:pointmart:problem:wrong-credentials",
        "title": "The login was refused",
        "status": 401,
        "detail": "the enterprise code, the username or the password is wrong; check them and try again, and after "
        "5 wrong passwords wait 15 minutes",
    }


async def test_a_disabled_login_is_refused(client: httpx.AsyncClient, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("update mall.login set disabled_at = now()")
    await connection.close()

    assert (await log_in(client)).status_code == 401


@pytest.mark.usefixtures("usual_hashes")
async def test_an_unknown_name_takes_as_long_as_a_wrong_password(client: httpx.AsyncClient) -> None:
    async def seconds(**changes: str) -> float:
        started = time.perf_counter()
        await log_in(client, **changes)
        return time.perf_counter() - started

    # Side by side, so that other work on the machine slows both alike.
    pairs = [(await seconds(username="nobody"), await seconds(password="wrong horse")) for _ in range(5)]

    # Without the password check an answer takes a tenth of the time.
    assert median(unknown / known for unknown, known in pairs) > 0.4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "x" * 201}, "body.password"),
        ({"username": "li\x00na"}, "body.username"),
        ({"tenant_code": ""}, "body.tenant_code"),
    ],
)
async def test_a_malformed_request_says_which_field(
    client: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    answer = await log_in(client, **changes)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_the_service_reads_a_tenant_by_its_exact_code_only(database_url: str, tenant_id: UUID) -> None:
    async with open_pools(database_url) as pools:
        assert await pools.api.fetch("select * from mall.tenant") == []
        assert await pools.api.fetch("select * from mall.tenant_by_code('acor%')") == []
        found = await pools.api.fetch("select * from mall.tenant_by_code('acorn')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pools.committer.fetch("select * from mall.tenant_by_code('acorn')")
    assert [tuple(row) for row in found] == [(tenant_id, "橡果集团")]


@pytest.mark.parametrize(
    ("changes", "refusal", "sentence"),
    [
        ({"username": "li.na"}, LoginTaken, "the username li.na is taken"),
        ({"username": "li na"}, InvalidLogin, "the username must have"),
        ({"username": "li\x00na"}, InvalidLogin, "the username must have"),
        ({"password": "short"}, InvalidLogin, "the password must have 8 to 200 characters"),
        ({"role": "boss"}, InvalidLogin, "the role boss is unknown"),
        ({"tenant_id": UUID(int=7)}, InvalidLogin, "there is no tenant"),
    ],
)
async def test_a_login_that_cannot_be_made_says_why(
    database_url: str, tenant_id: UUID, changes: dict[str, str], refusal: type[Exception], sentence: str
) -> None:
    wanted = {
        "tenant_id": tenant_id, "username": "wang.wei", "password": "long enough", "role": "planner",
    } | changes  # fmt: skip
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(refusal, match=sentence):
            await create_login(connection, **wanted)
    finally:
        await connection.close()


@pytest.mark.usefixtures("usual_hashes")
async def test_only_a_hash_of_the_password_is_kept(database_url: str, tenant_id: UUID) -> None:
    connection = await asyncpg.connect(database_url)
    stored = await connection.fetchval("select password_hash from mall.login")
    await connection.close()

    # The lesser of the two that RFC 9106 recommends: 64 MiB, three passes, four lanes.
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "correct horse" not in stored
