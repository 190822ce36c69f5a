"""What was exchanged between a tenant and its partners by day, as SQL that statements and positions share."""

# $1 tenant, $2 and $3 the first and last day or null, $4 a partner or null. One row per partner, direction and day,
# from the tenant's own copies. What is owed is exact in hundredths of a fen and rounded once, at the end of the day,
# up against the one who owes it.
DAILY = """
with line as (
    select x.partner_id, x.direction, x.settled_on, a.settlement_fen_per_100 as price,
        1 as exchanges, x.points, x.fee_points, x.to_points,
        0 as reversals, 0 as reversed_points, 0 as reversed_fee_points, 0 as reversed_to_points
    from mall.exchange x
    join mall.exchange_agreement a using (tenant_id, agreement_id)
    where x.tenant_id = $1 and x.settled_on is not null and ($4::uuid is null or x.partner_id = $4)
        and ($2::date is null or x.settled_on >= $2) and ($3::date is null or x.settled_on <= $3)
    union all
    select r.partner_id, r.direction, r.settled_on, a.settlement_fen_per_100, 0, 0, 0, 0,
        1, r.points, r.fee_points, r.to_points
    from mall.exchange_reversal r
    join mall.exchange x using (tenant_id, exchange_id)
    join mall.exchange_agreement a using (tenant_id, agreement_id)
    where r.tenant_id = $1 and ($4::uuid is null or r.partner_id = $4)
        and ($2::date is null or r.settled_on >= $2) and ($3::date is null or r.settled_on <= $3)
), summed as (
    select partner_id, direction, settled_on as day,
        sum(exchanges)::int as exchanges, sum(points)::bigint as points, sum(fee_points)::bigint as fee_points,
        sum(to_points)::bigint as to_points, sum(reversals)::int as reversals,
        sum(reversed_points)::bigint as reversed_points, sum(reversed_fee_points)::bigint as reversed_fee_points,
        sum(reversed_to_points)::bigint as reversed_to_points,
        sum((to_points - reversed_to_points) * price) as owed
    from line
    group by partner_id, direction, settled_on
), daily as (
    select partner_id, direction, day, exchanges, points, fee_points, to_points, reversals, reversed_points,
        reversed_fee_points, reversed_to_points, to_points - reversed_to_points as net_to_points,
        (sign(owed) * ceil(abs(owed) / 100))::bigint as owed_fen
    from summed
)
"""
# The columns of a day that are summed up over many.
SUMS = (
    "exchanges", "points", "fee_points", "to_points", "reversals", "reversed_points", "reversed_fee_points",
    "reversed_to_points", "net_to_points", "owed_fen",
)  # fmt: skip
