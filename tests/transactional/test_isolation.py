"""No key, or the key of another tenant, reads or moves anything."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from .conftest import client_for, open_shop


def calls(shop, redemption_id):
    member, tea = str(shop.member), str(shop.tea)
    return {
        "balance": ("GET", f"/v1/members/{member}/balance", None),
        "statement": ("GET", f"/v1/members/{member}/statement", None),
        "redemption": ("GET", f"/v1/redemptions/{redemption_id}", None),
        "fate": ("GET", "/v1/redemptions?idempotency_key=r1", None),
        "earn": ("POST", "/v1/points/earn", {"member_id": member, "points": 1}),
        "redeem": (
            "POST", "/v1/redemptions", {"member_id": member, "lines": [{"item_id": tea, "quantity": 1}]},
        ),
        "feedback": ("POST", "/v1/feedback", {"member_id": member, "score": 1}),
    }  # fmt: skip


async def test_another_tenants_key_finds_nothing(app, client, shop, owner):
    await client.earn(shop.member, 300, "e1")
    redemption = (await client.redeem(shop.member, "r1", (shop.tea, 1))).json()["redemption_id"]
    stranger = await open_shop(owner, "birch")
    before = await owner.fetch("select * from mall.account order by account_id")
    async with client_for(app, stranger.key) as foreign:
        for name, (method, path, json) in calls(shop, redemption).items():
            answer = await foreign.request(method, path, json=json, headers={"Idempotency-Key": name})
            assert answer.status_code == 404, name
        events = {"events": [{"member_id": str(shop.member), "kind": "visit"}]}
        told = (await foreign.post("/v1/events", json=events)).json()
        assert told["results"][0]["result"] == "unknown_member"
        offers = (await foreign.get("/v1/offers")).json()["offers"]
        assert str(shop.tea) not in {o["item_id"] for o in offers}
        # Its own member cannot be paid with another tenant's goods either.
        await foreign.earn(stranger.member, 300, "e1")
        assert (await foreign.redeem(stranger.member, "x1", (shop.tea, 1))).status_code == 404
    after = await owner.fetch("select * from mall.account where account_id <> $1", stranger.member)
    assert {tuple(r) for r in after} == {tuple(r) for r in before if r["account_id"] != stranger.member}


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Basic abc", f"Bearer pm_{UUID(int=7).hex}_"]
)
async def test_without_a_valid_key_nothing_answers(app, shop, header):
    async with client_for(app, "none") as nobody:
        del nobody.headers["Authorization"]
        if header is not None:
            nobody.headers["Authorization"] = header
        for name, (method, path, json) in calls(shop, uuid4()).items():
            answer = await nobody.request(method, path, json=json, headers={"Idempotency-Key": name})
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), name
        for path in ("/v1/events", "/v1/members"):
            assert (await nobody.post(path, json={})).status_code == 401


async def test_a_key_with_another_tenants_name_on_it_is_refused(app, shop, owner):
    stranger = await open_shop(owner, "birch")
    forged = shop.key.replace(shop.tenant_id.hex, stranger.tenant_id.hex)
    async with client_for(app, forged) as thief:
        assert (await thief.get("/v1/offers")).status_code == 401


async def test_a_revoked_key_stops_working(app, shop, owner):
    await owner.execute("update mall.api_key set revoked_at = now()")
    async with client_for(app, shop.key) as former:
        assert (await former.get("/v1/offers")).status_code == 401


async def execute_as(connection, tenant_id, statement):
    async with connection.transaction():
        await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
        await connection.execute(statement)


async def test_row_security_shows_one_tenant_even_without_a_condition(owner, shop, database_url):
    stranger = await open_shop(owner, "birch")
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        assert await connection.fetch("select * from mall.member") == []
        async with connection.transaction():
            await connection.execute(
                "select set_config('pointmart.tenant_id', $1, true)", str(stranger.tenant_id)
            )
            rows = await connection.fetch("select distinct tenant_id from mall.member")
            assert [row[0] for row in rows] == [stranger.tenant_id]
        for forbidden in (
            "update mall.account set balance = 1",
            f"insert into mall.account (tenant_id, account_id, kind, balance) "
            f"values ('{stranger.tenant_id}', uuidv7(), 'member', 999999)",
            f"insert into mall.account (tenant_id, account_id, kind) "
            f"values ('{stranger.tenant_id}', uuidv7(), 'issuance')",
            "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, amount) "
            f"values ('{stranger.tenant_id}', uuidv7(), 1, uuidv7(), 5)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await execute_as(connection, stranger.tenant_id, forbidden)
    finally:
        await connection.close()


async def test_entries_cannot_be_edited_or_deleted(client, shop, owner):
    await client.earn(shop.member, 300, "e1")
    for statement in (
        "update mall.entry set amount = 1",
        "delete from mall.entry",
        "delete from mall.transfer",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(statement)
