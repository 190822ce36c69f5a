"""A shop with two warehouses, a supplier with terms, and a planner who may approve."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from transactional.warehouses.settling import settle


@dataclass(frozen=True)
class Procurement:
    """What there is to order with.

    tea: packs of 6, at least 12, 150 fen, from 60 pieces on 120, lead time 5 days, at worst 9, keeps 90 days, 10 %
    over is taken · pot: single pieces, 900 fen, 14 days
    """

    main: UUID
    south: UUID
    supplier: UUID


TEA = {
    "lead_time_days": 5, "worst_lead_time_days": 9, "unit_cost_fen": 150, "min_order_quantity": 12, "pack_size": 6,
    "price_breaks": [{"quantity": 60, "unit_cost_fen": 120}], "shelf_life_days": 90, "over_receipt_percent": 10,
    "valid_from": "2026-01-01",
}  # fmt: skip
POT = {
    "lead_time_days": 14, "worst_lead_time_days": 20, "unit_cost_fen": 900, "valid_from": "2026-01-01",
}  # fmt: skip


async def admit(owner) -> None:
    """Let the suppliers there are be from before gates were kept, so that they may be ordered from."""
    await owner.execute("update mall.supplier set is_gated = false")


async def made(answer) -> dict:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def furnish(client, shop, owner) -> Procurement:
    main = await made(
        await client.post(
            "/v1/warehouses", json={"code": "main", "name": "总仓", "region": "华东", "rank": 10}
        )
    )
    south = await made(
        await client.post(
            "/v1/warehouses",
            json={"code": "south", "name": "南仓", "region": "华南", "rank": 20, "capacity_units": 500},
        )
    )
    supplier = await made(await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂茶业"}))
    for item, terms in ((shop.tea, TEA), (shop.pot, POT)):
        url = f"/v1/suppliers/{supplier['supplier_id']}/terms"
        await made(await client.post(url, json={"item_id": str(item), **terms}))
    await admit(owner)
    return Procurement(UUID(main["warehouse_id"]), UUID(south["warehouse_id"]), UUID(supplier["supplier_id"]))


@pytest.fixture
async def procurement(client, shop, owner) -> Procurement:
    await owner.execute(
        "insert into mall.login (tenant_id, username, password_hash, role) values "
        "($1, 'li.na', 'x', 'planner'), ($1, 'viewer', 'x', 'enterprise_viewer')",
        shop.tenant_id,
    )
    return await furnish(client, shop, owner)


@pytest.fixture
def propose(client, procurement):
    """Propose an order of (item, quantity) or (item, quantity, warehouse) lines and return the answer."""

    async def propose(*lines, reference="po-1", query="", **more):
        body = {
            "reference": reference, "supplier_id": str(procurement.supplier), "created_by": "wang.wei",
            "lines": [
                {"item_id": str(item), "quantity": quantity, **({"warehouse_id": str(where[0])} if where else {})}
                for item, quantity, *where in lines
            ],
            **more,
        }  # fmt: skip
        return await client.post(f"/v1/purchase-orders{query}", json=body)

    return propose


@pytest.fixture
def move(client):
    async def move(order, *moves, by="li.na", query="", **more):
        """Make moves of an order and return the last answer."""
        for one in moves:
            url = f"/v1/purchase-orders/{order}/moves{query}"
            answer = await client.post(url, json={"move": one, "by": by, **more})
        return answer

    return move


@pytest.fixture
def deliver(client):
    """Book batches of an order, as (line, quantity[, damaged[, expires_on]]), and return the answer."""

    async def deliver(order, *batches, reference="dn-1", query="", **more):
        names = ("line_no", "quantity", "damaged_quantity", "expires_on")
        body = {
            "reference": reference,
            "received_by": "zhao.yi",
            "batches": [dict(zip(names, batch, strict=False)) for batch in batches],
            **more,
        }
        return await client.post(f"/v1/purchase-orders/{order}/receipts{query}", json=body)

    return deliver


@pytest.fixture
def stock(client, procurement):
    async def stock(item) -> dict:
        (found,) = (await client.get("/v1/stock", params={"item_id": str(item)})).json()["items"]
        assert (
            found["total"]
            == found["sellable"] + found["set_aside"]
            == sum(p["quantity"] for p in found["places"])
        )
        found["places"] = {UUID(p["warehouse_id"]): p["quantity"] for p in found["places"]}
        return found

    return stock


@pytest.fixture
def settle_all(app, shop, clock, owner):
    """Settle every item of the shop, as the worker does."""

    async def settle_all():
        items = await owner.fetch("select tenant_id, item_id from mall.stock")
        async with app.state.pools.committer.acquire() as connection, connection.transaction():
            return await settle(connection, [tuple(row) for row in items], now=clock())

    return settle_all
