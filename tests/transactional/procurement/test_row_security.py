"""The database itself shows a tenant's own warehouses, suppliers and orders alone, and lets nobody rewrite the audit."""

import asyncpg
import pytest

from tests.transactional.conftest import open_shop

TABLES = (
    "warehouse", "warehouse_stock", "warehouse_movement", "relocation", "stock_correction", "stock_threshold",
    "stock_alert", "reservation", "reservation_issue", "supplier", "supplier_terms", "purchase_order",
    "purchase_order_line", "purchase_order_move", "receipt", "receipt_batch",
    "expired_stock",
)  # fmt: skip


@pytest.fixture
async def everything(client, shop, owner, procurement, propose, move, deliver, settle_all):
    """A row in every table."""
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    await deliver(order, (1, 6))
    tea, main, south = str(shop.tea), str(procurement.main), str(procurement.south)
    relocation = {
        "reference": "r", "item_id": tea, "from_warehouse_id": main, "to_warehouse_id": south, "quantity": 1,
    }  # fmt: skip
    await client.post("/v1/stock/relocations", json=relocation)
    correction = {
        "reference": "c", "warehouse_id": main, "item_id": tea, "quantity": 1, "reason": "x", "corrected_by": "x",
    }  # fmt: skip
    await client.post("/v1/stock/corrections", json=correction)
    await client.put("/v1/stock/thresholds", json={"item_id": tea, "quantity": 100})
    reservation = {
        "reference": "v", "item_id": tea, "purpose": "campaign", "quantity": 2, "reserved_by": "x",
        "expires_at": "2026-03-02T12:00:00+08:00",
    }  # fmt: skip
    made = (await client.post("/v1/reservations", json=reservation)).json()["reservation_id"]
    issue = {"reference": "i", "quantity": 1, "issued_by": "x"}
    await client.post(f"/v1/reservations/{made}/issues", json=issue)
    await settle_all()
    await owner.execute(
        "insert into mall.expired_stock (tenant_id, warehouse_id, item_id, expires_on, quantity, opened_at) "
        "values ($1, $2, $3, '2026-03-01', 1, now())",
        shop.tenant_id,
        procurement.main,
        shop.tea,
    )


async def as_tenant(connection, tenant_id, statement, *values):
    async with connection.transaction():
        await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
        return await connection.fetchval(statement, *values)


async def test_a_tenant_sees_and_writes_its_own_rows_alone(owner, shop, everything, database_url):
    stranger = (await open_shop(owner, "birch")).tenant_id
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    add = "insert into mall.supplier (tenant_id, code, name) values ($1, 'x', 'x')"
    try:
        for table in TABLES:
            count = f"select count(*) from mall.{table}"
            assert await owner.fetchval(count) > 0, table
            assert await connection.fetchval(count) == 0, table
            assert await as_tenant(connection, stranger, count) == 0, table
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_tenant(connection, stranger, add, shop.tenant_id)
    finally:
        await connection.close()


async def test_what_was_booked_is_not_rewritten(owner, everything):
    for table in (
        "warehouse_movement", "relocation", "stock_correction", "purchase_order_move", "receipt", "receipt_batch",
    ):  # fmt: skip
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(f"delete from mall.{table}")
