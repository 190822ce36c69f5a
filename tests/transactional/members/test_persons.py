"""One person, many accounts: joined with consent on both sides, seen by the person alone, parted at once."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from tests.transactional.exchange.conftest import agree
from transactional.access.operations import issue_platform_key

from .conftest import agrees


async def code_for(client, member):
    await agrees(client, member, "identity_link")
    answer = await client.post(f"/v1/members/{member}/person-codes")
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


@pytest.fixture
async def partner(owner):
    return await open_shop(owner, "crane", validity=36)


@pytest.fixture
async def other(app, partner):
    """A client of the other tenant."""
    async with client_for(app, partner.key) as client:
        yield client


@pytest.fixture
async def nobody(app):
    """A client without a key."""
    async with client_for(app, "none") as client:
        del client.headers["Authorization"]
        yield client


@pytest.fixture
async def person(client, other, nobody, shop, partner):
    """A person who joined an account of each tenant: its id and token."""
    codes = [await code_for(client, shop.member), await code_for(other, partner.member)]
    answer = await nobody.post("/v1/persons", json={"codes": codes})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def own(app, person):
    async with client_for(app, person["token"]) as client:
        yield client


def accounts(answer):
    assert answer.status_code in (200, 201), answer.text
    return {one["tenant"]: one for one in answer.json()["accounts"]}


async def test_the_person_sees_all_accounts_and_what_they_would_buy(
    client, other, own, person, shop, partner, clock
):
    # Points last twelve months.
    await client.earn(shop.member, 1300, "e1", effective_at="2025-03-20T12:00:00+08:00")
    await client.earn(shop.member, 500, "e2", effective_at="2025-05-01T12:00:00+08:00")
    held = await client.command("/v1/holds", "h1", member_id=shop.member, points=100, expires_in_seconds=600)
    assert held.status_code == 201, held.text
    await other.earn(partner.member, 70, "e1")
    url = f"/v1/persons/{person['person_id']}/balances"
    before = accounts(await own.get(url))
    assert before["acorn"]["worth"] == []
    await agree(client, other)
    told = accounts(await own.get(url))
    acorn = {name: told["acorn"][name] for name in ("member_id", "available", "held", "pending", "expiring")}
    assert acorn == {
        "member_id": str(shop.member), "available": 1700, "held": 100, "pending": 0,
        "expiring": [{"expires_on": "2026-03-20", "points": 1200}],
    }  # fmt: skip
    # 12 points buy one mile after half a percent, rounded up, is kept.
    assert told["acorn"]["worth"] == [{"tenant": "crane", "points": 1689, "fee_points": 9, "to_points": 140}]
    assert (told["crane"]["available"], told["crane"]["worth"]) == (70, [])


async def test_no_tenant_learns_anything_of_the_person(
    app, client, other, own, nobody, person, shop, partner, owner
):
    base = f"/v1/persons/{person['person_id']}"
    routes = [
        ("GET", f"{base}/balances", None), ("POST", f"{base}/accounts", {"code": "0000-0000-0000-0000"}),
        ("DELETE", f"{base}/accounts/{shop.member}", None), ("DELETE", base, None), ("POST", f"{base}/token", None),
    ]  # fmt: skip
    third = await open_shop(owner, "birch")
    for key in (shop.key, partner.key, third.key):
        async with client_for(app, key) as tenant:
            for method, path, body in routes:
                for url in (path, path.replace(person["person_id"], str(shop.member))):
                    assert (await tenant.request(method, url, json=body)).status_code == 404, (method, url)
    for method, path, body in routes:
        assert (await nobody.request(method, path, json=body)).status_code == 401, (method, path)
    # Whatever a tenant can read of its own member, the person and the other's member are not in it.
    secrets = (person["person_id"], str(partner.member), person["token"])
    document = (await client.get("/openapi.json")).json()
    for path in document["paths"]:
        if path.startswith("/v1/members/{member_id}") and "get" in document["paths"][path]:
            text = (
                await client.get(
                    path.format(member_id=shop.member, link_id=shop.member, export_id=shop.member)
                )
            ).text
            assert not [secret for secret in secrets if secret in text], path
    assert len(accounts(await own.get(f"{base}/balances"))) == 2


async def test_row_security_hides_whose_account_it_is(person, shop, owner, database_url):
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        for forbidden in ("select person_id from mall.person_account", "select * from mall.person"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(forbidden)
        async with connection.transaction():
            await connection.execute(
                "select set_config('pointmart.tenant_id', $1, true)", str(shop.tenant_id)
            )
            rows = await connection.fetch("select member_id from mall.person_account")
            assert [row["member_id"] for row in rows] == [shop.member]
    finally:
        await connection.close()


async def test_another_person_sees_nothing_and_a_platform_key_needs_its_scope(
    app, client, nobody, person, shop, owner
):
    url = f"/v1/persons/{person['person_id']}/balances"
    stranger = (
        await nobody.post("/v1/persons", json={"codes": [await code_for(client, shop.other_member)]})
    ).json()
    async with client_for(app, stranger["token"]) as their:
        assert (await their.get(url)).status_code == 404
    for scope, status in (("persons", 200), ("operate", 401), ("read", 401)):
        key = await issue_platform_key(owner, scope=scope, label="test")
        async with client_for(app, key) as platform:
            assert (await platform.get(url)).status_code == status, scope
            assert (await platform.delete(f"/v1/persons/{person['person_id']}")).status_code in (401, 404)


async def test_a_code_needs_consent_and_joins_once(client, other, nobody, shop, partner, clock, owner):
    refused = await client.post(f"/v1/members/{shop.member}/person-codes")
    assert refused.json()["type"].endswith("consent-needed")
    code = await code_for(client, shop.member)
    clock.now += timedelta(minutes=11)
    assert (await nobody.post("/v1/persons", json={"codes": [code]})).status_code == 404
    withdrawn = await code_for(client, shop.member)
    await agrees(client, shop.member, "identity_link", is_given=False)
    assert (
        (await nobody.post("/v1/persons", json={"codes": [withdrawn]}))
        .json()["type"]
        .endswith("consent-needed")
    )
    # A code for exchanges proves another consent.
    exchange = (await client.post(f"/v1/members/{shop.member}/link-codes")).json()["code"]
    assert (await nobody.post("/v1/persons", json={"codes": [exchange]})).status_code == 404
    code = await code_for(client, shop.member)
    link = await other.post(f"/v1/members/{partner.member}/links", json={"code": code})
    assert link.json()["type"].endswith("link-code-refused")
    dry = await nobody.post("/v1/persons?dry_run=true", json={"codes": [code]})
    assert dry.status_code == 201
    assert (await nobody.post("/v1/persons", json={"codes": [code]})).status_code == 201
    assert (await nobody.post("/v1/persons", json={"codes": [code]})).status_code == 404
    assert await owner.fetchval("select count(*) from mall.person") == 1


async def test_a_code_that_two_send_at_once_joins_one(client, nobody, shop, owner):
    code = await code_for(client, shop.member)
    answers = await asyncio.gather(*(nobody.post("/v1/persons", json={"codes": [code]}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404, 404, 404]
    assert await owner.fetchval("select count(*) from mall.person_account") == 1


async def test_a_code_that_races_a_withdrawal_joins_nobody(client, nobody, shop, owner, database_url):
    code = await code_for(client, shop.member)
    withdrawing = await asyncpg.connect(database_url)
    try:
        async with withdrawing.transaction():
            await withdrawing.execute(
                "select from mall.member where member_id = $1 for no key update", shop.member
            )
            joining = asyncio.create_task(nobody.post("/v1/persons", json={"codes": [code]}))
            await asyncio.sleep(0.3)
            await withdrawing.execute(
                "insert into mall.member_consent (tenant_id, member_id, purpose, is_given, told_by, told_at) "
                "values ($1, $2, 'identity_link', false, 'tenant', now())", shop.tenant_id, shop.member,
            )  # fmt: skip
        assert (await joining).json()["type"].endswith("consent-needed")
    finally:
        await withdrawing.close()
    assert await owner.fetchval("select count(*) from mall.person") == 0


async def test_a_member_is_one_persons_and_a_person_has_one_account_of_a_tenant(
    client, own, nobody, person, shop, owner
):
    again = await code_for(client, shop.member)
    assert (
        (await nobody.post("/v1/persons", json={"codes": [again]}))
        .json()["type"]
        .endswith("member-has-person")
    )
    second = await code_for(client, shop.other_member)
    joined = await own.post(f"/v1/persons/{person['person_id']}/accounts", json={"code": second})
    assert joined.json()["type"].endswith("tenant-joined")
    assert await owner.fetchval("select count(*) from mall.person_account") == 2


async def test_a_withdrawal_on_either_side_parts_the_account_at_once(
    client, other, own, nobody, person, shop, partner, owner
):
    url = f"/v1/persons/{person['person_id']}"
    await agrees(client, shop.member, "identity_link", is_given=False)
    assert set(accounts(await own.get(f"{url}/balances"))) == {"crane"}
    joined = await own.post(f"{url}/accounts", json={"code": await code_for(client, shop.member)})
    assert set(accounts(joined)) == {"acorn", "crane"}
    assert (await own.delete(f"{url}/accounts/{partner.other_member}")).status_code == 404
    assert (await own.delete(f"{url}/accounts/{partner.member}")).status_code == 204
    told = (await other.get(f"/v1/members/{partner.member}/consents")).json()["history"][0]
    assert (told["purpose"], told["is_given"], told["told_by"]) == ("identity_link", False, "person")
    assert (await own.delete(url)).status_code == 204
    # With the last account the person is gone, and its token opens nothing.
    assert (await own.get(f"{url}/balances")).status_code == 401
    assert await owner.fetchval("select count(*) from mall.person") == 0


async def test_an_erased_member_leaves_the_person(client, own, person, shop, owner):
    erased = await client.post(f"/v1/members/{shop.member}/erasure", headers={"Idempotency-Key": "x"})
    assert erased.status_code == 200, erased.text
    assert set(accounts(await own.get(f"/v1/persons/{person['person_id']}/balances"))) == {"crane"}


async def test_a_renewed_token_ends_the_one_before(app, own, person):
    url = f"/v1/persons/{person['person_id']}"
    token = (await own.post(f"{url}/token")).json()["token"]
    assert (await own.get(f"{url}/balances")).status_code == 401
    async with client_for(app, token) as renewed:
        assert len(accounts(await renewed.get(f"{url}/balances"))) == 2
