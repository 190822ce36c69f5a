with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    completions as (select * from {{ ref("int_first_completions") }}),
    completed_members as (select * from {{ ref("int_completed_members_by_period") }}),
    repurchases as (select * from {{ ref("int_repurchases_by_period") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    periods as (
        select tenant_id, grain, period_start, max(date) as closing_date
        from period_days
        group by tenant_id, grain, period_start
    ),
    first_completed as (
        select
            completions.tenant_id, greatest(completions.first_date, members.registered_date) as date
        from completions
        inner join
            members
            on members.tenant_id = completions.tenant_id
            and members.member_id = completions.member_id
    ),
    -- First redemptions and closing days on one line of time: the running total is so far.
    timeline as (
        select tenant_id, date, count(*) as member_count, null as grain, null as period_start
        from first_completed
        group by tenant_id, date
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
    )

select
    totals.tenant_id,
    totals.grain,
    totals.period_start,
    cast(coalesce(completed_members.completed_member_count, 0) as bigint) as completed_member_count,
    cast(totals.member_count as bigint) as cumulative_completed_member_count,
    cast(coalesce(repurchases.redeemer_count, 0) as bigint) as redeemer_count,
    cast(coalesce(repurchases.repurchaser_count, 0) as bigint) as repurchaser_count
from totals
left join
    completed_members
    on completed_members.tenant_id = totals.tenant_id
    and completed_members.grain = totals.grain
    and completed_members.period_start = totals.period_start
left join
    repurchases
    on repurchases.tenant_id = totals.tenant_id
    and repurchases.grain = totals.grain
    and repurchases.period_start = totals.period_start
where totals.grain is not null
