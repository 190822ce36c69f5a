"""Orders of the past leave the rows that orders leave which people move, and are held to the same rules."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from transactional.catalogue.operations import receive_stock
from transactional.purchasing.domain import Batch, Move
from transactional.purchasing.importing import PastOrder, PastPurchases, PastReceipt
from transactional.purchasing.lines import NewLine
from transactional.purchasing.operations import NewOrder, move_order, propose_order
from transactional.purchasing.receiving import NewReceipt, receive
from transactional.purchasing.refusals import IllegalOrderMove, OverReceipt, UnknownOrder
from transactional.suppliers.domain import BelowMinimumOrder, NoSupplierTerms, NotWholePacks

DAY = datetime(2026, 2, 2, 4, tzinfo=UTC)
BATCHES = ((Batch(1, 20, 3, date(2026, 5, 1)), Batch(2, 2)), (Batch(1, 36, 1),))
ROWS = {
    "purchase_order": "supplier_id, origin, status, order_by, created_by, created_at, approved_by, approved_at, "
    "ordered_at, first_received_at, received_at, ended_at",
    "purchase_order_line": "line_no, item_id, warehouse_id, terms_id, quantity, unit_cost_fen, lead_time_days, "
    "expected_on, most_quantity, received_quantity, damaged_quantity",
    "purchase_order_move": "move, from_status, status, moved_by, note, moved_at",
    "receipt": "received_by, received_at",
    "receipt_batch": "batch_no, line_no, item_id, warehouse_id, quantity, damaged_quantity, expires_on, received_at",
}


def past(shop, procurement, lines=None, number=1, day=DAY):
    asked = ((shop.tea, 60), (shop.pot, 2)) if lines is None else lines
    return PastOrder(
        UUID(int=number), f"past-{number}", procurement.supplier, tuple(NewLine(*line) for line in asked), "li.na",
        day, day + timedelta(minutes=1), day + timedelta(minutes=2),
    )  # fmt: skip


def receipts(order):
    return [
        PastReceipt(UUID(int=100 + n), order, batches, DAY + timedelta(days=5 + n), is_last=n == 1)
        for n, batches in enumerate(BATCHES)
    ]


async def moved(connection, shop, order):
    """Move an order with its deliveries by the operations that people use."""
    tenant = shop.tenant_id
    async with connection.transaction():
        new = NewOrder(order.reference, order.supplier_id, order.lines, order.by)
        await propose_order(
            connection, tenant_id=tenant, order_id=order.order_id, new=new, request_hash=bytes(32),
            now=order.proposed_at,
        )  # fmt: skip
        for move, at in ((Move.APPROVE, order.approved_at), (Move.ORDER, order.ordered_at)):
            await move_order(
                connection, tenant_id=tenant, order_id=order.order_id, move=move, by=order.by, now=at
            )
        for one in receipts(order.order_id):
            await receive(
                connection, tenant_id=tenant, order_id=order.order_id, receipt_id=one.receipt_id,
                new=NewReceipt(str(one.receipt_id), one.batches, order.by, one.received_at), request_hash=bytes(32),
            )  # fmt: skip
        await move_order(
            connection, tenant_id=tenant, order_id=order.order_id, move=Move.CLOSE, by=order.by, now=one.received_at
        )  # fmt: skip


async def test_an_import_leaves_the_rows_of_orders_that_were_moved(owner, shop, procurement, stock):
    async def rows():
        return {
            table: sorted(map(tuple, await owner.fetch(f"select {columns} from mall.{table}")), key=str)
            for table, columns in ROWS.items()
        }

    rolled_back = owner.transaction()
    await rolled_back.start()
    await moved(owner, shop, past(shop, procurement))
    expected, shelf = await rows(), await owner.fetch("select item_id, on_hand from mall.stock order by 1")
    await rolled_back.rollback()

    purchases = await PastPurchases.begin(owner, tenant_id=shop.tenant_id)
    order = past(shop, procurement)
    purchases.place(order)
    for one in receipts(order.order_id):
        await receive_stock(owner, tenant_id=shop.tenant_id, receipts=purchases.receive(one))
    await purchases.put_away([shop.tea, shop.pot], DAY + timedelta(days=9))
    await purchases.finish()
    assert await rows() == expected
    assert await owner.fetch("select item_id, on_hand from mall.stock order by 1") == shelf
    # What lies in the warehouse is what can be sold: the fixture sees to that.
    assert (await stock(shop.tea))["places"] == {procurement.main: 66}


async def test_an_import_keeps_the_rules(owner, shop, procurement):
    purchases = await PastPurchases.begin(owner, tenant_id=shop.tenant_id)
    for refusal, lines, day in (
        (NotWholePacks, [(shop.tea, 13)], DAY),
        (BelowMinimumOrder, [(shop.tea, 6)], DAY),
        (NoSupplierTerms, [(shop.card, 1)], DAY),
        (NoSupplierTerms, [(shop.tea, 12)], DAY - timedelta(days=60)),
    ):
        with pytest.raises(refusal):
            purchases.place(past(shop, procurement, lines, day=day))
    order = past(shop, procurement)
    purchases.place(order)
    first, second = receipts(order.order_id)
    with pytest.raises(UnknownOrder):
        purchases.receive(PastReceipt(first.receipt_id, UUID(int=9), first.batches, DAY, is_last=False))
    with pytest.raises(OverReceipt):
        purchases.receive(PastReceipt(first.receipt_id, order.order_id, (Batch(1, 67),), DAY, is_last=False))
    purchases.receive(first)
    purchases.receive(second)
    with pytest.raises(IllegalOrderMove):
        purchases.receive(first)
