"""Food and medical devices are sold while a supplier of theirs has the licence: to the second, before anything runs."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.transactional.suppliers.conftest import TERMS, Gates
from transactional.brand_authorisations.domain import LicenceNeeded
from transactional.brand_authorisations.jobs import relist
from transactional.brand_authorisations.operations import uncovered
from transactional.catalogue.operations import NewItem, NewOffer, add_items, add_offers
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

# The last second in Shanghai of 5 March 2026.
LAST_SECOND = datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC)


@pytest.fixture
async def food(gates, shop, owner):
    """Tea is food, and its supplier, of before the gates, has no licence yet."""
    await owner.execute("update mall.supplier set is_gated = false")
    await owner.execute(
        "update mall.item set compliance_flags = '{food_licence,adults_only}' where item_id = $1", shop.tea
    )


@pytest.fixture
def listed(client, shop, clock):
    """Tell whether tea is in the shop a millisecond later."""

    async def listed() -> bool:
        clock.now += timedelta(milliseconds=1)
        offers = (await client.get("/v1/offers")).json()["offers"]
        return str(shop.tea) in {one["item_id"] for one in offers}

    return listed


async def test_it_lapses_at_midnight_in_shanghai_and_is_back_when_renewed(food, gates, listed, clock):
    await gates.verified("medical_device_licence", "other kind")
    await gates.verified("food_licence", until="2026-03-05")
    clock.now = LAST_SECOND
    assert await listed()
    clock.now += timedelta(seconds=1)
    assert not await listed()
    await gates.verified("food_licence", "n-2", until="2026-04-05")
    assert await listed()


async def test_one_that_begins_later_is_waited_for(app, food, gates, listed, clock):
    await gates.verified("food_licence", until="2026-03-05")
    await gates.verified("food_licence", "n-2", valid_from="2026-03-07", until="2026-03-09")
    context = JobContext(app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), None)
    seen = []
    for day in range(3):
        clock.now = LAST_SECOND + timedelta(seconds=1, days=day)
        await relist(context)
        seen.append(await listed())
    assert seen == [False, True, True]


async def test_a_licence_that_is_found_false_or_whose_supplier_is_suspended_delists_at_once(
    food, gates, listed, clock
):
    document = await gates.verified("food_licence")
    assert await listed()
    clock.now += timedelta(seconds=1)
    rejected = await gates.act(f"documents/{document}/rejection", rejected_by="li.na", reason="x")
    assert rejected.status_code == 200, rejected.text
    assert not await listed()
    clock.now += timedelta(seconds=1)
    await gates.verified("food_licence", "n-2")
    assert await listed()
    clock.now += timedelta(seconds=1)
    suspended = await gates.act("suspension", reason="x", failed_gate="trial", suspended_by="li.na")
    assert suspended.status_code == 200, suspended.text
    assert not await listed()


async def test_the_licence_is_that_of_who_has_terms_of_the_item(
    food, client, gates, shop, owner, listed, brand, clock
):
    other = (await client.post("/v1/suppliers", json={"code": "rice", "name": "米"})).json()["supplier_id"]
    await owner.execute("update mall.supplier set is_gated = false")
    await gates.verified("food_licence", "first", until="2026-03-02")
    clock.now = LAST_SECOND
    assert not await listed()
    stranger = Gates(client, UUID(other), brand)
    await stranger.verified("food_licence", "theirs")
    assert not await listed()
    assert (
        await client.post(f"/v1/suppliers/{other}/terms", json={"item_id": str(shop.tea), **TERMS})
    ).status_code == 201
    assert await owner.fetchval(
        "select mall.is_licensed($1, $2, 'food_licence', '2026-03-05')", shop.tenant_id, shop.tea
    )


async def test_what_nobody_may_sell_is_listed_by_no_way_and_refused_by_name(food, owner, shop, clock):
    items = await add_items(owner, [NewItem("ham", "ham", "food", "physical", "staple")])
    await owner.execute(
        "update mall.item set compliance_flags = '{food_licence}' where item_id = $1", items["ham"]
    )
    begin = clock.now
    await add_offers(
        owner, tenant_id=shop.tenant_id, offers=[NewOffer(items["ham"], 5, "shipping", begin, begin, None)]
    )
    assert await owner.fetchval(
        "select listed_until = listed_from from mall.offer where item_id = $1", items["ham"]
    )
    barred = await uncovered(owner, tenant_id=shop.tenant_id, listed={items["ham"]: begin}, now=begin)
    assert isinstance(barred[items["ham"]], LicenceNeeded)
    assert "food_licence" in barred[items["ham"]].detail


async def test_what_the_mall_cannot_judge_is_told_and_bars_nothing(gates, shop, owner, listed):
    flags = ["adults_only", "cold_chain", "fragile", "no_air", "no_return"]
    await owner.execute("update mall.item set compliance_flags = $1 where item_id = $2", flags, shop.tea)
    assert await listed()
