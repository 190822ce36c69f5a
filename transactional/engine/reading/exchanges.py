"""Reads quotes and exchanges with what two tenants agreed on, and locks the days that they count for."""

from collections.abc import Sequence
from typing import Any

from transactional.clock import business_date
from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Command, Needs
from transactional.engine.reading.slots import columns
from transactional.exchange.domain import Agreement, Link, Terms
from transactional.exchange.state import Day, DayKey, Exchange, Quote

_GIVERS = """
select x.tenant_id, x.exchange_id, case x.direction when 'out' then x.tenant_id else x.partner_id end as giver_id
from mall.exchange x
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, exchange_id) using (tenant_id, exchange_id)
"""
# Whom a quote and an exchange are about never changes, so it may be read before the locks.
_PARTIES_OF_QUOTES = """
select q.tenant_id, q.member_id, q.partner_id, p.member_id as to_member_id
from mall.exchange_quote q
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, quote_id) using (tenant_id, quote_id)
join mall.member_link p on p.tenant_id = q.partner_id and p.link_id = q.link_id
"""
_PARTIES_OF_EXCHANGES = """
select x.tenant_id, x.member_id, x.partner_id, x.asked_on, p.member_id as to_member_id
from mall.exchange x
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, exchange_id) using (tenant_id, exchange_id)
join mall.member_link p on p.tenant_id = x.partner_id and p.link_id = x.link_id
where x.direction = 'out'
"""
# A row that is not there cannot be locked: two batches would both begin at nothing, and one count would be lost.
_PLANT = """
insert into mall.exchange_day (tenant_id, to_tenant_id, day)
select * from unnest($1::uuid[], $2::uuid[], $3::date[]) as w(tenant_id, to_tenant_id, day)
order by 1, 2, 3
on conflict do nothing
"""
_DAYS = """
select d.tenant_id, d.to_tenant_id, d.day, d.points, d.stated_at is not null as is_stated
from mall.exchange_day d
join unnest($1::uuid[], $2::uuid[], $3::date[]) as w(tenant_id, to_tenant_id, day)
    using (tenant_id, to_tenant_id, day)
order by d.tenant_id, d.to_tenant_id, d.day
"""
_LOCK_DAYS = "for update of d"
_USED = """
select x.tenant_id, x.member_id, x.partner_id, x.asked_on, sum(x.points)::bigint as points
from mall.exchange x
join unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[]) as w(tenant_id, member_id, partner_id, asked_on)
    using (tenant_id, member_id, partner_id, asked_on)
where x.direction = 'out' and x.status <> 'released'
group by x.tenant_id, x.member_id, x.partner_id, x.asked_on
"""
_TERMS = """a.agreement_id, a.partner_code as to_code, b.partner_code as from_code, a.from_points, a.to_points as
    rate_to_points, a.fee_bp, a.member_daily_points, a.pair_daily_points, a.valid_from, a.valid_until, a.accepted_at,
    a.ended_at, l.link_id, l.member_id as from_member_id, l.partner_id as to_tenant_id, p.member_id as to_member_id,
    l.withdrawn_at"""
_AGREED = """
join mall.exchange_agreement a on a.tenant_id = x.tenant_id and a.agreement_id = x.agreement_id
join mall.exchange_agreement b on b.tenant_id = x.partner_id and b.agreement_id = x.agreement_id
join mall.member_link l on l.tenant_id = x.tenant_id and l.link_id = x.link_id
join mall.member_link p on p.tenant_id = x.partner_id and p.link_id = x.link_id
"""
_QUOTES = f"""
select x.tenant_id, x.quote_id, x.points, x.fee_points, x.to_points, x.expires_at, x.used_at, x.exchange_id, {_TERMS}
from mall.exchange_quote x
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, quote_id) using (tenant_id, quote_id)
{_AGREED}
"""
_EXCHANGES = f"""
select x.tenant_id, x.exchange_id, x.points, x.fee_points, x.to_points, x.asked_at, x.status, x.settled_at,
    x.reversed_points, x.reversed_fee_points, x.reversed_to_points, {_TERMS}
from mall.exchange x
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, exchange_id) using (tenant_id, exchange_id)
{_AGREED}
where x.direction = 'out'
"""
# Who withdraws a consent waits for the batch that counts on it; the other way round the batch sees it withdrawn.
_LOCK_LINKS = "for share of l"


async def resolve_exchanges(connection: Connection, needs: Needs, book: Book) -> None:
    """Add the redemptions of exchanges, which are the giving tenants', to what is needed."""
    if needs.exchanges:
        for row in await connection.fetch(_GIVERS, *columns(needs.exchanges)):
            book.exchange.givers[row["tenant_id"], row["exchange_id"]] = row["giver_id"]
            needs.redemptions.add((row["giver_id"], row["exchange_id"]))


async def resolve_parties(connection: Connection, needs: Needs, commands: Sequence[Command]) -> set[DayKey]:
    """Add the members of both tenants to what is needed, and return the days to lock."""
    rows: list[Any] = []
    found: set[DayKey] = set()
    if needs.quotes:
        rows += await connection.fetch(_PARTIES_OF_QUOTES, *columns(needs.quotes))
    if needs.redemptions:
        exchanges = await connection.fetch(_PARTIES_OF_EXCHANGES, *columns(needs.redemptions))
        found |= {(row["tenant_id"], row["partner_id"], row["asked_on"]) for row in exchanges}
        rows += exchanges
    days = {business_date(command.at) for command in commands} if rows else set()
    for row in rows:
        needs.members.add((row["tenant_id"], row["member_id"]))
        needs.members.add((row["partner_id"], row["to_member_id"]))
        found |= {(row["tenant_id"], row["partner_id"], day) for day in days}
    return found


async def read_exchanges(
    connection: Connection, needs: Needs, book: Book, days: set[DayKey], *, lock: bool
) -> None:
    """Lock the days, then read quotes and exchanges under the lock of their giving members' accounts."""
    if not days:
        return
    await _read_days(connection, book, days, lock=lock)
    locked = _LOCK_LINKS if lock else ""
    if needs.quotes:
        for row in await connection.fetch(_QUOTES + locked, *columns(needs.quotes)):
            book.exchange.quotes[row["tenant_id"], row["quote_id"]] = Quote(
                row["quote_id"], _agreement(row), _link(row), row["points"], row["fee_points"], row["to_points"],
                row["expires_at"], row["used_at"], row["exchange_id"],
            )  # fmt: skip
    if needs.redemptions:
        for row in await connection.fetch(_EXCHANGES + locked, *columns(needs.redemptions)):
            book.exchange.exchanges[row["tenant_id"], row["exchange_id"]] = Exchange(
                row["exchange_id"], _agreement(row), _link(row), row["points"],
                row["fee_points"], row["to_points"], row["asked_at"], row["status"], row["settled_at"],
                row["reversed_points"], row["reversed_fee_points"], row["reversed_to_points"],
            )  # fmt: skip
    await _read_used(connection, book, days)


async def _read_days(connection: Connection, book: Book, days: set[DayKey], *, lock: bool) -> None:
    wanted = columns(sorted(days), 3)
    if lock:
        await connection.execute(_PLANT, *wanted)
    else:
        book.exchange.days = {key: Day(0, is_stated=False) for key in days}
    for row in await connection.fetch(_DAYS + (_LOCK_DAYS if lock else ""), *wanted):
        giver, receiver, day, points, is_stated = row
        book.exchange.days[giver, receiver, day] = Day(points, is_stated)


async def _read_used(connection: Connection, book: Book, days: set[DayKey]) -> None:
    wanted = {
        (link.from_tenant, link.from_member, link.to_tenant, day)
        for link in (quote.link for quote in book.exchange.quotes.values())
        for giver, receiver, day in days
        if (giver, receiver) == (link.from_tenant, link.to_tenant)
    }
    for row in await connection.fetch(_USED, *columns(wanted, 4)) if wanted else ():
        giver, member, receiver, day, points = row
        book.exchange.used[giver, member, receiver, day] = points


def _agreement(row: Any) -> Agreement:
    return Agreement(
        row["agreement_id"], row["from_code"], row["to_code"],
        Terms(row["from_points"], row["rate_to_points"], row["fee_bp"]), row["member_daily_points"],
        row["pair_daily_points"], row["valid_from"], row["valid_until"], row["accepted_at"], row["ended_at"],
    )  # fmt: skip


def _link(row: Any) -> Link:
    return Link(
        row["link_id"], row["tenant_id"], row["from_member_id"], row["to_tenant_id"], row["to_member_id"],
        row["withdrawn_at"],
    )  # fmt: skip
