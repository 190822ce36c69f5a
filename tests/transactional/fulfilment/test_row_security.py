"""The database itself shows a tenant's own parcels and promises alone, and lets nobody rewrite what was told."""

import asyncpg
import pytest

from tests.transactional.conftest import open_shop

from .conftest import HOUR

TABLES = ("fulfilment_terms", "rest_day", "shipment", "shipment_line", "shipment_event", "compensation")


async def as_tenant(connection, tenant_id, statement, *values):
    async with connection.transaction():
        await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
        return await connection.fetchval(statement, *values)


@pytest.fixture
async def everything(client, ordered, parcel, push, depot, clock):
    """A row in every table."""
    await client.put("/v1/fulfilment/terms", json={"compensation_points": 1, "changed_by": "x"})
    rest = {"days": [{"day": "2026-03-20", "note": "x"}], "announced_by": "x"}
    await client.put("/v1/fulfilment/rest-days", json=rest)
    await parcel(await ordered())
    clock.now += 80 * HOUR
    await push(
        depot.scan("SB0001", "collected", clock.now - 70 * HOUR), depot.scan("SB0001", "delivered", clock.now)
    )


async def test_a_tenant_sees_and_writes_its_own_rows_alone(owner, shop, everything, database_url):
    stranger = (await open_shop(owner, "birch")).tenant_id
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    add = "insert into mall.rest_day values ($1, '2026-04-01', 'x', 'x', now())"
    try:
        for table in TABLES:
            count = f"select count(*) from mall.{table}"
            assert await owner.fetchval(count) > 0, table
            assert await connection.fetchval(count) == 0, table
            assert await as_tenant(connection, stranger, count) == 0, table
            assert await as_tenant(connection, shop.tenant_id, count) > 0, table
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_tenant(connection, stranger, add, shop.tenant_id)
        await as_tenant(connection, stranger, "update mall.shipment set status = 'lost' returning 1")
        assert await owner.fetchval("select status from mall.shipment") == "delivered"
    finally:
        await connection.close()


async def test_what_a_carrier_told_is_not_rewritten(owner, everything):
    for table in ("shipment_event", "shipment_line"):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(f"delete from mall.{table}")


async def test_nothing_that_leads_to_a_person_leaves(owner, everything):
    for view in ("shipment", "shipment_line", "compensation"):
        row = await owner.fetchrow(f"select * from export.{view}")
        assert "SB0001" not in str(dict(row))
        assert not {"tracking_number", "reference", "settled_by", "note"} & set(row.keys())
