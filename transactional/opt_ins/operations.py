"""Takes tenants' decisions about goods, one or thousands. Runs inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from transactional.catalogue.domain import UnknownItem
from transactional.catalogue.items import known_items
from transactional.database import Connection
from transactional.opt_ins.domain import OptInNeeded
from transactional.problems import Problem
from transactional.together import taken_together

_OPT_IN = """
insert into mall.offer_opt_in (tenant_id, item_id, opted_in_at, opted_in_by)
select $1, d.item_id, $4, d.by from unnest($2::uuid[], $3::text[]) as d(item_id, by) order by d.item_id
on conflict (tenant_id, item_id) where withdrawn_at is null do nothing
returning item_id
"""
# In one order, so that two who withdraw the same wait for each other and never at one another.
_DECIDED = """
select item_id, withdrawn_at is null as is_opted_in from mall.offer_opt_in
where tenant_id = $1 and item_id = any($2::uuid[])
order by item_id, opted_in_at for update
"""
_WITHDRAW = """
update mall.offer_opt_in o
set withdrawn_at = greatest($4, o.opted_in_at + interval '1 microsecond'), withdrawn_by = d.by
from unnest($2::uuid[], $3::text[]) as d(item_id, by)
where o.tenant_id = $1 and o.item_id = d.item_id and o.withdrawn_at is null
"""


class Decision(NamedTuple):
    """That a tenant wants an item in its shop, or no longer, and who decided it."""

    item_id: UUID
    by: str


async def opt_in(
    connection: Connection, *, tenant_id: UUID, decisions: Sequence[Decision], now: datetime
) -> list[bool | Problem]:
    """Note that a tenant wants items in its shop; the first decision for each stays.

    Returns:
        Of each whether it had not wanted it, or why it is refused:
        UnknownItem: the platform does not have it.
    """
    return await taken_together(
        decisions, lambda one: [one.item_id], partial(_opt_in, connection, tenant_id, now)
    )


async def withdraw(
    connection: Connection, *, tenant_id: UUID, decisions: Sequence[Decision], now: datetime
) -> list[bool | Problem]:
    """Take decisions back: the items leave the shop at once. Withdrawn before, nothing changes.

    Returns:
        Of each whether the tenant wanted it until now, or why it is refused:
        OptInNeeded: it never opted in to it.
    """
    return await taken_together(
        decisions, lambda one: [one.item_id], partial(_withdraw, connection, tenant_id, now)
    )


async def _opt_in(
    connection: Connection, tenant_id: UUID, now: datetime, decisions: Sequence[Decision]
) -> list[bool | Problem]:
    known = await known_items(connection, item_ids=[one.item_id for one in decisions])
    right = [one for one in decisions if one.item_id in known]
    rows = await connection.fetch(_OPT_IN, tenant_id, *_columns(right), now)
    noted = {row["item_id"] for row in rows}
    return [one.item_id in noted if one.item_id in known else UnknownItem(one.item_id) for one in decisions]


async def _withdraw(
    connection: Connection, tenant_id: UUID, now: datetime, decisions: Sequence[Decision]
) -> list[bool | Problem]:
    # The newest of an item comes last.
    before = {
        row["item_id"]: row["is_opted_in"]
        for row in await connection.fetch(_DECIDED, tenant_id, [one.item_id for one in decisions])
    }
    wanted = [one for one in decisions if before.get(one.item_id)]
    await connection.execute(_WITHDRAW, tenant_id, *_columns(wanted), now)
    return [before[one.item_id] if one.item_id in before else OptInNeeded(one.item_id) for one in decisions]


def _columns(decisions: Sequence[Decision]) -> tuple[list[UUID], list[str]]:
    return [one.item_id for one in decisions], [one.by for one in decisions]
