"""Logging in by an identity provider on loopback, through the real routes and a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from pydantic import ValidationError

from tests.transactional.conftest import client_for
from tests.transactional.sessions.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    ec_key,
    rsa_key,
    running_provider,
)
from transactional.app import create_app
from transactional.sessions.domain import SESSION_LIFETIME, InvalidLogin, LinkTaken
from transactional.sessions.operations import create_login, link_login, unlink_login
from transactional.settings import TransactionalSettings

BACK = "http://127.0.0.1:8002/login/oidc/callback"


@pytest.fixture
def provider(clock):
    with running_provider(clock) as running:
        yield running


@dataclass
class Door:
    """A client without a key, and the provider as the person's browser meets it."""

    client: httpx.AsyncClient
    provider: IdentityProvider

    async def begin(self, tenant_code="acorn"):
        """Begin a login; return what the browser keeps, and the code and state it comes back with."""
        begun = await self.client.post("/v1/sessions/oidc/attempts", json={"tenant_code": tenant_code})
        assert begun.status_code == 201, begun.text
        code, state = self.provider.code_for(begun.json()["authorization_url"])
        return {"attempt": begun.json()["attempt"], "code": code, "state": state}

    async def end(self, **brought):
        """Come back; return the status and what was refused, or the whole session."""
        answer = await self.client.post("/v1/sessions/oidc", json=brought)
        told = answer.json()
        return told if answer.status_code == 201 else (answer.status_code, told["type"].rsplit(":", 1)[-1])


@pytest.fixture
async def door(database_url, shop, owner, clock, provider) -> AsyncIterator[Door]:
    await create_login(
        owner, tenant_id=shop.tenant_id, username="li.na", password="correct horse", role="planner"
    )
    await link_login(
        owner, tenant_id=shop.tenant_id, username="li.na", issuer=provider.url, subject=provider.subject
    )
    settings = TransactionalSettings(
        database_url=database_url, session_secret="s" * 32, oidc_issuer=provider.url, oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET, oidc_redirect_uri=BACK, oidc_name="企业微信",
    )  # fmt: skip
    app = create_app(settings, clock)
    async with app.router.lifespan_context(app), client_for(app, "") as client:
        yield Door(client, provider)


REFUSED = (401, "oidc-refused")


async def test_whoever_the_provider_knows_gets_the_session_of_the_login_they_are_linked_to(door, shop, clock):
    assert (await door.client.get("/v1/sessions/oidc")).json() == {"is_configured": True, "name": "企业微信"}
    session = await door.end(**await door.begin())
    assert (session["username"], session["role"], session["tenant_code"]) == ("li.na", "planner", "acorn")
    headers = {"Authorization": f"Bearer {session['token']}"}
    url = f"/v1/members/{shop.member}/balance"
    assert (await door.client.get(url, headers=headers)).status_code == 200
    clock.now += SESSION_LIFETIME + timedelta(seconds=1)
    over = await door.client.get(url, headers=headers)
    assert (over.status_code, over.json()["type"]) == (401, "urn:pointmart:problem:session-over")


async def test_the_provider_is_asked_with_pkce_state_and_nonce_that_are_new_each_time(door):
    urls = []
    for _ in range(2):
        begun = await door.client.post("/v1/sessions/oidc/attempts", json={"tenant_code": "acorn"})
        urls.append(httpx.URL(begun.json()["authorization_url"]).params)
        assert all(urls[-1][name] not in begun.json()["attempt"] for name in ("nonce", "code_challenge"))
    first, second = urls
    assert (first["client_id"], first["redirect_uri"], first["scope"]) == (CLIENT_ID, BACK, "openid")
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


async def test_a_code_is_good_once(door):
    brought = await door.begin()
    assert isinstance(await door.end(**brought), dict)
    assert await door.end(**brought) == REFUSED


async def test_the_state_belongs_to_the_browser_that_began(door, clock):
    mine, others = await door.begin(), await door.begin()
    assert await door.end(**mine | {"state": others["state"]}) == REFUSED
    assert await door.end(**mine | {"attempt": others["attempt"]}) == REFUSED
    assert await door.end(**mine | {"attempt": mine["attempt"][:-2]}) == REFUSED
    # A code of another attempt was given for another verifier.
    assert await door.end(**mine | {"code": others["code"]}) == REFUSED
    mine = await door.begin()
    clock.now += timedelta(seconds=601)
    assert await door.end(**mine) == REFUSED


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": None},
        {"aud": [CLIENT_ID, "somebody-else"], "azp": "somebody-else"},
        {"aud": [CLIENT_ID, "somebody-else"]},
        {"azp": "somebody-else"},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"exp": 0},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
    ],
)
async def test_a_token_for_somebody_else_or_another_time_is_refused(door, claims):
    door.provider.claims = claims
    assert await door.end(**await door.begin()) == REFUSED


async def test_a_token_whose_time_is_over_is_refused(door, clock):
    door.provider.claims = {"exp": int(clock.now.timestamp()) - 61}
    assert await door.end(**await door.begin()) == REFUSED
    door.provider.claims = {"exp": int(clock.now.timestamp()) - 59}
    assert isinstance(await door.end(**await door.begin()), dict)


async def test_an_audience_of_several_is_right_if_the_token_was_made_for_us(door):
    door.provider.claims = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert isinstance(await door.end(**await door.begin()), dict)


async def test_only_the_providers_own_keys_sign(door, clock):
    genuine = door.provider.key
    assert isinstance(await door.end(**await door.begin()), dict)
    door.provider.without_signature = True
    assert await door.end(**await door.begin()) == REFUSED
    door.provider.without_signature = False
    # Its public key taken for a secret, the classic confusion.
    door.provider.shared_secret, door.provider.header = (
        genuine.as_pem(private=False).decode(),
        {"alg": "HS256"},
    )
    assert await door.end(**await door.begin()) == REFUSED
    door.provider.shared_secret, door.provider.header = None, {}
    # Another's key under the known name.
    door.provider.key = rsa_key("one")
    assert await door.end(**await door.begin()) == REFUSED


@pytest.mark.parametrize("make", [rsa_key, ec_key], ids=["RS256", "ES256"])
async def test_keys_are_rotated_and_asked_for_again_when_one_is_unknown(door, clock, make):
    assert isinstance(await door.end(**await door.begin()), dict)
    asked = door.provider.asked_for_keys
    assert isinstance(await door.end(**await door.begin()), dict)
    assert door.provider.asked_for_keys == asked
    clock.now += timedelta(seconds=11)
    door.provider.key = make("two")
    assert isinstance(await door.end(**await door.begin()), dict)
    assert door.provider.asked_for_keys == asked + 1
    # Forged names of keys do not make us ask at each of them.
    door.provider.header = {"kid": "three"}
    for _ in range(3):
        assert await door.end(**await door.begin()) == REFUSED
    assert door.provider.asked_for_keys == asked + 1


async def test_whom_nobody_has_linked_gets_in_nowhere_and_nothing_is_made(door, shop, owner):
    unlinked = (403, "login-not-linked")
    door.provider.subject = "subject-of-a-stranger"
    assert await door.end(**await door.begin()) == unlinked
    door.provider.subject = "subject-of-li-na"
    for tenant_code in ("birch", "nobody", "acorn'; drop table mall.login; --"):
        assert await door.end(**await door.begin(tenant_code)) == unlinked
    await owner.execute("update mall.login set disabled_at = now()")
    assert await door.end(**await door.begin()) == unlinked
    await owner.execute("update mall.login set disabled_at = null")
    await unlink_login(owner, tenant_id=shop.tenant_id, username="li.na")
    assert await door.end(**await door.begin()) == unlinked
    assert await owner.fetchval("select count(*) from mall.login") == 1


async def test_a_login_is_linked_to_one_subject_and_a_subject_to_one_login(door, shop, owner, provider):
    async def link(username, subject, issuer=provider.url):
        await link_login(owner, tenant_id=shop.tenant_id, username=username, issuer=issuer, subject=subject)

    await create_login(
        owner, tenant_id=shop.tenant_id, username="wu.min", password="correct horse", role="operator"
    )
    with pytest.raises(LinkTaken, match=r"^li\.na is linked to "):
        await link("li.na", "another")
    subject = await owner.fetchval("select subject from mall.login_identity")
    with pytest.raises(LinkTaken, match=rf"^li\.na is linked to {subject} there$"):
        await link("wu.min", subject)
    with pytest.raises(InvalidLogin, match="the issuer is an address"):
        await link("wu.min", "another", "id.example")
    with pytest.raises(InvalidLogin, match="there is no login nobody"):
        await unlink_login(owner, tenant_id=shop.tenant_id, username="nobody")
    with pytest.raises(InvalidLogin, match="there is no login nobody"):
        await link("nobody", "another")
    with pytest.raises(InvalidLogin, match="the subject 1 to 255"):
        await link("li.na", "x" * 256, "https://other.example")


async def test_a_provider_that_is_away_is_told(door, provider):
    provider.is_away = True
    answer = await door.client.post("/v1/sessions/oidc/attempts", json={"tenant_code": "acorn"})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:oidc-unavailable")


async def test_without_a_provider_there_is_no_such_login(app):
    async with client_for(app, "") as client:
        assert (await client.get("/v1/sessions/oidc")).json() == {"is_configured": False, "name": None}
        answers = [
            await client.post("/v1/sessions/oidc/attempts", json={"tenant_code": "acorn"}),
            await client.post("/v1/sessions/oidc", json={"attempt": "a", "state": "b", "code": "c"}),
        ]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    "changes",
    [
        {"oidc_client_id": None},
        {"oidc_issuer": "http://id.example"},
        {"oidc_redirect_uri": "http://mall.example"},
    ],
)
def test_settings_that_would_be_unsafe_or_incomplete_are_refused(database_url, changes):
    whole = {
        "oidc_issuer": "https://id.example", "oidc_client_id": CLIENT_ID, "oidc_redirect_uri": BACK,
    }  # fmt: skip
    with pytest.raises(ValidationError):
        TransactionalSettings(database_url=database_url, session_secret="s" * 32, **whole | changes)
