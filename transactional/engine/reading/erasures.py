"""Counts what is in the way of erasing members."""

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs
from transactional.engine.reading.slots import columns
from transactional.redemption.states import OPEN_STATUSES, Status

# What was refunded in part is on its way until it is completed.
_OPEN = """
select w.tenant_id, w.member_id,
    (
        select count(*)::int from mall.redemption r
        where r.tenant_id = w.tenant_id and r.member_id = w.member_id and r.status = any($3::text[])
            and (r.status <> $4 or r.completed_at is null)
    ) as redemptions,
    (
        select count(*)::int from mall.redemption r
        join mall.payment p on p.tenant_id = r.tenant_id and p.redemption_id = r.redemption_id
        where r.tenant_id = w.tenant_id and r.member_id = w.member_id and (
            p.status = 'refund_due' or exists (
                select from mall.cash_refund c
                where c.tenant_id = p.tenant_id and c.payment_id = p.payment_id and c.status = 'due'))
    ) as payments
from unnest($1::uuid[], $2::uuid[]) as w(tenant_id, member_id)
"""


async def read_open_business(connection: Connection, needs: Needs, book: Book) -> None:
    """Read what is not finished of members that are to be erased; their accounts are locked."""
    if not needs.erasures:
        return
    statuses = sorted(OPEN_STATUSES)
    for row in await connection.fetch(
        _OPEN, *columns(needs.erasures), statuses, Status.PARTIALLY_REFUNDED.value
    ):
        book.open_business[row["tenant_id"], row["member_id"]] = (row["redemptions"], row["payments"])
