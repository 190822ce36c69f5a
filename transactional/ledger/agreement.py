"""Whether what the mall keeps at hand - balances, lots, states, stock - is what the append-only facts add up to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from transactional.database import Connection
from transactional.ledger.broken import LedgerBroken


@dataclass(frozen=True)
class Agreement:
    """A rule between a table and the facts.

    `query` takes a tenant's id (null: all of them) and returns tenant_id, row_id and what of the rows that
    break it.
    """

    words: str
    table: str
    query: str


_OF_TENANT = "($1::uuid is null or {}.tenant_id = $1)"

_ACCOUNTS = Agreement(
    "balances against entries",
    "mall.account",
    f"""
    with moved as (
        select e.tenant_id, e.account_id, sum(e.amount)::bigint as points
        from mall.entry e
        where {_OF_TENANT.format("e")}
        group by e.tenant_id, e.account_id
    )
    select coalesce(a.tenant_id, m.tenant_id), coalesce(a.account_id, m.account_id)::text,
        case
            when a.account_id is null then 'does not exist, but has entries'
            when a.kind = 'member'
                then format('has a balance of %s, but its entries sum to %s', a.balance, coalesce(m.points, 0))
            else format('has a balance of %s, but an account of the program keeps none', a.balance)
        end
    from (select * from mall.account a where {_OF_TENANT.format("a")}) a
    full join moved m on m.tenant_id = a.tenant_id and m.account_id = a.account_id
    where a.balance is distinct from case when a.kind = 'member' then coalesce(m.points, 0) else 0 end
    limit 1
    """,
)

_DEBTS = Agreement(
    "debts against entries",
    "mall.account",
    f"""
    with owed as (
        select t.tenant_id, t.member_id, -sum(e.amount)::bigint as points
        from mall.account a
        join mall.entry e on e.tenant_id = a.tenant_id and e.account_id = a.account_id
        join mall.transfer t on t.tenant_id = e.tenant_id and t.transfer_id = e.transfer_id
        where a.kind = 'receivable' and {_OF_TENANT.format("a")}
        group by t.tenant_id, t.member_id
    )
    select a.tenant_id, a.account_id::text,
        format('owes %s points, but by its transfers %s', a.owed_points, coalesce(o.points, 0))
    from mall.account a
    left join owed o on o.tenant_id = a.tenant_id and o.member_id = a.account_id
    where a.owed_points <> coalesce(o.points, 0) and {_OF_TENANT.format("a")}
    limit 1
    """,
)

_LOTS = Agreement(
    "lots against entries",
    "mall.lot",
    f"""
    with moved as (
        select e.tenant_id, e.account_id, e.lot_id, sum(e.amount)::bigint as points,
            coalesce(sum(e.amount) filter (where e.transfer_id = e.lot_id), 0)::bigint as issued
        from mall.entry e
        where e.lot_id is not null and {_OF_TENANT.format("e")}
        group by e.tenant_id, e.account_id, e.lot_id
    )
    select coalesce(l.tenant_id, m.tenant_id), coalesce(l.lot_id, m.lot_id)::text,
        case
            when l.lot_id is null then 'does not exist, but has entries'
            when l.remaining_points <> coalesce(m.points, 0)
                then format('has %s points left, but its entries sum to %s', l.remaining_points, coalesce(m.points, 0))
            else format('was issued with %s points, but by its transfer with %s', l.issued_points, coalesce(m.issued, 0))
        end
    from (select * from mall.lot l where {_OF_TENANT.format("l")}) l
    full join moved m on m.tenant_id = l.tenant_id and m.account_id = l.account_id and m.lot_id = l.lot_id
    where l.lot_id is null or m.lot_id is null or l.remaining_points <> m.points or l.issued_points <> m.issued
    limit 1
    """,
)

# The newest event is the one recorded last, or, where the server's clock was set back, the one of the newest
# transaction. Neither alone will do: a transaction may wait for a member that a newer one holds.
_REDEMPTIONS = Agreement(
    "redemptions against events",
    "mall.redemption",
    f"""
    with told as (
        select o.tenant_id, o.subject_id, o.recorded_at, o.xid,
            concat_ws(', ', o.payload ->> 'status', o.payload ->> 'points' || ' points',
                coalesce(o.payload ->> 'refunded_points', '0') || ' refunded',
                'member ' || (o.payload ->> 'member_id')) as facts
        from mall.outbox o
        where o.topic like 'redemption.%' and {_OF_TENANT.format("o")}
    ), newest as (
        select tenant_id, subject_id,
            (array_agg(facts order by recorded_at desc, xid desc))[1] as by_time,
            (array_agg(facts order by xid desc, recorded_at desc))[1] as by_transaction
        from told
        group by tenant_id, subject_id
    ), kept as (
        select r.tenant_id, r.redemption_id,
            concat_ws(', ', r.status, r.points || ' points', r.refunded_points || ' refunded',
                'member ' || r.member_id) as facts
        from mall.redemption r
        where {_OF_TENANT.format("r")}
    )
    select coalesce(k.tenant_id, n.tenant_id), coalesce(k.redemption_id, n.subject_id)::text,
        case
            when k.redemption_id is null then 'does not exist, but has events'
            when n.subject_id is null then 'has no event that told of it'
            else format('is "%s", but its newest event says "%s"', k.facts, n.by_time)
        end
    from kept k
    full join newest n on n.tenant_id = k.tenant_id and n.subject_id = k.redemption_id
    where (k.facts = n.by_time or k.facts = n.by_transaction) is not true
    limit 1
    """,
)

# A hold of a redemption has no events of its own.
_HOLDS = Agreement(
    "holds against transfers",
    "mall.hold",
    f"""
    with told as (
        select o.tenant_id, o.subject_id,
            (array_agg(o.payload ->> 'status' order by o.recorded_at desc, o.xid desc))[1] as by_time,
            (array_agg(o.payload ->> 'status' order by o.xid desc, o.recorded_at desc))[1] as by_transaction,
            max(o.payload ->> 'transfer_id')::uuid as transfer_id
        from mall.outbox o
        where o.topic like 'hold.%' and {_OF_TENANT.format("o")}
        group by o.tenant_id, o.subject_id
    ), checked as (
        select h.*, t.by_time, told_as.status = t.by_time or told_as.status = t.by_transaction as is_as_told,
            h.status <> 'captured' or exists (
                select from mall.transfer f
                join mall.entry e
                    on e.tenant_id = f.tenant_id and e.transfer_id = f.transfer_id and e.account_id = f.member_id
                where f.tenant_id = h.tenant_id and f.member_id = h.member_id
                    and f.transfer_id in (t.transfer_id, h.redemption_id)
                group by f.transfer_id
                having sum(e.amount) = -h.captured_points
            ) as is_taken
        from mall.hold h
        cross join lateral (
            -- One that ended by itself is kept as released and told as expired.
            select case when h.status = 'released' and h.resolved_at = h.expires_at then 'expired' else h.status end
        ) as told_as(status)
        left join told t on t.tenant_id = h.tenant_id and t.subject_id = h.hold_id
        where {_OF_TENANT.format("h")}
    )
    select tenant_id, hold_id::text,
        case
            when is_as_told is false then format('is %s, but its newest event says %s', status, by_time)
            when not is_taken then format('captured %s points, but no transfer took them', captured_points)
            else format('is %s, but captured %s points', status, captured_points)
        end
    from checked
    where is_as_told is false or not is_taken or (status <> 'captured' and captured_points > 0)
    limit 1
    """,
)

_STOCK = Agreement(
    "stock against redemptions",
    "mall.stock",
    f"""
    with received as (
        select m.tenant_id, m.item_id, sum(m.quantity) filter (where m.reason <> 'return') as pieces,
            sum(m.quantity) filter (where m.reason = 'return') as returned
        from mall.stock_movement m
        where {_OF_TENANT.format("m")}
        group by m.tenant_id, m.item_id
    ), issued as (
        select l.tenant_id, l.item_id, sum(l.quantity) as pieces
        from mall.redemption_line l
        where {_OF_TENANT.format("l")}
        group by l.tenant_id, l.item_id
    ), checked as (
        select tenant_id, item_id, s.on_hand, s.allotted, coalesce(r.pieces, 0) as received,
            coalesce(i.pieces, 0) - coalesce(r.returned, 0) as issued
        from (select * from mall.stock s where {_OF_TENANT.format("s")}) s
        full join received r using (tenant_id, item_id)
        full join issued i using (tenant_id, item_id)
    )
    select tenant_id, item_id::text,
        case
            when on_hand is null then format('does not exist, but %s pieces were received', received)
            else format('has %s pieces on hand and %s allotted, but %s were received and %s issued',
                on_hand, allotted, received, issued)
        end
    from checked
    where (on_hand + allotted + issued = received) is not true
    limit 1
    """,
)

# Only an erasure takes words, and leaves their hash.
_LOST_WORDS = """
    select x.tenant_id, x.{row_id}::text, 'has lost its words, but its member was not erased'
    from {table} x
    join mall.member m on m.tenant_id = x.tenant_id and m.member_id = x.member_id and m.erased_at is null
    where x.words_hash is not null and {of_tenant}
    limit 1
"""
_TRANSFERS_WORDS, _MESSAGES_WORDS = (
    Agreement(
        f"words of {words} against erasures",
        table,
        _LOST_WORDS.format(table=table, row_id=row_id, of_tenant=_OF_TENANT.format("x")),
    )
    for words, table, row_id in (
        ("transfers", "mall.transfer", "transfer_id"),
        ("messages", "mall.outbox", "outbox_id"),
    )
)

AGREEMENTS = (_ACCOUNTS, _DEBTS, _LOTS, _REDEMPTIONS, _HOLDS, _STOCK, _TRANSFERS_WORDS, _MESSAGES_WORDS)


async def require_agreement(
    connection: Connection,
    *,
    codes: Mapping[UUID, str],
    tenant_id: UUID | None,
    checking: Callable[[str], None],
) -> None:
    """Check rule after rule for a tenant, None: for all of them; `checking` is told of each.

    Raises:
        LedgerBroken: a row breaks a rule.
    """
    for agreement in AGREEMENTS:
        checking(agreement.words)
        row = await connection.fetchrow(agreement.query, tenant_id)
        if row is not None:
            raise LedgerBroken(codes[row[0]], agreement.table, row[1], row[2])
