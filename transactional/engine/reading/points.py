"""Reads members' accounts with their lots and holds, and transfers that are taken back."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs, Slot
from transactional.engine.reading.slots import columns
from transactional.ledger.account import Account, Hold
from transactional.ledger.history import History, SetAside
from transactional.ledger.lots import Lot
from transactional.ledger.transfers import PastTransfer

# Rows are looked up one by one, in the sorted order in which the batch names them: that is one order of locks for
# every process, so that two batches never wait for each other in a circle, and `offset 0` keeps the planner from
# reading a tenant's whole table because it was small when it planned.
_ACCOUNTS = """
select a.*
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, account_id)
cross join lateral (
    select a.tenant_id, a.account_id, a.balance, a.version, a.owed_points, a.changed_at, a.recent, m.registered_at
    from mall.account a
    join mall.member m on m.tenant_id = a.tenant_id and m.member_id = a.account_id
    where a.tenant_id = wanted.tenant_id and a.account_id = wanted.account_id
        and a.kind = 'member' and m.erased_at is null and a.closed_at is null
    offset 0 {lock}
) a
"""
_LOCK = "for update of a"
_LOT = "l.tenant_id, l.account_id, l.lot_id, l.issued_points, l.remaining_points, l.active_from, l.expires_on"
_LOTS = f"""
select l.*
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, account_id)
cross join lateral (
    select {_LOT}
    from mall.lot l
    where l.tenant_id = wanted.tenant_id and l.account_id = wanted.account_id and l.remaining_points > 0
    offset 0
) l
"""
_NAMED_LOTS = f"""
select {_LOT}
from mall.lot l
join unnest($1::uuid[], $2::uuid[], $3::uuid[]) as wanted(tenant_id, account_id, lot_id)
    using (tenant_id, account_id, lot_id)
"""
_HOLD = """h.tenant_id, h.hold_id, h.member_id, h.points, h.captured_points, h.lot_ids, h.lot_points, h.status,
    h.redemption_id, h.reference, h.effective_at, h.expires_at, h.resolved_at"""
_OPEN_HOLDS = f"""
select h.*
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, member_id)
cross join lateral (
    select {_HOLD}
    from mall.hold h
    where h.tenant_id = wanted.tenant_id and h.member_id = wanted.member_id and h.status = 'open'
    offset 0
) h
"""
_NAMED_HOLDS = f"""
select {_HOLD}
from mall.hold h
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, hold_id) using (tenant_id, hold_id)
"""
_MEMBERS_OF_HOLDS = """
select h.tenant_id, h.hold_id, h.member_id
from mall.hold h
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, hold_id) using (tenant_id, hold_id)
"""
_MEMBERS_OF_TRANSFERS = """
select t.tenant_id, t.transfer_id, t.member_id
from mall.transfer t
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, transfer_id) using (tenant_id, transfer_id)
"""
# swept: what of the lot expired, less what earlier returns have counted against that.
_PAST = """
select t.tenant_id, t.transfer_id, t.kind, t.member_id, t.effective_at,
    (select json_agg(json_build_array(e.lot_id, e.amount) order by e.entry_no)::text
     from mall.entry e
     where e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id and e.account_id = t.member_id) as shares,
    (select coalesce(sum(abs(b.points)), 0)
     from mall.transfer r
     cross join lateral (
         select sum(e.amount) as points
         from mall.entry e
         join mall.account a using (tenant_id, account_id)
         where e.tenant_id = r.tenant_id and e.transfer_id = r.transfer_id
             and a.kind in ('issuance', 'adjustment')
     ) b
     where r.tenant_id = t.tenant_id and r.reverses_id = t.transfer_id) as reversed,
    (select coalesce(sum(e.amount), 0)
     from mall.transfer x
     join mall.entry e using (tenant_id, transfer_id)
     join mall.account a using (tenant_id, account_id)
     where a.kind = 'expired' and (
         x.tenant_id = t.tenant_id and x.reverses_id = t.transfer_id)) as absorbed
from mall.transfer t
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, transfer_id) using (tenant_id, transfer_id)
"""
_SWEPT = """
select e.tenant_id, e.lot_id, -sum(e.amount) as points
from mall.transfer t
join mall.entry e on e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id and e.account_id = t.member_id
join unnest($1::uuid[], $2::uuid[], $3::uuid[]) as wanted(tenant_id, member_id, lot_id)
    on wanted.tenant_id = t.tenant_id and wanted.member_id = t.member_id and wanted.lot_id = e.lot_id
where t.kind = 'expire' and t.redemption_id is distinct from t.transfer_id
group by e.tenant_id, e.lot_id
"""
_ENTRIES_SINCE = """
select t.tenant_id, t.member_id, e.lot_id, t.effective_at, e.amount
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as wanted(tenant_id, member_id, since)
cross join lateral (
    select t.tenant_id, t.member_id, t.transfer_id, t.effective_at
    from mall.member_transfer t
    where t.tenant_id = wanted.tenant_id and t.member_id = wanted.member_id and t.effective_at >= wanted.since
    offset 0
) t
join mall.entry e on e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id and e.account_id = t.member_id
"""
_HOLDS_SINCE = """
select h.tenant_id, h.member_id, h.hold_id, h.lot_ids, h.lot_points, h.effective_at,
    coalesce(h.resolved_at, h.expires_at) as ends_at
from mall.hold h
join unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as wanted(tenant_id, member_id, since)
    using (tenant_id, member_id)
where coalesce(h.resolved_at, h.expires_at) >= wanted.since
"""


async def resolve_points(connection: Connection, needs: Needs, book: Book) -> None:
    """Add the members of holds and transfers to what is needed."""
    if needs.holds:
        for row in await connection.fetch(_MEMBERS_OF_HOLDS, *columns(needs.holds)):
            book.holds[row["tenant_id"], row["hold_id"]] = row["member_id"]
            needs.members.add((row["tenant_id"], row["member_id"]))
    if needs.transfers:
        for row in await connection.fetch(_MEMBERS_OF_TRANSFERS, *columns(needs.transfers)):
            needs.members.add((row["tenant_id"], row["member_id"]))


async def lock_accounts(connection: Connection, members: Collection[Slot]) -> None:
    """Lock members' accounts, in the order in which every batch does."""
    if members:
        await connection.execute(_ACCOUNTS.format(lock=_LOCK), *columns(sorted(members)))


async def read_accounts(connection: Connection, needs: Needs, book: Book, *, lock: bool) -> None:
    """Lock and read the accounts of members with the lots that have points left and the holds that matter."""
    if not needs.members:
        return
    members = columns(sorted(needs.members))
    for row in await connection.fetch(_ACCOUNTS.format(lock=_LOCK if lock else ""), *members):
        book.accounts[row["tenant_id"], row["account_id"]] = Account(
            row["balance"],
            row["version"],
            owed=row["owed_points"],
            changed_at=row["changed_at"],
            recent=row["recent"],
            registered_at=row["registered_at"],
        )
    _add_lots(book, await connection.fetch(_LOTS, *members))
    _add_holds(book, await connection.fetch(_OPEN_HOLDS, *members))
    await read_named_holds(connection, book, needs.holds)


async def read_named_holds(connection: Connection, book: Book, named: set[Slot]) -> None:
    """Read holds by (tenant, hold), open or not."""
    if named:
        _add_holds(book, await connection.fetch(_NAMED_HOLDS, *columns(named)))


async def read_lots(connection: Connection, book: Book, named: set[tuple[UUID, UUID, UUID]]) -> None:
    """Read lots by (tenant, member, lot), whether or not they have points left."""
    missing = {
        (tenant_id, member_id, lot_id)
        for tenant_id, member_id, lot_id in named
        if (account := book.accounts.get((tenant_id, member_id))) is not None and lot_id not in account.lots
    }
    if missing:
        _add_lots(book, await connection.fetch(_NAMED_LOTS, *columns(missing, 3)))


async def read_past(connection: Connection, needs: Needs, book: Book) -> None:
    """Read transfers that are to be taken back, with the lots they moved."""
    if not needs.transfers:
        return
    lots = set()
    for row in await connection.fetch(_PAST, *columns(needs.transfers)):
        shares = tuple((UUID(lot_id), amount) for lot_id, amount in json.loads(row["shares"] or "[]"))
        past = PastTransfer(
            row["transfer_id"],
            row["kind"],
            row["member_id"],
            row["effective_at"],
            shares,
            int(row["reversed"]),
        )
        # Entries on the program's expired account are positive; taking back made them smaller.
        past.swept_points = int(row["absorbed"])
        book.past[row["tenant_id"], row["transfer_id"]] = past
        lots |= {(row["tenant_id"], row["member_id"], lot_id) for lot_id, _ in shares}
    await read_lots(connection, book, lots)
    if lots:
        swept = {
            (row["tenant_id"], row["lot_id"]): int(row["points"])
            for row in await connection.fetch(_SWEPT, *columns(lots, 3))
        }
        for (tenant_id, _), past in book.past.items():
            past.swept_points += sum(swept.get((tenant_id, lot_id), 0) for lot_id, _ in past.shares)


async def read_history(connection: Connection, needs: Needs, book: Book) -> None:
    """Read what moved the lots of accounts that are changed as of the past."""
    wanted = [
        (tenant_id, member_id, since)
        for (tenant_id, member_id), since in needs.backdated.items()
        if (tenant_id, member_id) in book.accounts
    ]
    if not wanted:
        return
    for tenant_id, member_id, _ in wanted:
        book.accounts[tenant_id, member_id].history = History()
    for row in await connection.fetch(_ENTRIES_SINCE, *columns(wanted, 3)):
        history = book.accounts[row["tenant_id"], row["member_id"]].history
        assert history is not None
        history.add_entry(row["lot_id"], row["effective_at"], row["amount"])
    for row in await connection.fetch(_HOLDS_SINCE, *columns(wanted, 3)):
        history = book.accounts[row["tenant_id"], row["member_id"]].history
        assert history is not None
        shares = dict(zip(row["lot_ids"], row["lot_points"], strict=True))
        history.note_hold(row["hold_id"], SetAside(row["effective_at"], row["ends_at"], shares))


def _add_lots(book: Book, rows: list[Any]) -> None:
    for tenant_id, member_id, lot_id, issued, remaining, begins, expires_on in rows:
        account = book.accounts.get((tenant_id, member_id))
        if account is not None:
            account.lots[lot_id] = Lot(lot_id, issued, remaining, begins, expires_on)


def _add_holds(book: Book, rows: list[Any]) -> None:
    for row in rows:
        account = book.accounts.get((row["tenant_id"], row["member_id"]))
        if account is not None:
            account.holds[row["hold_id"]] = Hold(
                row["hold_id"],
                row["points"],
                tuple(zip(row["lot_ids"], row["lot_points"], strict=True)),
                row["effective_at"],
                row["expires_at"],
                row["status"],
                row["captured_points"],
                row["resolved_at"],
                row["redemption_id"],
                row["reference"],
            )
