with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    active_members as (select * from {{ ref("int_active_members_by_period") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    periods as (select distinct tenant_id, grain, period_start, period_end from period_days),
    registrations as (
        select tenant_id, registered_date as date, count(*) as member_count
        from members
        group by tenant_id, registered_date
    ),
    -- Registrations and period ends on one line of time: the running total at an end is its count.
    timeline as (
        select tenant_id, date, member_count, null as grain, null as period_start
        from registrations
        union all
        select tenant_id, period_end as date, 0 as member_count, grain, period_start
        from periods
    ),
    registered_members as (
        select
            tenant_id,
            grain,
            period_start,
            sum(member_count) over (partition by tenant_id order by date) as registered_member_count
        from timeline
    )

select
    registered_members.tenant_id,
    registered_members.grain,
    registered_members.period_start,
    coalesce(active_members.active_member_count, 0) as active_member_count,
    cast(registered_members.registered_member_count as bigint) as registered_member_count
from registered_members
left join
    active_members
    on active_members.tenant_id = registered_members.tenant_id
    and active_members.grain = registered_members.grain
    and active_members.period_start = registered_members.period_start
where registered_members.grain is not null
