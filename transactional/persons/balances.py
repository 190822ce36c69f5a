"""A person's accounts beside each other: each read within its own tenant, none added to another."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.exchange.in_force import terms_in_force
from transactional.features.operations import switched_off
from transactional.ledger.balances import balance_at, present_of
from transactional.ledger.queries import expiring
from transactional.persons.domain import UnknownPerson

SOON = timedelta(days=30)
_ACCOUNTS = """
select a.tenant_id, a.member_id, t.code as tenant, t.name as tenant_name, a.joined_at, a.consented_at
from mall.person_account a
join mall.tenant t using (tenant_id)
where a.person_id = $1
order by a.joined_at, t.code
"""


async def accounts_of(connection: Connection | asyncpg.Pool, *, person_id: UUID) -> list[dict[str, Any]]:
    """Return the accounts of a person in the order they were joined. Needs the committer's connection.

    Raises:
        UnknownPerson: there is none, or none any more.
    """
    rows = await connection.fetch(_ACCOUNTS, person_id)
    if not rows:
        raise UnknownPerson(person_id)
    return [dict(row) for row in rows]


async def balances_of(
    pool: asyncpg.Pool, accounts: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Return what is in each account, what of it expires soon, and what it would buy of the others' points.

    Args:
        pool: of the role that sees the tenant of its transaction only.
    """
    found = []
    for account in accounts:
        async with tenant_transaction(pool, account["tenant_id"]) as connection:
            found.append(account | await _points(connection, account, accounts, now))
    return found


async def _points(
    connection: Connection, account: dict[str, Any], accounts: list[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    whose = {"tenant_id": account["tenant_id"], "member_id": account["member_id"]}
    moment = await present_of(connection, **whose, clock_says=now)
    buckets = await balance_at(connection, **whose, moment=moment)
    soon = await expiring(connection, **whose, moment=moment, until=business_date(moment + SOON))
    return {
        "as_of": moment,
        **{name: buckets[name] for name in ("available", "held", "pending")},
        "expiring_points": sum(one["points"] for one in soon),
        "expiring": soon,
        "worth": await _worth(connection, account, accounts, buckets["available"], now),
    }


async def _worth(
    connection: Connection,
    account: dict[str, Any],
    accounts: list[dict[str, Any]],
    available: int,
    now: datetime,
) -> list[dict[str, Any]]:
    tenant_id: UUID = account["tenant_id"]
    if "exchanges" in await switched_off(connection, tenant_id=tenant_id):
        return []
    terms = await terms_in_force(connection, tenant_id=tenant_id, now=now)
    worth = []
    for other in accounts:
        if other["tenant_id"] in terms:
            bought = terms[other["tenant_id"]].convert(available)
            worth.append(
                {
                    "tenant": other["tenant"],
                    "points": bought.points,
                    "fee_points": bought.fee_points,
                    "to_points": bought.to_points,
                }
            )
    return worth
