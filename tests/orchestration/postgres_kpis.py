"""Every KPI once more, in plain SQL on the tables of the mall, written from the words of its definition alone.

A query gives (tenant_id, period_start, numerator, denominator) for each period in which there is anything to count.
`{unit}` is day or month.
"""

from tests.orchestration.postgres_member_facts import DUE, OF_MEMBERS, day

# counted: members whose facts count. acts: the days with facts of theirs; being shown an item is none. spans: from a tenant's first to its last day
# with a fact, events before anything else left out. period: the days or months of a span, cut off at its end.
PRELUDE = f"""
with counted as (
    select tenant_id, member_id, {day("registered_at")} as registered
    from mall.member where not is_test and erased_at is null
), acts as (
    select tenant_id, member_id, 'event' as kind, {day("occurred_at")} as day from mall.event
    where kind <> 'impression'
    union all
    select tenant_id, member_id, 'feedback', {day("answered_at")} from mall.feedback
    union all
    select tenant_id, member_id, kind, {day("effective_at")} from mall.transfer where kind in ('earn', 'grant')
    union all
    select tenant_id, member_id, 'redemption', {day("effective_at")} from mall.redemption
), counted_acts as (
    select acts.* from acts join counted using (tenant_id, member_id)
), begun as (
    select tenant_id, min(day) as day from (
        select tenant_id, registered as day from counted
        union all
        select tenant_id, day from counted_acts where kind <> 'event'
    ) signs group by tenant_id
), spans as (
    select tenant_id, min(a.day) as first, max(a.day) as last
    from counted_acts a join begun b using (tenant_id)
    where a.day >= b.day
    group by tenant_id
), period as (
    select tenant_id, date_trunc('{{unit}}', d)::date as start,
        (date_trunc('{{unit}}', d) + interval '1 {{unit}}' - interval '1 day')::date as ends,
        max(d)::date as closes
    from spans, generate_series(first::timestamp, last, '1 day') d
    group by tenant_id, date_trunc('{{unit}}', d)
), registered as (
    select p.tenant_id, p.start, count(c.member_id) as members
    from period p left join counted c on c.tenant_id = p.tenant_id and c.registered <= p.ends
    group by p.tenant_id, p.start
), moved as (
    select t.tenant_id, t.member_id, {day("t.effective_at")} as day, a.kind, sum(e.amount) as points
    from mall.transfer t
    join counted using (tenant_id, member_id)
    join mall.entry e using (tenant_id, transfer_id)
    join mall.account a using (tenant_id, account_id)
    where a.kind in ('issuance', 'redeemed')
    group by t.tenant_id, t.member_id, 3, a.kind
), asked as (
    select r.*, {day("r.effective_at")} as day from mall.redemption r join counted using (tenant_id, member_id)
), request_days as (
    select tenant_id, day from asked
    union
    select f.tenant_id, {day("f.effective_at")} from mall.refusal f join counted using (tenant_id, member_id)
), trading as (
    -- Fourteen quiet days between two requests are a quiet mall, more are a closed one.
    select distinct tenant_id, d::date as day
    from (
        select tenant_id, day, lead(day) over (partition by tenant_id order by day) as following from request_days
    ) r, generate_series(
        day::timestamp, case when following - day - 1 <= 14 then following - 1 else day end, '1 day'
    ) d
), unmet as (
    select f.tenant_id, {day("f.effective_at")} as day
    from mall.refusal f join counted using (tenant_id, member_id)
    where f.reason in ('out-of-stock', 'flash-sale-sold-out')
)
"""

_WITHIN = "x.tenant_id = p.tenant_id and x.day between p.start and p.closes"


def _rate(facts: str, numerator: str, denominator: str) -> str:
    """Return a query that aggregates the rows of `facts`, each with its day, over the days of each period."""
    return f"select p.tenant_id, p.start, {numerator}, {denominator} from period p join ({facts}) x on {_WITHIN} group by 1, 2"


QUERIES = {metric: _rate(*counted) for metric, counted in OF_MEMBERS.items()} | {
    "activity_rate": f"""
        select p.tenant_id, p.start, count(distinct x.member_id), min(g.members)
        from period p
        join registered g using (tenant_id, start)
        left join (
            select a.*, c.registered from counted_acts a join counted c using (tenant_id, member_id)
            where a.kind in ('event', 'earn', 'redemption')
        ) x on {_WITHIN} and x.registered <= p.ends
        group by 1, 2""",
    "consumption_rate_cumulative": """
        select p.tenant_id, p.start, coalesce(sum(points) filter (where kind = 'redeemed'), 0),
            -coalesce(sum(points) filter (where kind = 'issuance'), 0)
        from period p join moved x on x.tenant_id = p.tenant_id and x.day <= p.closes
        group by 1, 2""",
    "member_redemption_rate": f"""
        select p.tenant_id, p.start, count(distinct x.member_id), min(g.members)
        from period p
        join registered g using (tenant_id, start)
        left join (
            select a.tenant_id, a.member_id, {day("a.completed_at")} as day, c.registered
            from asked a join counted c using (tenant_id, member_id)
            where a.completed_at is not null and a.status <> 'refunded'
        ) x on {_WITHIN} and x.registered <= p.ends
        group by 1, 2""",
    "member_redemption_rate_cumulative": f"""
        select p.tenant_id, p.start, count(distinct x.member_id), min(g.members)
        from period p
        join registered g using (tenant_id, start)
        left join (
            select a.tenant_id, a.member_id, {day("a.completed_at")} as day, c.registered
            from asked a join counted c using (tenant_id, member_id)
            where a.completed_at is not null and a.status <> 'refunded'
        ) x on x.tenant_id = p.tenant_id and x.day <= p.closes and x.registered <= p.ends
        group by 1, 2""",
    "repurchase_rate": """
        , done as (
            select distinct tenant_id, member_id, day from asked
            where paid_at is not null and status not in ('cancelled', 'refunded')
        ), firsts as (
            select p.tenant_id, p.start, d.member_id, min(d.day) as day
            from period p join done d on d.tenant_id = p.tenant_id and d.day between p.start and p.closes
            group by 1, 2, 3
        )
        select f.tenant_id, f.start,
            count(*) filter (where exists (
                select from done d where d.tenant_id = f.tenant_id and d.member_id = f.member_id
                    and d.day > f.day and d.day <= f.day + 90)),
            count(*)
        from firsts f join spans s using (tenant_id)
        where f.day + 90 <= s.last
        group by 1, 2""",
    "order_success_rate": _rate(
        """select a.* from asked a
           where a.status <> 'cancelled'
               or (a.cancel_reason <> 'timeout' and a.cancel_reason not like 'rejected by %'
                   and (a.mode <> 'bill_offset' or a.paid_at is not null))""",
        "count(*) filter (where status <> 'cancelled')",
        "count(*)",
    ),
    "lost_demand_rate": _rate(
        """select tenant_id, day, false as is_unmet from asked where mode in ('points', 'points_cash', 'flash_sale')
           union all
           select tenant_id, day, true from unmet""",
        "count(*) filter (where is_unmet)",
        "count(*)",
    ),
    "abuse_block_rate": _rate(
        f"""select v.*, r.status as redemption_status, {day("v.effective_at")} as day
            from mall.risk_assessment v join counted using (tenant_id, member_id)
            left join mall.redemption r on r.tenant_id = v.tenant_id and r.redemption_id = v.redemption_id
            where v.decided_verdict = 'deny'""",
        "count(*) filter (where verdict = 'deny' or redemption_status = 'cancelled')",
        "count(*)",
    ),
    "false_block_rate": _rate(
        f"""select v.*, {day("v.effective_at")} as day
            from mall.risk_assessment v join counted using (tenant_id, member_id)
            where v.decided_verdict = 'allow'""",
        "count(*) filter (where verdict = 'deny')",
        "count(*)",
    ),
}

QUERIES |= {
    "restock_48h_rate": _rate(
        DUE.format(
            facts=f"""select a.tenant_id, a.closed_at, a.opened_at + interval '48 hours' as due_at
                from mall.stock_alert a
                join lateral (
                    with issued as (
                        select l.item_id, sum(l.quantity) as pieces
                        from asked r join mall.redemption_line l using (tenant_id, redemption_id)
                        where r.tenant_id = a.tenant_id and (r.status <> 'cancelled' or r.refunded_points > 0)
                            and {day("a.opened_at")} - r.day between 1 and 28
                        group by l.item_id
                    )
                    select (select count(*) from issued) as items, 1 + (
                        select count(*) from issued more where more.pieces > own.pieces
                    ) as place
                    from issued own where own.item_id = a.item_id
                ) h on h.place <= ceil(h.items / 10.0)
                where a.warehouse_id is null""",
            due=day("x.due_at"),
            known=f"(x.closed_at is not null or {day('x.due_at')} < s.last)",
        ),
        "count(*) filter (where closed_at <= due_at)",
        "count(*)",
    ),
}

# What lies on the shelf, and what of it anybody may ask for, at each moment at which either changed.
SHELF = """
create temporary table shelf as
with change as (
    select tenant_id, item_id, effective_at as at, quantity as pieces,
        case when reason = 'issue' then 0 else quantity end as free,
        case when reason = 'return' then -quantity else 0 end as issued
    from mall.stock_movement
    union all
    select l.tenant_id, l.item_id, r.effective_at, -l.quantity,
        case when r.mode = 'flash_sale' then 0 else -l.quantity end, l.quantity
    from mall.redemption_line l join mall.redemption r using (tenant_id, redemption_id)
    where r.mode <> 'draw'
    union all
    select l.tenant_id, l.item_id, coalesce(d.revealed_at, r.effective_at), -l.quantity, -l.quantity, l.quantity
    from mall.redemption_line l
    join mall.redemption r using (tenant_id, redemption_id)
    left join mall.draw d on d.tenant_id = r.tenant_id and d.draw_id = r.draw_id
    where r.mode = 'draw'
    union all
    select tenant_id, item_id, least(recorded_at, starts_at), 0, -allotted, 0 from mall.flash_sale
    union all
    select tenant_id, item_id, closed_at, 0, left_count, 0 from mall.flash_sale where closed_at is not null
    union all
    select tenant_id, item_id, reserved_at, 0, -quantity, 0 from mall.reservation
    union all
    select tenant_id, item_id, released_at, 0, left_count, 0 from mall.reservation where released_at is not null
    union all
    select l.tenant_id, l.item_id, r.ended_at, 0, l.refunded_quantity - l.quantity, 0
    from mall.redemption_line l
    join mall.redemption r using (tenant_id, redemption_id)
    join mall.flash_sale s on s.tenant_id = r.tenant_id and s.sale_id = r.flash_sale_id
    where r.status = 'cancelled' and (s.closed_at is null or r.ended_at < s.closed_at)
)
select tenant_id, item_id, at, sum(pieces) as pieces, sum(issued) as issued,
    sum(sum(free)) over (partition by tenant_id, item_id order by at) as free
from change
group by tenant_id, item_id, at
"""
SHELF_INDEX = "create index on shelf (tenant_id, item_id, at)"

_TOTALS = f"""
    , total as (
        select tenant_id, {day("at")} as day, sum(pieces) as pieces, sum(issued) as issued from shelf group by 1, 2
    ), standing as (
        select p.tenant_id, d::date as day,
            coalesce((select sum(pieces) from total t where t.tenant_id = p.tenant_id and t.day <= d), 0) as pieces,
            coalesce((select sum(issued) from total t where t.tenant_id = p.tenant_id and t.day = d), 0) as issued
        from spans p, generate_series(p.first::timestamp, p.last, '1 day') d
    )"""

QUERIES["stock_out_rate"] = f"""
    , listed as (
        select o.tenant_id, o.item_id, t.day,
            greatest(o.listed_from, t.day::timestamp at time zone 'Asia/Shanghai') as begins,
            least(o.listed_until, (t.day + 1)::timestamp at time zone 'Asia/Shanghai') as ends
        from mall.offer o join trading t using (tenant_id)
        where o.listed_from < (t.day + 1)::timestamp at time zone 'Asia/Shanghai'
            and (o.listed_until is null or o.listed_until > t.day::timestamp at time zone 'Asia/Shanghai')
    )
    select p.tenant_id, p.start, count(*) filter (where is_out), count(*)
    from period p join (
        select l.tenant_id, l.day,
            coalesce((
                select s.free from shelf s
                where s.tenant_id = l.tenant_id and s.item_id = l.item_id and s.at <= l.begins
                order by s.at desc limit 1
            ), 0) <= 0 or exists (
                select from shelf s
                where s.tenant_id = l.tenant_id and s.item_id = l.item_id and s.at >= l.begins and s.at < l.ends
                    and s.free <= 0
            ) as is_out
        from listed l
    ) x on {_WITHIN}
    group by 1, 2"""
QUERIES["stock_turnover_days"] = f"""{_TOTALS}
    select p.tenant_id, p.start, sum(x.pieces), sum(x.issued) from period p join standing x on {_WITHIN} group by 1, 2"""
QUERIES["sell_through_rate"] = f"""{_TOTALS}
    select p.tenant_id, p.start, i.issued, s.pieces + i.issued
    from period p
    join standing s on s.tenant_id = p.tenant_id and s.day = p.closes
    cross join lateral (
        select coalesce(sum(t.issued), 0) as issued
        from total t where t.tenant_id = p.tenant_id and t.day > p.closes - 30 and t.day <= p.closes
    ) i"""
for _class in ("staple", "quality", "scarce"):
    QUERIES[f"catalogue_{_class}_share"] = f"""
    select p.tenant_id, p.start, count(*) filter (where i.class = '{_class}'), count(*)
    from period p
    join mall.offer o on o.tenant_id = p.tenant_id
        and o.listed_from < (p.closes + 1)::timestamp at time zone 'Asia/Shanghai'
        and (o.listed_until is null or o.listed_until >= (p.closes + 1)::timestamp at time zone 'Asia/Shanghai')
    join mall.item i using (item_id)
    group by 1, 2"""
QUERIES["brand_direct_rate"] = """
    select p.tenant_id, p.start,
        count(*) filter (where i.brand_id = (
            select s.brand_id from mall.supplier_terms t join mall.supplier s using (tenant_id, supplier_id)
            where t.tenant_id = p.tenant_id and t.item_id = i.item_id and t.valid_from <= p.closes
                and (t.valid_until is null or t.valid_until >= p.closes)
            order by t.rank, t.terms_id limit 1)),
        count(*)
    from period p
    join mall.offer o on o.tenant_id = p.tenant_id
        and o.listed_from < (p.closes + 1)::timestamp at time zone 'Asia/Shanghai'
        and (o.listed_until is null or o.listed_until >= (p.closes + 1)::timestamp at time zone 'Asia/Shanghai')
    join mall.item i using (item_id)
    group by 1, 2"""
QUERIES["onboarding_days"] = """
    select p.tenant_id, p.start, o.live_on - o.applied_on, 1
    from period p join mall.onboarding o on o.tenant_id = p.tenant_id and o.live_on <= p.closes"""
QUERIES["settlement_on_time_rate"] = _rate(
    "select *, (stated_at at time zone 'Asia/Shanghai')::date as stated from mall.settlement_statement",
    "count(*) filter (where stated <= day + 1)",
    "count(*)",
)
QUERIES["ledger_breaks"] = _rate(
    f"""select t.tenant_id, {day("t.effective_at")} as day,
            (select sum(e.amount) from mall.entry e where e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id)
                is distinct from 0 as is_broken
        from mall.transfer t join counted using (tenant_id, member_id)
        union all
        select a.tenant_id, a.day,
            (select count(*) from mall.transfer t where t.tenant_id = a.tenant_id
                and t.redemption_id = a.redemption_id and t.kind in ('redeem', 'exchange_out'))
                <> case when a.paid_at is null then 0 else 1 end
        from asked a""",
    "count(*) filter (where is_broken)",
    "count(*)",
)


def query(metric: str, unit: str) -> str:
    """Return the query of a metric for days or months."""
    return (PRELUDE + QUERIES[metric]).replace("{unit}", unit)


# PLACED holds the members of each group that is told: tenant_id, member_id, month, group_kind, member_group. Of all
# members of a group the rates of acts are, of whatever else their rows.
_PLACED = "select distinct tenant_id, member_id, month as day, false as is_act from placed"
_OF_GROUPS = OF_MEMBERS | {
    "activity_rate": (
        f"select tenant_id, member_id, day, true as is_act from counted_acts where kind in ('event', 'earn', 'redemption') "
        f"union all {_PLACED}",
        "count(distinct x.member_id) filter (where is_act)",
        "count(*) filter (where not is_act)",
    ),
    "member_redemption_rate": (
        f"""select tenant_id, member_id, {day("completed_at")} as day, true as is_act
            from asked where completed_at is not null and status <> 'refunded' union all {_PLACED}""",
        "count(distinct x.member_id) filter (where is_act)",
        "count(*) filter (where not is_act)",
    ),
}
GROUPED = tuple(_OF_GROUPS)


def query_of_groups(metric: str) -> str:
    """Return the query of a metric by month and group: (tenant_id, month, group_kind, member_group, two counts)."""
    facts, numerator, denominator = _OF_GROUPS[metric]
    return PRELUDE.replace("{unit}", "month") + (
        f"select p.tenant_id, p.start, g.group_kind, g.member_group, {numerator}, {denominator} "
        f"from period p join ({facts}) x on {_WITHIN} "
        "join placed g on g.tenant_id = p.tenant_id and g.member_id = x.member_id and g.month = p.start "
        "group by 1, 2, 3, 4"
    )
