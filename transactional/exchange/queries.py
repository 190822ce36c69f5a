"""A tenant's own side of exchanges, of what is open between it and its partners, and of statements."""

from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.exchange.refusals import UnknownExchange
from transactional.exchange.totals import DAILY, SUMS

# How an exchange stands is told in the words of its redemption, which only the giving tenant has.
_EXCHANGES = """
select x.exchange_id, x.direction, a.partner_code as partner, x.member_id, x.link_id, x.points, x.fee_points,
    x.to_points, x.reversed_points, x.reversed_fee_points, x.reversed_to_points, x.asked_at, x.settled_at,
    case
        when x.status = 'waiting' then 'in_review'
        when x.status = 'released' then 'cancelled'
        when x.reversed_to_points = 0 then 'completed'
        when x.reversed_to_points = x.to_points then 'refunded'
        else 'partially_refunded'
    end as status
from mall.exchange x
join mall.exchange_agreement a using (tenant_id, agreement_id)
where x.tenant_id = $1
"""
_POSITIONS = f"""
{DAILY}
select d.partner_id, d.direction,
    (select a.partner_code from mall.exchange_agreement a
     where a.tenant_id = $1 and a.partner_id = d.partner_id limit 1) as partner,
    {", ".join(f"sum({name})::bigint as {name}" for name in SUMS)}
from daily d
group by d.partner_id, d.direction
order by partner, d.direction
"""
_STATEMENTS = f"""
select s.partner_id, s.direction, s.day, s.stated_at, {", ".join(SUMS)},
    (select a.partner_code from mall.exchange_agreement a
     where a.tenant_id = s.tenant_id and a.partner_id = s.partner_id limit 1) as partner
from mall.exchange_statement s
where s.tenant_id = $1 and s.day = $2
order by partner, s.direction
"""
_LINES = """
select x.partner_id, x.direction, 'exchange' as kind, x.exchange_id, null::uuid as reversal_id, x.settled_at as at,
    x.points, x.fee_points, x.to_points, a.settlement_fen_per_100
from mall.exchange x
join mall.exchange_agreement a using (tenant_id, agreement_id)
where x.tenant_id = $1 and x.settled_on = $2
union all
select r.partner_id, r.direction, 'reversal', r.exchange_id, r.reversal_id, r.settled_at, -r.points, -r.fee_points,
    -r.to_points, a.settlement_fen_per_100
from mall.exchange_reversal r
join mall.exchange x using (tenant_id, exchange_id)
join mall.exchange_agreement a using (tenant_id, agreement_id)
where r.tenant_id = $1 and r.settled_on = $2
order by at, exchange_id, reversal_id nulls first
"""


async def exchange_by_id(connection: Connection, *, tenant_id: UUID, exchange_id: UUID) -> dict[str, Any]:
    """Return a tenant's side of an exchange.

    Raises:
        UnknownExchange: the tenant is no party to it.
    """
    row = await connection.fetchrow(_EXCHANGES + "and x.exchange_id = $2", tenant_id, exchange_id)
    if row is None:
        raise UnknownExchange(exchange_id)
    return dict(row)


async def exchanges_of(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, limit: int, before: UUID | None
) -> list[dict[str, Any]]:
    """Return a member's exchanges, newest first, from just before one of them on."""
    rows = await connection.fetch(
        _EXCHANGES + "and x.member_id = $2 and ($3::uuid is null or x.exchange_id < $3) "
        "order by x.exchange_id desc limit $4",
        tenant_id,
        member_id,
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def positions(
    connection: Connection, *, tenant_id: UUID, since: date | None, until: date | None
) -> list[dict[str, Any]]:
    """Return what was exchanged with each partner in each direction from one day to another, both included.

    `net_owed_fen` is what the tenant owes the partner; negative, what the partner owes the tenant. It is the sum
    of what the daily statements say, with today's so far.
    """
    found: dict[UUID, dict[str, Any]] = {}
    for row in await connection.fetch(_POSITIONS, tenant_id, since, until, None):
        position = found.setdefault(
            row["partner_id"], {"partner": row["partner"], "out": None, "in": None, "net_owed_fen": 0}
        )
        position[row["direction"]] = {name: row[name] for name in SUMS}
        position["net_owed_fen"] += row["owed_fen"] if row["direction"] == "out" else -row["owed_fen"]
    return list(found.values())


async def statements_of(connection: Connection, *, tenant_id: UUID, day: date) -> list[dict[str, Any]]:
    """Return the statements of a day with their lines; lines of reversals are negative."""
    statements = await connection.fetch(_STATEMENTS, tenant_id, day)
    lines: dict[tuple[UUID, str], list[dict[str, Any]]] = {}
    for row in await connection.fetch(_LINES, tenant_id, day) if statements else ():
        partner_id, direction, *_ = row
        lines.setdefault((partner_id, direction), []).append(dict(row))
    return [{**row, "lines": lines[row["partner_id"], row["direction"]]} for row in map(dict, statements)]
