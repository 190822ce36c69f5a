with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    redemption_days as (select * from {{ ref("int_member_redemption_days") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    periods as (
        select tenant_id, grain, period_start, min(date) as opening_date, max(date) as closing_date
        from period_days
        group by tenant_id, grain, period_start
    ),
    spans as (
        select tenant_id, min(opening_date) as first_date, max(closing_date) as last_date
        from periods
        group by tenant_id
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
    -- What each member did in each day and month, one row each, so that counting is adding.
    acts as (
        select
            tenant_id,
            member_id,
            date,
            registered_date,
            true as is_completed,
            false as is_closed,
            false as is_repurchased
        from completed_days
        union all
        select
            tenant_id,
            member_id,
            date,
            null as registered_date,
            false as is_completed,
            is_repurchased is not null as is_closed,
            coalesce(is_repurchased, false) as is_repurchased
        from redemption_days
    ),
    acts_in_span as (
        select acts.*, cast(date_trunc('month', acts.date) as date) as month
        from acts
        inner join
            spans
            on spans.tenant_id = acts.tenant_id
            and acts.date between spans.first_date and spans.last_date
    ),
    -- A redemption dated before its member's registration must not lift the rate above one. A
    -- member's first day in a month closes first, and a second day in it is a coming back: so any
    -- day of the month decides as the first one does.
    member_months as (
        select
            tenant_id,
            member_id,
            month,
            max(
                case when is_completed and registered_date <= last_day(month) then 1 else 0 end
            ) as completed_count,
            max(case when is_closed then 1 else 0 end) as redeemer_count,
            max(case when is_repurchased then 1 else 0 end) as repurchaser_count
        from acts_in_span
        group by tenant_id, member_id, month
    ),
    counts as (
        select
            tenant_id,
            'day' as grain,
            date as period_start,
            sum(
                case when is_completed and registered_date <= date then 1 else 0 end
            ) as completed_count,
            sum(case when is_closed then 1 else 0 end) as redeemer_count,
            sum(case when is_repurchased then 1 else 0 end) as repurchaser_count
        from acts_in_span
        group by tenant_id, date
        union all
        select
            tenant_id,
            'month' as grain,
            month as period_start,
            sum(completed_count) as completed_count,
            sum(redeemer_count) as redeemer_count,
            sum(repurchaser_count) as repurchaser_count
        from member_months
        group by tenant_id, month
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
    )

select
    totals.tenant_id,
    totals.grain,
    totals.period_start,
    cast(coalesce(counts.completed_count, 0) as bigint) as completed_member_count,
    cast(totals.member_count as bigint) as cumulative_completed_member_count,
    cast(coalesce(counts.redeemer_count, 0) as bigint) as redeemer_count,
    cast(coalesce(counts.repurchaser_count, 0) as bigint) as repurchaser_count
from totals
left join
    counts
    on counts.tenant_id = totals.tenant_id
    and counts.grain = totals.grain
    and counts.period_start = totals.period_start
where totals.grain is not null
