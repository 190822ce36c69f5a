"""People of a tenant look at its members' shop with the session they logged in to; those whose role may act in it."""

from uuid import uuid4

import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.sessions.operations import create_login

PASSWORD = "correct horse"


@pytest.fixture
def log_in(app, owner, shop):
    """Make a login of a role and return a client with its session."""

    async def log_in(username, role, *, tenant_id=shop.tenant_id, tenant_code="acorn"):
        await create_login(owner, tenant_id=tenant_id, username=username, password=PASSWORD, role=role)
        async with client_for(app, "") as anyone:
            body = {"tenant_code": tenant_code, "username": username, "password": PASSWORD}
            token = (await anyone.post("/v1/sessions", json=body)).json()["token"]
        return client_for(app, token)

    return log_in


def slug(answer):
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]


async def test_an_administrator_redeems_for_a_member_and_the_key_tells_who(log_in, client, shop, owner):
    await client.earn(shop.member, 1_000, "e1")
    async with await log_in("an.ran", "enterprise_admin") as person:
        made = await person.redeem(shop.member, "k1", (shop.pot, 1))
        assert (made.status_code, made.json()["status"]) == (201, "allocated")
        again = await person.redeem(shop.member, "k1", (shop.pot, 1))
        assert again.headers["idempotent-replayed"] == "true"
        fate = await person.get("/v1/redemptions", params={"idempotency_key": "k1"})
        assert fate.json()["idempotency_key"] == "an.ran/k1"
        moved = await person.change(made.json()["redemption_id"], "progress", "m1", move="ship")
        assert moved.json()["status"] == "shipped"
        assert await person.available(shop.member) == 750
        (order,) = (await person.get(f"/v1/members/{shop.member}/redemptions")).json()["redemptions"]
        assert (order["redemption_id"], order["status"]) == (made.json()["redemption_id"], "shipped")
        event = {"member_id": str(shop.member), "kind": "visit"}
        assert (await person.post("/v1/events", json={"events": [event]})).json()["accepted"] == 1
        # Another's key is another key.
        assert (await client.redeem(shop.member, "k1", (shop.tea, 1))).status_code == 201
        assert slug(await person.redeem(shop.member, "k" * 200, (shop.tea, 1))) == (422, "invalid-request")
    assert await owner.fetchval("select count(*) from mall.idempotency_key where key like 'an.ran/%'") == 2


@pytest.mark.parametrize("role", ["enterprise_viewer", "planner"])
async def test_others_look_and_do_nothing(log_in, client, shop, owner, role):
    await client.earn(shop.member, 1_000, "e1")
    made = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()
    async with await log_in("li.na", role) as person:
        for path in ("balance", "lots", "statement", "redemptions"):
            assert (await person.get(f"/v1/members/{shop.member}/{path}")).status_code == 200
        # What there is to choose from for a campaign.
        for path in ("tiers", "flash-sales", "campaigns"):
            assert (await person.get(f"/v1/{path}")).status_code == 200
        assert (await person.get(f"/v1/offers/{shop.tea}")).json()["on_hand"] == 10
        assert (await person.get(f"/v1/redemptions/{made['redemption_id']}")).status_code == 200
        event = {"member_id": str(shop.member), "kind": "visit"}
        refused = [
            await person.redeem(shop.member, "k1", (shop.tea, 1)),
            await person.post("/v1/events", json={"events": [event]}),
            await person.change(made["redemption_id"], "progress", "m1", move="ship"),
        ]
        assert [slug(answer) for answer in refused] == 3 * [(403, "role-needed")]
        assert refused[0].json()["roles"] == ["enterprise_admin"]
        # What is not for people stays so.
        assert (await person.earn(shop.member, 5, "e2")).status_code == 401
    assert await client.available(shop.member) == 750
    assert await owner.fetchval("select count(*) from mall.event") == 0


async def test_a_person_acts_in_no_other_tenant(log_in, client, shop, owner):
    stranger = await open_shop(owner, "crane")
    await client.earn(shop.member, 1_000, "e1")
    made = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()
    async with await log_in(
        "an.ran", "enterprise_admin", tenant_id=stranger.tenant_id, tenant_code="crane"
    ) as person:
        for path in ("balance", "lots", "statement", "redemptions"):
            assert slug(await person.get(f"/v1/members/{shop.member}/{path}")) == (404, "unknown-member")
        assert slug(await person.get(f"/v1/offers/{shop.tea}")) == (404, "unknown-offer")
        assert slug(await person.get(f"/v1/redemptions/{made['redemption_id']}"))[0] == 404
        assert (await person.redeem(shop.member, "k1", (shop.tea, 1))).status_code == 404
        assert (await person.change(made["redemption_id"], "progress", "m1", move="ship")).status_code == 404
    assert await client.available(shop.member) == 750


async def test_a_login_that_was_disabled_acts_no_more(log_in, client, shop, owner):
    await client.earn(shop.member, 1_000, "e1")
    async with await log_in("an.ran", "enterprise_admin") as person:
        await owner.execute("update mall.login set disabled_at = now()")
        assert slug(await person.redeem(shop.member, "k1", (shop.tea, 1))) == (401, "session-over")
        assert slug(await person.get(f"/v1/members/{shop.member}/balance")) == (401, "session-over")


async def test_redemptions_come_in_pages_newest_first(client, clock, shop, owner):
    from datetime import timedelta

    await client.earn(shop.member, 1_000, "e1")
    made = []
    for n in range(3):
        clock.now += timedelta(minutes=1)
        made.append((await client.redeem(shop.member, f"r{n}", (shop.tea, 1))).json()["redemption_id"])
    url = f"/v1/members/{shop.member}/redemptions"
    page = (await client.get(url, params={"limit": 2})).json()
    assert [one["redemption_id"] for one in page["redemptions"]] == made[:0:-1]
    last = (await client.get(url, params={"limit": 2, "before": page["next_before"]})).json()
    assert ([one["redemption_id"] for one in last["redemptions"]], last["next_before"]) == (made[:1], None)
    assert slug(await client.get(f"/v1/members/{uuid4()}/redemptions")) == (404, "unknown-member")
