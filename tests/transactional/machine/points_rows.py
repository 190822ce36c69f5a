"""Reads the rows of a tenant's points and exchanges."""

from typing import Any
from uuid import UUID

import asyncpg

from tests.transactional.machine.books import AccountRow, Books, EntryRow, ExchangeRow, HoldRow, LotRow
from transactional.exchange.queries import positions
from transactional.exchange.totals import SUMS

_ENTRIES = """
select t.transfer_id, t.kind, t.member_id, t.effective_at, a.kind as account, e.lot_id, e.amount
from mall.transfer t
join mall.entry e using (tenant_id, transfer_id)
join mall.account a on a.tenant_id = e.tenant_id and a.account_id = e.account_id
where t.tenant_id = $1
"""
_ACCOUNTS = """
select account_id, balance, owed_points, changed_at from mall.account where tenant_id = $1 and kind = 'member'
"""
_LOTS = """
select account_id, lot_id, issued_points, remaining_points, active_from, expires_on
from mall.lot where tenant_id = $1
"""


async def books_of(owner: asyncpg.Connection, tenant: UUID) -> Books:
    """Return a tenant's points and exchanges."""
    books = Books()
    for r in await owner.fetch(_ACCOUNTS, tenant):
        books.accounts[r["account_id"]] = AccountRow(r["balance"], r["owed_points"], r["changed_at"])
    books.lots = [LotRow(*r) for r in await owner.fetch(_LOTS, tenant)]
    books.holds = [
        HoldRow(
            r["member_id"], r["hold_id"], dict(zip(r["lot_ids"], r["lot_points"], strict=True)),
            r["effective_at"], r["resolved_at"] or r["expires_at"],
        )
        for r in await owner.fetch("select * from mall.hold where tenant_id = $1", tenant)
    ]  # fmt: skip
    books.entries = [EntryRow(*r) for r in await owner.fetch(_ENTRIES, tenant)]
    for r in await owner.fetch("select * from mall.exchange where tenant_id = $1", tenant):
        books.exchanges[r["exchange_id"]] = _exchange(r)
    for day, points in await owner.fetch(
        "select day, points from mall.exchange_day where tenant_id = $1", tenant
    ):
        books.exchanged[day] = points
    books.positions = {
        direction: tuple(position[direction][name] for name in SUMS)
        for position in await positions(owner, tenant_id=tenant, since=None, until=None)
        for direction in ("out", "in")
        if position[direction] is not None
    }
    return books


def _exchange(r: Any) -> ExchangeRow:
    return ExchangeRow(
        r["member_id"], r["transfer_id"], (r["points"], r["reversed_points"]),
        (r["fee_points"], r["reversed_fee_points"]), (r["to_points"], r["reversed_to_points"]), r["status"],
        r["asked_on"], r["settled_on"],
    )  # fmt: skip
