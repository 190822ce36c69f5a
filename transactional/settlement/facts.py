"""Reads what is yet to be settled: the difference of what happened and what was stated, so a run repeats nothing."""

from uuid import UUID

from transactional.database import Connection
from transactional.settlement.domain import Fact, Party

# $1 tenant. What was stated of a source so far is taken off what it comes to now; a line keeps the cost it was stated at.
_GOODS = """
with settled as (
    select source, source_id, source_no, sum(l.quantity) as quantity, min(l.unit_cost_fen) as unit_cost_fen,
        min(s.party_id::text)::uuid as supplier_id
    from mall.settlement_line l
    join mall.settlement_statement s using (tenant_id, statement_id)
    where l.tenant_id = $1 and l.source <> 'exchange'
    group by source, source_id, source_no
), received as (
    select 'receipt' as source, b.receipt_id as source_id, b.batch_no as source_no, o.supplier_id,
        (b.received_at at time zone 'Asia/Shanghai')::date as source_day, b.quantity, l.unit_cost_fen
    from mall.receipt_batch b
    join mall.purchase_order_line l using (tenant_id, purchase_order_id, line_no)
    join mall.purchase_order o using (tenant_id, purchase_order_id)
    left join mall.settlement_basis s using (tenant_id, supplier_id)
    where b.tenant_id = $1 and coalesce(s.basis, 'receipt') = 'receipt'
), completed as (
    select r.redemption_id, l.line_no, l.item_id, l.quantity - l.refunded_quantity as quantity,
        (r.completed_at at time zone 'Asia/Shanghai')::date as source_day
    from mall.redemption r
    join mall.redemption_line l using (tenant_id, redemption_id)
    join mall.member m using (tenant_id, member_id)
    where r.tenant_id = $1 and r.completed_at is not null and not m.is_test
        and exists (select from mall.settlement_basis where tenant_id = $1 and basis = 'redemption')
), redeemed as (
    select 'redemption', c.redemption_id, c.line_no, coalesce(d.supplier_id, t.supplier_id), c.source_day,
        c.quantity::bigint, coalesce(d.unit_cost_fen, t.unit_cost_fen)
    from completed c
    left join settled d on d.source = 'redemption' and d.source_id = c.redemption_id and d.source_no = c.line_no
    -- Whose it was: the supplier that is asked first on the day. It may have been suspended since.
    left join lateral (
        select supplier_id, unit_cost_fen from mall.supplier_terms t
        where t.tenant_id = $1 and t.item_id = c.item_id and t.valid_from <= c.source_day
            and (t.valid_until is null or t.valid_until >= c.source_day)
        order by t.rank, t.unit_cost_fen, t.terms_id limit 1
    ) t on true
    where exists (
        select from mall.settlement_basis b
        where b.tenant_id = $1 and b.supplier_id = coalesce(d.supplier_id, t.supplier_id) and b.basis = 'redemption'
    )
), fact as (
    select * from received union all select * from redeemed
)
select f.supplier_id, f.source, f.source_id, f.source_no, f.source_day,
    (f.quantity - coalesce(d.quantity, 0))::bigint as quantity, coalesce(d.unit_cost_fen, f.unit_cost_fen) as unit_cost_fen
from fact f
left join settled d using (source, source_id, source_no)
where f.quantity <> coalesce(d.quantity, 0)
order by f.source_day, f.source, f.source_id, f.source_no
"""
# A day counts once no direction of it is open, so that both tenants state the same.
_EXCHANGES = """
select x.partner_id, x.day, x.direction, x.net_to_points, x.owed_fen
from mall.exchange_statement x
where x.tenant_id = $1
    and not exists (
        select from mall.settlement_line l
        where l.tenant_id = $1 and l.source = 'exchange' and l.source_id = x.partner_id and l.source_day = x.day
            and l.source_no = case x.direction when 'out' then 0 else 1 end
    )
    and not exists (
        select from mall.exchange_day d
        where d.stated_at is null and d.day <= x.day
            and (d.tenant_id, d.to_tenant_id) in ((x.tenant_id, x.partner_id), (x.partner_id, x.tenant_id))
    )
order by x.day, x.partner_id, x.direction
"""


async def unsettled(connection: Connection, *, tenant_id: UUID) -> list[Fact]:
    """Return what a tenant has yet to settle, the oldest first. Needs the committer's connection."""
    goods = [
        Fact(
            Party("supplier", row["supplier_id"]),
            row["source"],
            row["source_id"],
            row["source_no"],
            row["source_day"],
            row["quantity"],
            row["unit_cost_fen"],
            row["quantity"] * row["unit_cost_fen"],
        )
        for row in await connection.fetch(_GOODS, tenant_id)
    ]
    exchanges = [
        Fact(
            Party("tenant", partner),
            "exchange",
            partner,
            0 if direction == "out" else 1,
            day,
            points,
            None,
            owed if direction == "out" else -owed,
        )
        for partner, day, direction, points, owed in await connection.fetch(_EXCHANGES, tenant_id)
    ]
    return goods + exchanges
