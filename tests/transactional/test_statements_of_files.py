"""A file of many rows takes as many statements as one of a few."""

from contextlib import asynccontextmanager

import pytest

BY = {"imported_by": "li.na"}


@pytest.fixture
def counting(app):
    """Counts the statements that are asked of the database in a block."""

    @asynccontextmanager
    async def count():
        asked = []
        # The pool has one connection until two are needed at once.
        async with app.state.pools.api.acquire() as connection:
            connection.add_query_logger(log := lambda record: asked.append(record.query))
        yield asked
        async with app.state.pools.api.acquire() as connection:
            connection.remove_query_logger(log)

    return count


@pytest.fixture
async def send(client, operator, shop, owner, counting):
    """Sends rows to an import, and returns the statements that took."""

    async def send(path, header, rows, asker=client, **params):
        body = "\n".join([header, *rows]).encode()
        async with counting() as asked:
            answer = await asker.post(path, content=body, params=params)
        assert answer.status_code == 200, answer.text
        return asked

    items = [f"i-{n},i,demo,physical,staple" for n in range(60)]
    await send("/v1/platform/items/import", "code,name,category,kind,class", items, operator)
    return send


async def test_a_row_more_is_no_statement_more(send, operator, shop):
    async def same(path, header, row, **more):
        """Send a file of 3 rows, and one of 40 others, when the driver knows the types that are asked for."""
        await send(path, header, [row.format(n=0)], **more)
        few = await send(path, header, [row.format(n=n) for n in range(1, 4)], **more)
        many = await send(path, header, [row.format(n=n) for n in range(4, 44)], **more)
        assert len(many) <= len(few), (path, many)

    offers = f"/v1/platform/tenants/{shop.tenant_id}/offers/import"
    await same("/v1/opt-ins/import", "item_code", "i-{n}", **BY)
    await same(offers, "item_code,price_points,handover", "i-{n},5,shipping", asker=operator)
    await same(offers, "item_code,price_points,handover", "i-{n},6,shipping", asker=operator)
    await same("/v1/members/import", "external_ref,is_personalised", "M-{n},false")
    await same(
        "/v1/member-consents/import", "external_ref,purpose,is_given,text_version", "M-{n},profiling,true,v1"
    )
    await send("/v1/warehouses/import", "code,name,region", ["main,m,r", "north,n,r"])
    await send("/v1/suppliers/import", "code,name", ["leaf,leaf"])
    terms = "supplier_code,item_code,lead_time_days,worst_lead_time_days,unit_cost_fen,valid_from"
    for first in ("2026-01-01", "2026-02-01"):
        await same("/v1/suppliers/terms/import", terms, f"leaf,i-{{n}},1,2,3,{first}")
    corrections = "reference,warehouse_code,item_code,quantity,reason"
    await same("/v1/stock/corrections/import", corrections, "c-{n},main,i-{n},5,count", **BY)
    await same("/v1/stock/corrections/import", corrections, "d-{n},main,i-{n},-1,count", **BY)
    relocations = "reference,item_code,from_warehouse,to_warehouse,quantity"
    await same("/v1/stock/relocations/import", relocations, "r-{n},i-{n},main,north,1")
    await same("/v1/stock/thresholds/import", "item_code,quantity", "i-{n},9")
    await same("/v1/opt-in-withdrawals/import", "item_code", "i-{n}", **BY)
