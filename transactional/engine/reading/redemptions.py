"""Reads redemptions with their lines, payments and deductions."""

import json
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs
from transactional.engine.reading.points import read_lots, read_named_holds
from transactional.engine.reading.slots import columns
from transactional.redemption.domain import Line, Redemption
from transactional.redemption.payment import Payment
from transactional.redemption.states import Status

_OF_PAYMENTS = """
select p.tenant_id, p.payment_id, p.redemption_id
from mall.payment p
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, payment_id) using (tenant_id, payment_id)
"""
# Who and what a redemption is about never changes, so it may be read before the locks.
_ABOUT = """
select r.tenant_id, r.redemption_id, r.member_id, r.flash_sale_id,
    (select array_agg(l.item_id) from mall.redemption_line l
     where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id) as items,
    (select array_agg(l.quantity) from mall.redemption_line l
     where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id) as quantities,
    (select json_agg(json_build_array(u.line_no, u.campaign_id, u.points))::text from mall.campaign_use u
     where u.tenant_id = r.tenant_id and u.redemption_id = r.redemption_id and u.kind = 'discount') as discounts
from mall.redemption r
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, redemption_id) using (tenant_id, redemption_id)
"""
_REDEMPTIONS = """
select r.*,
    (select json_agg(json_build_array(l.line_no, l.item_id, l.quantity, l.unit_points, l.refunded_quantity,
            (select coalesce(sum(coalesce(c.quantity, l.quantity - l.refunded_quantity)), 0)
             from mall.after_sales_case c
             where c.tenant_id = r.tenant_id and c.redemption_id = r.redemption_id and c.outcome = 'replace'
                and c.closed_at is null and (c.line_no is null or c.line_no = l.line_no)))
        order by l.line_no)::text
     from mall.redemption_line l
     where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id) as lines,
    (select json_agg(json_build_array(e.lot_id, -e.amount) order by e.entry_no)::text
     from mall.entry e
     where e.tenant_id = r.tenant_id and e.transfer_id = r.redemption_id and e.account_id = r.member_id) as debits
from mall.redemption r
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, redemption_id) using (tenant_id, redemption_id)
"""
_PAYMENTS = """
select p.tenant_id, p.payment_id, p.redemption_id, p.provider, p.amount_fen, p.status, p.provider_reference,
    p.refunded_fen, p.captured_at,
    (select json_object_agg(c.refund_id, json_build_array(c.amount_fen, c.status = 'done'))::text
     from mall.cash_refund c
     where c.tenant_id = p.tenant_id and c.payment_id = p.payment_id) as refunds
from mall.payment p
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, redemption_id) using (tenant_id, redemption_id)
"""


async def resolve_redemptions(connection: Connection, needs: Needs, book: Book) -> None:
    """Add the members and items of redemptions to what is needed."""
    if needs.payments:
        for row in await connection.fetch(_OF_PAYMENTS, *columns(needs.payments)):
            book.payers[row["tenant_id"], row["payment_id"]] = row["redemption_id"]
            needs.redemptions.add((row["tenant_id"], row["redemption_id"]))
    if needs.redemptions:
        for row in await connection.fetch(_ABOUT, *columns(needs.redemptions)):
            needs.members.add((row["tenant_id"], row["member_id"]))
            if row["flash_sale_id"] is not None:
                needs.sales.add((row["tenant_id"], row["flash_sale_id"]))
            for item_id, quantity in zip(row["items"] or [], row["quantities"] or [], strict=True):
                needs.items[row["tenant_id"], item_id] += quantity
            if row["discounts"] is not None:
                _add_discounts(row, needs, book)


async def read_redemptions(connection: Connection, needs: Needs, book: Book) -> None:
    """Read redemptions under the lock of their members' accounts."""
    if not needs.redemptions:
        return
    wanted = columns(needs.redemptions)
    lots: set[tuple[UUID, UUID, UUID]] = set()
    holds = set()
    for row in await connection.fetch(_REDEMPTIONS, *wanted):
        redemption = _redemption(row)
        discounts = book.campaigns.discounts.get((row["tenant_id"], row["redemption_id"]), {})
        for line in redemption.lines:
            if line.line_no in discounts:
                line.campaign_id, saved = discounts[line.line_no]
                line.list_points = line.unit_points + saved // line.quantity
        book.redemptions[row["tenant_id"], row["redemption_id"]] = redemption
        lots |= {(row["tenant_id"], row["member_id"], lot_id) for lot_id, _ in redemption.debits}
        if redemption.hold_id is not None:
            holds.add((row["tenant_id"], redemption.hold_id))
    for row in await connection.fetch(_PAYMENTS, *wanted):
        tenant_id, *values, refunds = row
        payment = Payment(*values)
        for refund_id, (fen, is_done) in json.loads(refunds or "{}").items():
            payment.refunds[UUID(refund_id)] = (fen, is_done)
        book.payments[tenant_id, payment.redemption_id] = payment
    await read_lots(connection, book, lots)
    await read_named_holds(connection, book, holds)


def _add_discounts(row: Any, needs: Needs, book: Book) -> None:
    """Note by which campaigns the lines of a redemption are cheaper, and that these are needed."""
    discounts = {
        line_no: (UUID(campaign_id), saved) for line_no, campaign_id, saved in json.loads(row["discounts"])
    }
    book.campaigns.discounts[row["tenant_id"], row["redemption_id"]] = discounts
    needs.campaigns |= {(row["tenant_id"], campaign_id) for campaign_id, _ in discounts.values()}


def _redemption(row: Any) -> Redemption:
    lines = [
        Line(line_no, UUID(item_id), *numbers)
        for line_no, item_id, *numbers in json.loads(row["lines"] or "[]")
    ]
    names = (
        "redemption_id", "member_id", "mode", "points", "effective_at", "cash_fen", "cash_points",
        "fee_points", "refunded_points", "refunded_cash_fen", "hold_id", "deadline", "flash_sale_id", "draw_id",
        "bill_reference", "bill_fen", "paid_at", "shipped_at", "delivered_at", "completed_at", "ended_at",
        "cancel_reason",
    )  # fmt: skip
    return Redemption(
        **{name: row[name] for name in names},
        status=Status(row["status"]),
        lines=lines,
        debits=tuple((UUID(lot_id), points) for lot_id, points in json.loads(row["debits"] or "[]")),
    )
