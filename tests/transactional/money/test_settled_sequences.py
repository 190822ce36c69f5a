"""Any sequence of deliveries, on the database itself, is settled as a bookkeeper would by hand."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import uuid4

from tests.transactional.money.slow_settlement import Bookkeeper

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)


async def test_any_sequence_of_deliveries_is_settled_as_the_bookkeeper_has_it(
    owner,
    shop,
    procurement,
    run,
):
    """Deliveries of five suppliers over 20 days, some booked days later, runs on most days and some twice."""
    for seed in range(3):
        chance, keeper = Random(seed), Bookkeeper()
        await owner.execute(
            "truncate mall.settlement_statement, mall.settlement_line, mall.receipt, mall.receipt_batch cascade"
        )
        orders = [
            await _order(owner, shop, procurement, f"s{seed}-{n}", cost=chance.randint(1, 900))
            for n in range(5)
        ]
        for n in range(20):
            today = FIRST + n * DAY
            for _ in range(chance.randint(0, 4)):
                supplier, order, cost = chance.choice(orders)
                day, quantity = today - chance.choice([0, 0, 0, 1, 3]) * DAY, chance.randint(1, 9)
                receipt = await _receive(owner, shop, procurement, order, day, quantity)
                keeper.happened(supplier, day, receipt, quantity, cost)
            for _ in range(chance.choice([0, 1, 1, 2])):
                await run(datetime.combine(today, time(1), UTC))
                keeper.close(today)
            assert await _stated(owner) == dict(keeper.statements)
        assert keeper.statements


async def _order(owner, shop, procurement, code, cost):
    supplier, order, terms = uuid4(), uuid4(), uuid4()
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")
        await owner.execute(
            "insert into mall.supplier (tenant_id, supplier_id, code, name) values ($1, $2, $3, $3)",
            shop.tenant_id, supplier, code,
        )  # fmt: skip
        await owner.execute(
            "insert into mall.purchase_order (tenant_id, purchase_order_id, reference, request_hash, supplier_id, origin, status, "
            "order_by, created_by, created_at, ordered_at) values ($1, $2, $3, decode(repeat('00', 32), 'hex'), $4, 'manual', "
            "'ordered', '2026-03-01', 'x', now(), now())",
            shop.tenant_id, order, code, supplier,
        )  # fmt: skip
        await owner.execute(
            "insert into mall.purchase_order_line (tenant_id, purchase_order_id, line_no, item_id, warehouse_id, terms_id, "
            "quantity, unit_cost_fen, lead_time_days, expected_on, most_quantity) "
            "values ($1, $2, 1, $3, $4, $5, 1000, $6, 1, '2026-03-02', 1000)",
            shop.tenant_id, order, shop.tea, procurement.main, terms, cost,
        )  # fmt: skip
    return supplier, order, cost


async def _receive(owner, shop, procurement, order, day, quantity):
    receipt, at = uuid4(), datetime.combine(day, time(2), UTC)
    await owner.execute(
        "insert into mall.receipt (tenant_id, receipt_id, purchase_order_id, reference, request_hash, received_by, received_at) "
        "values ($1, $2, $3, $4, decode(repeat('00', 32), 'hex'), 'x', $5)",
        shop.tenant_id, receipt, order, str(receipt), at,
    )  # fmt: skip
    await owner.execute(
        "insert into mall.receipt_batch (tenant_id, receipt_id, batch_no, purchase_order_id, line_no, item_id, warehouse_id, "
        "quantity, damaged_quantity, received_at) values ($1, $2, 1, $3, 1, $4, $5, $6, 0, $7)",
        shop.tenant_id, receipt, order, shop.tea, procurement.main, quantity, at,
    )  # fmt: skip
    return receipt


async def _stated(owner):
    found = defaultdict(dict)
    for row in await owner.fetch(
        "select party_id, day, source_id, l.quantity, amount_fen from mall.settlement_line l "
        "join mall.settlement_statement using (tenant_id, statement_id)"
    ):
        found[row["party_id"], row["day"]][row["source_id"]] = (row["quantity"], row["amount_fen"])
    return dict(found)
