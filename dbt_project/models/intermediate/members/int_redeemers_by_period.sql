with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    redemption_days as (select * from {{ ref("int_member_redemption_days") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    periods as (
        select tenant_id, grain, period_start, max(date) as closing_date
        from period_days
        group by tenant_id, grain, period_start
    ),
    completed_days as (
        select distinct
            redemptions.tenant_id,
            redemptions.member_id,
            redemptions.completed_date as date,
            members.registered_date
        from redemptions
        inner join
            members
            on members.tenant_id = redemptions.tenant_id
            and members.member_id = redemptions.member_id
        where redemptions.is_completed
    ),
    -- A redemption dated before its member's registration must not lift the rate above one.
    completed as (
        select
            period_days.tenant_id,
            period_days.grain,
            period_days.period_start,
            count(distinct completed_days.member_id) as member_count
        from period_days
        inner join
            completed_days
            on completed_days.tenant_id = period_days.tenant_id
            and completed_days.date = period_days.date
        where completed_days.registered_date <= period_days.period_end
        group by period_days.tenant_id, period_days.grain, period_days.period_start
    ),
    first_completed as (
        select tenant_id, member_id, greatest(min(date), min(registered_date)) as date
        from completed_days
        group by tenant_id, member_id
    ),
    -- First redemptions and closing days on one line of time: the running total is so far.
    timeline as (
        select tenant_id, date, 1 as member_count, null as grain, null as period_start
        from first_completed
        union all
        select tenant_id, closing_date as date, 0 as member_count, grain, period_start
        from periods
    ),
    totals as (
        select
            tenant_id,
            grain,
            period_start,
            sum(member_count) over (partition by tenant_id order by date) as member_count
        from timeline
    ),
    -- A member's first day in the period closes first, and a second day in it is a coming back: so
    -- any day of the period decides as the first one does.
    repurchases as (
        select
            period_days.tenant_id,
            period_days.grain,
            period_days.period_start,
            count(
                distinct case
                    when redemption_days.is_repurchased is not null then redemption_days.member_id
                end
            ) as redeemer_count,
            count(
                distinct case when redemption_days.is_repurchased then redemption_days.member_id end
            ) as repurchaser_count
        from period_days
        inner join
            redemption_days
            on redemption_days.tenant_id = period_days.tenant_id
            and redemption_days.date = period_days.date
        group by period_days.tenant_id, period_days.grain, period_days.period_start
    )

select
    totals.tenant_id,
    totals.grain,
    totals.period_start,
    coalesce(completed.member_count, 0) as completed_member_count,
    cast(totals.member_count as bigint) as cumulative_completed_member_count,
    coalesce(repurchases.redeemer_count, 0) as redeemer_count,
    coalesce(repurchases.repurchaser_count, 0) as repurchaser_count
from totals
left join
    completed
    on completed.tenant_id = totals.tenant_id
    and completed.grain = totals.grain
    and completed.period_start = totals.period_start
left join
    repurchases
    on repurchases.tenant_id = totals.tenant_id
    and repurchases.grain = totals.grain
    and repurchases.period_start = totals.period_start
where totals.grain is not null
