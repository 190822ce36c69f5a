with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    flows as (select * from {{ ref("int_points_daily") }}),
    -- The last month ends with the facts, not with the calendar: both grains close on the same day.
    periods as (
        select tenant_id, grain, period_start, max(date) as closing_date
        from period_days
        group by tenant_id, grain, period_start
    ),
    -- Expiry, exchange and adjustment neither issue nor consume.
    points_daily as (
        select tenant_id, date, issued_points, redeemed_points
        from flows
        where is_counted and (issued_points <> 0 or redeemed_points <> 0)
    ),
    points_by_period as (
        select
            period_days.tenant_id,
            period_days.grain,
            period_days.period_start,
            sum(points_daily.issued_points) as issued_points,
            sum(points_daily.redeemed_points) as redeemed_points
        from period_days
        inner join
            points_daily
            on points_daily.tenant_id = period_days.tenant_id
            and points_daily.date = period_days.date
        group by period_days.tenant_id, period_days.grain, period_days.period_start
    ),
    -- Days and closing days on one line of time: the running total at a closing day is cumulative.
    timeline as (
        select tenant_id, date, issued_points, redeemed_points, null as grain, null as period_start
        from points_daily
        union all
        select
            tenant_id,
            closing_date as date,
            0 as issued_points,
            0 as redeemed_points,
            grain,
            period_start
        from periods
    ),
    totals as (
        select
            tenant_id,
            grain,
            period_start,
            sum(issued_points) over so_far as issued_points,
            sum(redeemed_points) over so_far as redeemed_points
        from timeline
        window so_far as (partition by tenant_id order by date)
    )

select
    totals.tenant_id,
    totals.grain,
    totals.period_start,
    cast(coalesce(points_by_period.issued_points, 0) as bigint) as issued_points,
    cast(coalesce(points_by_period.redeemed_points, 0) as bigint) as redeemed_points,
    cast(totals.issued_points as bigint) as cumulative_issued_points,
    cast(totals.redeemed_points as bigint) as cumulative_redeemed_points
from totals
left join
    points_by_period
    on points_by_period.tenant_id = totals.tenant_id
    and points_by_period.grain = totals.grain
    and points_by_period.period_start = totals.period_start
where totals.grain is not null
