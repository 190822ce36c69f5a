"""Goods of a brand are sold while somebody may sell them: to the second, before anything runs, by every way."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from transactional.brand_authorisations.jobs import relist
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

from .test_gates import problem

# The last second in Shanghai of 5 March 2026.
LAST_SECOND = datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC)


@pytest.fixture
async def demanded(gates, client, shop, owner, brand):
    """Tea is of a known brand whose authorisation is demanded; the supplier, of before the gates, may sell it to 5 March."""
    await owner.execute("update mall.supplier set is_gated = false")
    await owner.execute("update mall.item set brand_id = $2 where item_id = $1", shop.tea, brand)
    document = await gates.verified("brand_authorisation", until="2026-03-05")
    told = (await put(client, brand)).json()
    assert (told["is_covered"], told["last_covered_day"]) == (True, "2026-03-05")
    await client.earn(shop.member, 10_000, "e1")
    return document


def put(client, brand, *, is_demanded=True):
    return client.put(f"/v1/brand-demands/{brand}", json={"is_demanded": is_demanded, "changed_by": "li.na"})


@pytest.fixture
def sold(client, shop, clock):
    """Tell whether tea can be redeemed and is listed a millisecond later; both agree."""
    number = iter(range(100))

    async def sold() -> bool:
        clock.now += timedelta(milliseconds=1)
        answer = await client.redeem(shop.member, f"r{next(number)}", (shop.tea, 1))
        assert answer.status_code == 201 or problem(answer) == "offer-not-listed", answer.text
        listed = {one["item_id"] for one in (await client.get("/v1/offers")).json()["offers"]}
        assert (answer.status_code == 201) == (str(shop.tea) in listed)
        return answer.status_code == 201

    return sold


@pytest.fixture
def context(app, clock):
    return JobContext(app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), None)


async def test_it_lapses_at_midnight_in_shanghai_and_is_back_when_renewed(
    demanded, gates, sold, clock, client, brand, context
):
    clock.now = LAST_SECOND
    assert await sold()
    clock.now += timedelta(seconds=1)
    assert not await sold()
    await relist(context)
    assert not await sold()
    (told,) = (await client.get("/v1/brand-demands")).json()["brand_demands"]
    assert (told["is_covered"], told["last_covered_day"], told["delisted_offers"]) == (False, None, 1)
    await gates.verified("brand_authorisation", "n-2", until="2026-04-05")
    assert await sold()
    (told,) = (await client.get("/v1/brand-demands")).json()["brand_demands"]
    assert (told["last_covered_day"], told["delisted_offers"]) == ("2026-04-05", 0)
    valid = (await client.get("/v1/brand-authorisations")).json()["brand_authorisations"]
    assert [(one["number"], one["is_valid"], one["days_to_expiry"]) for one in valid] == [
        ("n-1", False, -1),
        ("n-2", True, 30),
    ]


async def test_a_renewal_that_follows_on_leaves_no_gap_and_a_later_one_is_waited_for(
    demanded, gates, sold, clock, context
):
    await gates.verified("brand_authorisation", "n-2", valid_from="2026-03-06", until="2026-03-07")
    await gates.verified("brand_authorisation", "n-3", valid_from="2026-03-09", until="2026-03-09")
    seen = []
    for _ in range(5):
        clock.now = LAST_SECOND + timedelta(seconds=1, days=len(seen))
        await relist(context)
        seen.append(await sold())
    assert seen == [True, True, False, True, False]


async def test_only_what_ended_for_it_comes_back(demanded, gates, sold, clock, client, shop, owner):
    clock.now = LAST_SECOND + timedelta(seconds=1)
    withdrawn = await client.post(f"/v1/opt-ins/{shop.tea}/withdrawal", json={"withdrawn_by": "x"})
    assert withdrawn.status_code == 204
    await owner.execute("update mall.item set brand_id = $1 where item_id = $2", gates.brand, shop.past)
    await gates.verified("brand_authorisation", "n-2", until="2026-04-05")
    assert not await sold()
    listed = (await client.get("/v1/offers")).json()["offers"]
    assert str(shop.past) not in {one["item_id"] for one in listed}


async def test_a_second_level_is_enough_only_for_brands_that_are_not_known(
    demanded, gates, sold, clock, owner
):
    clock.now = LAST_SECOND + timedelta(seconds=1)
    await gates.verified("brand_authorisation", "n-2", level=2, until="2026-04-05")
    assert not await sold()
    await owner.execute("update mall.brand set is_known = false")
    await gates.verified("quality_report")
    assert await sold()


async def test_forged_suspended_or_lapsed_in_another_document_it_covers_nothing(demanded, gates, sold, clock):
    await gates.verified("business_licence", until="2026-03-02")
    assert await sold()
    clock.now = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert not await sold()
    await gates.verified("business_licence", "n-2")
    assert await sold()
    await gates.act("suspension", failed_gate="samples", reason="x", suspended_by="li.na")
    assert not await sold()
    await gates.act("reinstatement", lifted_by="li.na")
    assert not await sold()
    await gates.sample()
    assert await sold()
    rejection = {"rejected_by": "li.na", "reason": "伪造", "is_forged": True}
    await gates.act(f"documents/{demanded}/rejection", **rejection)
    assert not await sold()


async def test_a_known_brand_is_demanded_unless_the_platform_says_otherwise(
    client, operator, gates, owner, shop, brand, sold
):
    async def ends() -> bool:
        ended = "select authorised_until is not null from mall.offer where item_id = $1"
        return await owner.fetchval(ended, shop.tea)

    await client.earn(shop.member, 10_000, "e1")
    assert not await ends()
    await owner.execute("update mall.item set brand_id = $2 where item_id = $1", shop.tea, brand)
    assert await ends()
    (told,) = (await client.get("/v1/brand-demands")).json()["brand_demands"]
    assert (told["is_demanded_by_platform"], told["is_demanded_by_tenant"]) == (True, False)
    url = f"/v1/platform/brand-demands/{brand}"
    await operator.put(url, json={"is_demanded": False, "changed_by": "wu"})
    assert await sold()
    await put(client, brand)
    assert not await sold()
    await put(client, brand, is_demanded=False)
    # With no word of the platform, becoming known is enough.
    await owner.execute("delete from mall.platform_brand_demand")
    for is_known in (False, True):
        await owner.execute("update mall.brand set is_known = $1", is_known)
        assert await ends() == is_known


async def test_a_demand_ends_offers_at_once_and_is_dropped_again(
    client, operator, gates, owner, shop, brand, sold
):
    await owner.execute("update mall.brand set is_known = false")
    await owner.execute("update mall.item set brand_id = $2 where item_id = $1", shop.tea, brand)
    await client.earn(shop.member, 10_000, "e1")
    url, body = f"/v1/platform/brand-demands/{brand}", {"is_demanded": True, "changed_by": "wu"}
    assert (await operator.put(f"{url}?dry_run=true", json=body)).status_code == 200
    assert await sold()
    assert (await operator.put(url, json=body)).json()["is_demanded"]
    assert not await sold()
    await put(client, brand)
    await operator.put(url, json=body | {"is_demanded": False})
    assert not await sold(), "the tenant demands it still"
    assert (await put(client, brand, is_demanded=False)).json()["delisted_offers"] == 0
    assert await sold()


async def test_nothing_is_listed_or_ordered_without_it(
    demanded, gates, order, place, client, operator, clock, shop, sold
):
    url = f"/v1/platform/tenants/{shop.tenant_id}/offers"
    body = {"offers": [{"item_id": str(shop.tea), "price_points": 90, "handover": "pickup"}]}
    made = await order(1)
    assert made.status_code == 201
    for move in ("approve",):
        await client.post(
            f"/v1/purchase-orders/{made.json()['purchase_order_id']}/moves",
            json={"move": move, "by": "li.na"},
        )
    assert (await operator.post(url, json=body)).json() == {"listed": 0, "changed": 1, "unchanged": 0}
    clock.now = LAST_SECOND
    assert await sold()
    clock.now += timedelta(seconds=1)
    assert not await sold()
    assert problem(await order(1, "po-2")) == "supplier-not-active", (
        "its only authorisation was one of its documents"
    )
    await gates.verified("brand_authorisation", "n-2", level=2)
    assert problem(await order(1, "po-2")) == "supplier-not-authorised"
    moves = f"/v1/purchase-orders/{made.json()['purchase_order_id']}/moves"
    placed = await client.post(moves, json={"move": "order", "by": "li.na"})
    assert problem(placed) == "supplier-not-authorised"
    listed = await operator.post(url, json=body)
    assert (problem(listed), "brand leaf" in listed.text) == ("rows-refused", True)


async def test_the_services_own_sql_lists_nothing_without_it(demanded, app, shop, sold, clock):
    clock.now = LAST_SECOND + timedelta(seconds=1)
    async with app.state.pools.api.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(shop.tenant_id))
        await connection.execute("update mall.offer set listed_until = null where item_id = $1", shop.tea)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute("update mall.offer set authorised_until = null")
    assert not await sold()
