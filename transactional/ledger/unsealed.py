"""The rows that are in no block: the tail that is still to be sealed, and what should have been."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from transactional.database import Connection
from transactional.ledger.broken import LedgerBroken
from transactional.ledger.chain import SealedAhead

_HORIZON = """
select coalesce(max(to_xid), '0')::text::bigint as sealed_to,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax
from mall.seal_head
"""

# One look at every row: what was sealed must be exactly what there is below the horizon.
_COUNTS = """
with tail as (
    select e.tenant_id, e.transfer_id, count(*) as entries
    from mall.entry e
    where e.xid >= $1::text::xid8 and ($2::uuid is null or e.tenant_id = $2)
    group by e.tenant_id, e.transfer_id
), entries as (
    select e.tenant_id, count(*) as entries
    from mall.entry e
    where e.xid < $1::text::xid8 and ($2::uuid is null or e.tenant_id = $2)
    group by e.tenant_id
), messages as (
    select o.tenant_id, count(*) filter (where o.xid < $1::text::xid8) as messages,
        count(*) filter (where o.xid >= $1::text::xid8) as unsealed,
        min(o.recorded_at) filter (where o.xid >= $1::text::xid8) as since
    from mall.outbox o
    where $2::uuid is null or o.tenant_id = $2
    group by o.tenant_id
), transfers as (
    select t.tenant_id, count(*) as transfers
    from mall.transfer t
    where $2::uuid is null or t.tenant_id = $2
    group by t.tenant_id
), tails as (
    select tenant_id, count(*) as transfers, sum(entries) as entries, min(recorded_at) as since
    from tail left join mall.transfer t using (tenant_id, transfer_id)
    group by tenant_id
)
select n.tenant_id,
    (coalesce(t.transfers, 0) - coalesce(u.transfers, 0))::bigint as transfers,
    coalesce(e.entries, 0)::bigint as entries,
    coalesce(m.messages, 0)::bigint as messages,
    (coalesce(u.transfers, 0) + coalesce(u.entries, 0) + coalesce(m.unsealed, 0))::bigint as unsealed_rows,
    least(u.since, m.since) as unsealed_since
from mall.tenant n
left join entries e using (tenant_id)
left join messages m using (tenant_id)
left join transfers t using (tenant_id)
left join tails u using (tenant_id)
where $2::uuid is null or n.tenant_id = $2
"""

_UNBALANCED = """
select e.tenant_id, e.transfer_id::text, count(*), sum(e.amount)
from mall.entry e
where e.xid >= $1::text::xid8 and ($2::uuid is null or e.tenant_id = $2)
group by e.tenant_id, e.transfer_id
having sum(e.amount) <> 0 or count(*) < 2
order by e.transfer_id
limit 1
"""

_SEALED = """
with known as materialized (
    select leaf.kind, leaf.id
    from mall.seal s, rows from (string_to_table(s.leaf_kinds, null), unnest(s.leaf_ids)) as leaf(kind, id)
    where s.tenant_id = $1
)
"""
# (table, what, query); asked in this order, and only once the counts do not match.
_INSERTED = (
    ("mall.transfer", "has no entries", """
    select t.transfer_id::text from mall.transfer t
    where t.tenant_id = $1 and $2::text is not null and not exists (
        select from mall.entry e where e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id)
    order by t.transfer_id limit 1"""),
    ("mall.entry", "belongs to no transfer", """
    select e.transfer_id || ' no. ' || e.entry_no from mall.entry e
    where e.tenant_id = $1 and $2::text is not null and not exists (
        select from mall.transfer t where e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id)
    order by e.xid, e.transfer_id, e.entry_no limit 1"""),
    ("mall.transfer", "was inserted behind the chain: it is older than the last block and in none", f"""
    {_SEALED}
    select e.transfer_id::text from mall.entry e
    where e.tenant_id = $1 and e.xid < $2::text::xid8
        and not exists (select from known k where k.kind = 'T' and k.id = e.transfer_id)
    order by e.xid, e.transfer_id limit 1"""),
    ("mall.outbox", "was inserted behind the chain: it is older than the last block and in none", f"""
    {_SEALED}
    select o.outbox_id::text from mall.outbox o
    where o.tenant_id = $1 and o.xid < $2::text::xid8
        and not exists (select from known k where k.kind = 'O' and k.id = o.outbox_id)
    order by o.xid, o.outbox_id limit 1"""),
    ("mall.seal", "is in the chain twice", f"""
    {_SEALED}
    select case k.kind when 'T' then 'transfer ' else 'outbox row ' end || k.id
    from known k where $2::text is not null
    group by k.kind, k.id having count(*) > 1 order by k.id limit 1"""),
)  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """A tenant's rows below the horizon, which must all be sealed, and those beyond it."""

    transfers: int
    entries: int
    messages: int
    unsealed_rows: int
    unsealed_since: datetime | None


async def horizon(connection: Connection) -> int:
    """Return the transaction up to which all tenants' rows are sealed.

    Raises:
        SealedAhead: the rows come from another server.
    """
    row = await connection.fetchrow(_HORIZON)
    assert row is not None
    if row["sealed_to"] > row["xmax"]:
        raise SealedAhead(row["sealed_to"])
    sealed_to: int = row["sealed_to"]
    return sealed_to


async def count_rows(
    connection: Connection, *, sealed_to: int, tenant_id: UUID | None = None
) -> dict[UUID, Counts]:
    """Count the rows of a tenant (None: of all) on both sides of the horizon."""
    rows = await connection.fetch(_COUNTS, str(sealed_to), tenant_id)
    return {row["tenant_id"]: Counts(*list(row.values())[1:]) for row in rows}


async def require_balanced_tail(
    connection: Connection, *, codes: Mapping[UUID, str], sealed_to: int, tenant_id: UUID | None
) -> None:
    """Check the entries that are not sealed yet, for a tenant, None: for all of them.

    Raises:
        LedgerBroken: the entries of a transfer do not sum to zero.
    """
    row = await connection.fetchrow(_UNBALANCED, str(sealed_to), tenant_id)
    if row is not None:
        raise LedgerBroken(
            codes[row[0]], "mall.transfer", row[1], f"has {row[2]} entries that sum to {row[3]}"
        )


async def raise_unsealed(connection: Connection, *, code: str, tenant_id: UUID, sealed_to: int) -> NoReturn:
    """Find the row that makes the counts differ from what was sealed, and raise it.

    Raises:
        LedgerBroken: always.
    """
    for table, what, query in _INSERTED:
        row_id = await connection.fetchval(query, tenant_id, str(sealed_to))
        if row_id is not None:
            raise LedgerBroken(code, table, row_id, what)
    raise LedgerBroken(code, "mall.seal", "as a whole", "has not sealed as many rows as there are")
