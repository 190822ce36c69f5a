"""An approved proposal of the warehouse becomes a purchase order; a plan proposes its orders by an operation."""

from datetime import date
from uuid import uuid4

import pytest

from tests.transactional.conftest import client_for
from tests.transactional.procurement.conftest import admit
from transactional.access.operations import issue_platform_key
from transactional.database import tenant_transaction
from transactional.purchasing.creating import Wanted, create_purchase_orders
from transactional.purchasing.refusals import OrderExists
from transactional.suppliers.domain import NoSupplierTerms


@pytest.fixture
async def propose_items(app, owner, shop):
    """Write proposals back as the pipeline does."""
    key = await issue_platform_key(owner, scope="write_back", label="test")

    async def propose_items(*items):
        body = {
            "release_id": "20260301T020000Z-0123abcd", "as_of_date": "2026-03-01", "is_last": True,
            "items": [
                {
                    "item_id": str(item), "quantity": quantity, "order_by": order_by, "covers_until": "2026-03-22",
                    "reason": "below_target",
                }
                for item, quantity, order_by in items
            ],
        }  # fmt: skip
        async with client_for(app, key) as pipeline:
            url = f"/v1/write-back/{shop.tenant_id}/replenishment-proposals"
            assert (await pipeline.put(url, json=body)).status_code == 200

    return propose_items


async def decide(client, item, decision, query=""):
    told = (await client.get("/v1/replenishment/proposals")).json()["proposals"]
    (proposal,) = [p["proposal_id"] for p in told if p["item_id"] == str(item)]
    url = f"/v1/replenishment/proposals/{proposal}/decision{query}"
    return (await client.post(url, json={"decision": decision, "decided_by": "li.na"})).json()


async def test_an_approved_proposal_becomes_a_proposed_order_in_whole_packs(
    client, shop, procurement, propose_items
):
    await propose_items((shop.tea, 20, "2026-03-05"))
    dry = await decide(client, shop.tea, "approved", "?dry_run=true")
    assert dry["purchase_order_id"] is not None
    assert (await client.get("/v1/purchase-orders")).json()["purchase_orders"] == []
    decided = await decide(client, shop.tea, "approved")
    again = await decide(client, shop.tea, "approved")
    (order,) = (await client.get("/v1/purchase-orders")).json()["purchase_orders"]
    assert decided["purchase_order_id"] == again["purchase_order_id"] == order["purchase_order_id"]
    assert (order["status"], order["origin"], order["origin_reference"], order["order_by"], order["created_by"]) == (
        "proposed", "replenishment", decided["proposal_id"], "2026-03-05", "li.na",
    )  # fmt: skip
    assert [(line["quantity"], line["warehouse_id"]) for line in order["lines"]] == [
        (24, str(procurement.main))
    ]


async def test_an_item_that_nobody_sells_by_the_piece_is_decided_without_an_order(
    client, owner, shop, procurement, propose_items
):
    await propose_items(
        (shop.card, 20, "2026-03-05"), (shop.pot, 2, "2026-03-05"), (shop.tea, 20, "2026-02-05")
    )
    await owner.execute("update mall.offer set is_coded = true where item_id = $1", shop.pot)
    for item in (shop.card, shop.pot):
        decided = await decide(client, item, "approved")
        assert (decided["status"], decided["purchase_order_id"]) == ("approved", None)
    dismissed = await decide(client, shop.tea, "dismissed")
    assert dismissed["purchase_order_id"] is None


async def test_an_order_that_should_have_been_placed_is_to_be_placed_today(
    client, shop, procurement, propose_items
):
    await propose_items((shop.tea, 1, "2026-02-05"))
    await decide(client, shop.tea, "approved")
    (order,) = (await client.get("/v1/purchase-orders")).json()["purchase_orders"]
    assert (order["order_by"], order["lines"][0]["quantity"]) == ("2026-03-01", 12)


@pytest.fixture
def plan(app, shop, clock):
    async def plan(*wanted, reference="spring-2027"):
        async with tenant_transaction(app.state.pools.api, shop.tenant_id) as connection:
            return await create_purchase_orders(
                connection, tenant_id=shop.tenant_id, origin="holiday_plan", origin_reference=reference,
                wanted=wanted, by="li.na", now=clock(),
            )  # fmt: skip

    return plan


async def test_a_plan_proposes_an_order_per_supplier_and_day_once(client, shop, procurement, plan, owner):
    other = (await client.post("/v1/suppliers", json={"code": "pots", "name": "壶"})).json()["supplier_id"]
    terms = {
        "item_id": str(shop.pot), "lead_time_days": 2, "worst_lead_time_days": 3, "unit_cost_fen": 950, "rank": 1,
        "valid_from": "2026-01-01",
    }  # fmt: skip
    await client.post(f"/v1/suppliers/{other}/terms", json=terms)
    await admit(owner)
    wanted = (
        Wanted(shop.tea, 13, date(2026, 3, 9)), Wanted(shop.pot, 3, date(2026, 3, 9)),
        Wanted(shop.tea, 40, date(2026, 3, 9), procurement.south), Wanted(shop.tea, 1, date(2026, 3, 20)),
        Wanted(shop.pot, 3, date(2026, 3, 9), None, procurement.supplier),
    )  # fmt: skip
    orders = await plan(*wanted)
    assert await plan(*wanted) == orders
    told = (await client.get("/v1/purchase-orders", params={"origin": "holiday_plan"})).json()[
        "purchase_orders"
    ]
    lines = {
        (o["supplier_code"], o["order_by"]): [(line["item_id"], line["quantity"]) for line in o["lines"]]
        for o in told
    }
    tea, pot = str(shop.tea), str(shop.pot)
    assert lines == {
        ("leaf", "2026-03-09"): [(tea, 18), (tea, 42), (pot, 3)],
        ("leaf", "2026-03-20"): [(tea, 12)],
        ("pots", "2026-03-09"): [(pot, 3)],
    }
    with pytest.raises(OrderExists):
        await plan(*wanted[:1])
    with pytest.raises(NoSupplierTerms):
        await plan(Wanted(shop.card, 1), reference="other")


async def test_new_terms_end_those_before_and_are_not_edited(client, shop, procurement):
    url = f"/v1/suppliers/{procurement.supplier}/terms"
    base = {"item_id": str(shop.tea), "lead_time_days": 4, "worst_lead_time_days": 4, "unit_cost_fen": 140}
    first = await client.post(url, json={**base, "valid_from": "2026-04-01"})
    assert first.status_code == 201
    assert (await client.post(url, json={**base, "valid_from": "2026-04-01"})).status_code == 200
    for other in (
        {**base, "unit_cost_fen": 1, "valid_from": "2026-04-01"},
        {**base, "valid_from": "2026-03-20"},
    ):
        assert (await client.post(url, json=other)).json()["type"].endswith("supplier-terms-overlap")
    told = (await client.get("/v1/suppliers/terms", params={"item_id": str(shop.tea)})).json()["terms"]
    assert [(t["valid_from"], t["valid_until"]) for t in told] == [
        ("2026-01-01", "2026-03-31"), ("2026-04-01", None),
    ]  # fmt: skip
    on_day = {"item_id": str(shop.tea), "on_day": "2026-04-01"}
    assert [
        t["unit_cost_fen"] for t in (await client.get("/v1/suppliers/terms", params=on_day)).json()["terms"]
    ] == [140]
    end = f"{url}/{first.json()['terms_id']}/end"
    assert (await client.post(end, json={"last_day": "2026-03-31"})).status_code == 409
    assert (await client.post(end, json={"last_day": "2026-05-01"})).json()["valid_until"] == "2026-05-01"
    assert (await client.post(end, json={"last_day": "2026-06-01"})).json()["valid_until"] == "2026-05-01"
    assert (await client.post(f"{url}/{uuid4()}/end", json={"last_day": "2026-05-01"})).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"worst_lead_time_days": 3}, {"valid_until": "2026-01-31", "valid_from": "2026-02-01"},
        {"valid_until": "2026-01-31"}, {"pack_size": 0}, {"unit_cost_fen": -1}, {"unit_cost_fen": 1.5},
        {"price_breaks": [{"quantity": 10, "unit_cost_fen": 200}]}, {"lead_time_days": True},
        {"price_breaks": [{"quantity": 10, "unit_cost_fen": 90}, {"quantity": 10, "unit_cost_fen": 80}]},
        {"valid_from": "2026-02-30"}, {"valid_from": 20260201}, {"shelf_life_days": 0}, {"item_id": "x"}, {"more": 1},
    ],
)  # fmt: skip
async def test_terms_that_make_no_sense_are_refused(client, shop, procurement, wrong):
    terms = {
        "item_id": str(shop.card),
        "lead_time_days": 4,
        "worst_lead_time_days": 4,
        "unit_cost_fen": 140,
        **wrong,
    }
    answer = await client.post(f"/v1/suppliers/{procurement.supplier}/terms", json=terms)
    assert answer.status_code == 422, answer.text


async def test_a_supplier_is_added_once_and_renamed(client, procurement):
    assert (await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂茶业"})).status_code == 200
    assert (await client.post("/v1/suppliers", json={"code": "leaf", "name": "x"})).status_code == 409
    renamed = await client.patch(f"/v1/suppliers/{procurement.supplier}", json={"name": "新叶茂"})
    assert (renamed.json()["name"], renamed.json()["status"]) == ("新叶茂", "active")
    assert [s["name"] for s in (await client.get("/v1/suppliers")).json()["suppliers"]] == ["新叶茂"]
    assert (await client.patch(f"/v1/suppliers/{uuid4()}", json={})).status_code == 404
