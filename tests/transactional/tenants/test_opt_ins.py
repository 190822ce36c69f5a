"""Nothing is in a tenant's shop without its dated opt-in: by no route, by no SQL of a service."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from tests.transactional.conftest import open_shop
from transactional.catalogue.operations import NewItem, add_items
from transactional.database import tenant_transaction

BEYOND = """
select count(*) from mall.offer o
where not exists (
    select from mall.offer_opt_in p
    where p.tenant_id = o.tenant_id and p.item_id = o.item_id and p.opted_in_at = o.opted_in_at
        and o.listed_from >= p.opted_in_at
        and (p.withdrawn_at is null or o.listed_until <= p.withdrawn_at)
)
"""


@pytest.fixture
async def lamp(owner):
    """An item that no tenant opted in to."""
    return (await add_items(owner, [NewItem("lamp", "台灯", "home", "physical", "quality")]))["lamp"]


@pytest.fixture
def put(operator, shop):
    async def put(item, **more):
        offer = {"item_id": str(item), "price_points": 100, "handover": "pickup", **more}
        return await operator.post(f"/v1/platform/tenants/{shop.tenant_id}/offers", json={"offers": [offer]})

    return put


@pytest.fixture
def opt_in(client):
    async def opt_in(item):
        return await client.post("/v1/opt-ins", json={"item_id": str(item), "opted_in_by": "li.na"})

    return opt_in


@pytest.fixture
def withdraw(client):
    async def withdraw(item):
        return await client.post(f"/v1/opt-ins/{item}/withdrawal", json={"withdrawn_by": "li.na"})

    return withdraw


async def test_an_operator_lists_only_what_the_tenant_opted_in_to(put, opt_in, lamp, client, clock, owner):
    refused = await put(lamp)
    assert refused.status_code == 422
    assert "opted in" in refused.json()["rows"][0]["problem"]
    assert (await opt_in(lamp)).status_code == 201
    again = await opt_in(lamp)
    assert (again.status_code, again.json()["opted_in_at"][:10]) == (200, "2026-03-01")
    early = await put(lamp, listed_from=(clock.now - timedelta(seconds=1)).isoformat())
    assert early.status_code == 422
    assert (await put(lamp)).json() == {"listed": 1, "changed": 0, "unchanged": 0}
    assert (await put(lamp, price_points=90)).json() == {"listed": 0, "changed": 1, "unchanged": 0}
    stamp = "select xid::text from mall.offer where item_id = $1"
    landed = await owner.fetchval(stamp, lamp)
    assert (await put(lamp, price_points=90)).json() == {"listed": 0, "changed": 0, "unchanged": 1}
    assert await owner.fetchval(stamp, lamp) == landed, "what is as it was does not land again"
    offers = {o["item_id"]: o["price_points"] for o in (await client.get("/v1/offers")).json()["offers"]}
    assert offers[str(lamp)] == 90
    assert await owner.fetchval(BEYOND) == 0


async def test_what_is_withdrawn_leaves_the_shop_at_once(put, opt_in, withdraw, client, shop, clock, owner):
    await client.earn(shop.member, 1000, "e")
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 201
    assert (await withdraw(shop.tea)).status_code == 204
    assert str(shop.tea) not in {o["item_id"] for o in (await client.get("/v1/offers")).json()["offers"]}
    clock.now += timedelta(seconds=1)
    gone = await client.redeem(shop.member, "r2", (shop.tea, 1))
    assert gone.json()["type"] == "urn:pointmart:problem:offer-not-listed"
    prize = {
        "reference": "d", "name": "抽奖", "ticket_points": 5, "starts_at": clock.now.isoformat(),
        "ends_at": (clock.now + timedelta(hours=1)).isoformat(), "max_tickets": 10, "member_limit": 1,
        "one_prize_per_member": True, "prizes": [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 100}],
    }  # fmt: skip
    assert (await client.post("/v1/draws", json=prize)).status_code == 404
    assert (await put(shop.tea)).status_code == 422
    assert (await withdraw(shop.tea)).status_code == 204, "again"
    assert (await withdraw(uuid4())).status_code == 409
    await opt_in(shop.tea)
    assert (await put(shop.tea)).json() == {"listed": 0, "changed": 1, "unchanged": 0}
    assert (await client.redeem(shop.member, "r3", (shop.tea, 1))).status_code == 201
    listed = await client.get("/v1/opt-ins", params={"item_id": str(shop.tea), "with_withdrawn": True})
    assert [one["withdrawn_by"] for one in listed.json()["opt_ins"]] == ["li.na", None]
    assert await owner.fetchval(BEYOND) == 0


async def test_a_flash_sale_sells_nothing_that_was_withdrawn(client, shop, withdraw, clock):
    await client.earn(shop.member, 1000, "e")
    sale = {
        "reference": "s", "item_id": str(shop.tea), "price_points": 5, "starts_at": clock.now.isoformat(),
        "ends_at": (clock.now + timedelta(hours=1)).isoformat(), "allotted": 2, "member_limit": 2,
    }  # fmt: skip
    sale_id = (await client.post("/v1/flash-sales", json=sale)).json()["sale_id"]
    await withdraw(shop.tea)
    clock.now += timedelta(seconds=1)
    body = {
        "member_id": str(shop.member), "lines": [{"item_id": str(shop.tea), "quantity": 1}], "flash_sale_id": sale_id,
    }  # fmt: skip
    told = await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": "k"})
    assert told.json()["type"] == "urn:pointmart:problem:offer-not-listed", told.text


async def write(pool, tenant_id, statement, *values):
    async with tenant_transaction(pool, tenant_id) as connection:
        await connection.execute(statement, *values)


async def test_no_service_can_write_an_offer_without_one(app, owner, shop, lamp, withdraw):
    insert = (
        "insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from) "
        "values ($1, $2, 1, 'pickup', now(), now())"
    )
    relist = "update mall.offer set listed_until = null where item_id = $1"
    await withdraw(shop.tea)
    for pool in (app.state.pools.api, app.state.pools.committer):
        for statement, values, error in (
            (
                insert,
                (shop.tenant_id, lamp),
                (asyncpg.ForeignKeyViolationError, asyncpg.InsufficientPrivilegeError),
            ),
            (relist, (shop.tea,), (asyncpg.CheckViolationError, asyncpg.InsufficientPrivilegeError)),
        ):
            with pytest.raises(error):
                await write(pool, shop.tenant_id, statement, *values)
    with pytest.raises(asyncpg.CheckViolationError, match="was withdrawn"):
        await owner.execute(relist, shop.tea)
    assert await owner.fetchval(BEYOND) == 0


async def test_offers_that_are_set_up_have_theirs(owner, shop):
    rows = await owner.fetch("select opted_in_by, count(*) from mall.offer_opt_in group by 1")
    assert [tuple(row) for row in rows] == [("set up", 4)]
    assert await owner.fetchval(BEYOND) == 0


async def test_another_tenants_opt_in_is_none(owner, app, shop, put, lamp, client):
    stranger = await open_shop(owner, "birch")
    await owner.execute(
        "insert into mall.offer_opt_in (tenant_id, item_id, opted_in_at, opted_in_by) values ($1, $2, '2026-01-01', 'x')",
        stranger.tenant_id, lamp,
    )  # fmt: skip
    assert (await put(lamp)).status_code == 422
    assert (await client.get("/v1/opt-ins", params={"item_id": str(lamp)})).json()["opt_ins"] == []


async def test_files_are_taken_whole_or_not_at_all(client, operator, shop, lamp, owner):
    csv = {"headers": {"Content-Type": "text/csv"}}
    bad = await client.post(
        "/v1/opt-ins/import?imported_by=x", content=f"item_id\n{lamp}\n{uuid4()}\n".encode(), **csv
    )
    assert [row["row"] for row in bad.json()["rows"]] == [2]
    assert (await client.get("/v1/opt-ins", params={"item_id": str(lamp)})).json()["opt_ins"] == []
    file = f"商品编码,商品ID\nlamp,\n,{shop.tea}\n".encode("gb18030")
    for new in (1, 0):
        good = await client.post("/v1/opt-ins/import?imported_by=li.na", content=file, **csv)
        assert good.json() == {"rows": 2, "new": new}
    told = (await client.get("/v1/opt-ins", params={"item_id": str(lamp)})).json()["opt_ins"]
    assert [one["opted_in_by"] for one in told] == ["li.na"]
    unsigned = await client.post("/v1/opt-ins/import", content=file, **csv)
    assert [row["row"] for row in unsigned.json()["rows"]] == [1, 2]
    template = await client.get("/v1/opt-ins/import/template")
    assert template.text.lstrip("\ufeff").startswith("商品ID,商品编码")
    url = f"/v1/platform/tenants/{shop.tenant_id}/offers/import"
    head = "item_id,price_points,handover,listed_from\n"
    other = (await add_items(owner, [NewItem("vase", "花瓶", "home", "physical", "quality")]))["vase"]
    rows = f"{lamp},10,pickup,\n{other},10,pickup,2026-04-01T00:00:00+08:00\n"
    refused = await operator.post(url, content=(head + rows).encode(), **csv)
    assert [row["row"] for row in refused.json()["rows"]] == [2]
    assert await owner.fetchval("select count(*) from mall.offer where item_id = $1", lamp) == 0
    listed = await operator.post(url, content=f"{head}{lamp},10,pickup,\n".encode(), **csv)
    assert listed.json() == {"listed": 1, "changed": 0, "unchanged": 0}
