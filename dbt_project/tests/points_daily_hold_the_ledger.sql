{{ config(tags=["whole_history"]) }}

-- Per tenant and day, what the members' entries have left so far: of those that count it is the
-- points outstanding, of all of them these and the points of those left out. No day is missing.
with
    points as (select * from {{ ref("fct_points_daily") }}),
    entries as (select * from {{ ref("fct_entries") }}),
    members as (select * from {{ ref("dim_member") }}),
    changes as (
        select
            entries.tenant_id,
            entries.effective_date as date,
            sum(entries.amount_points) as all_points,
            sum(
                case when members.member_id is null then 0 else entries.amount_points end
            ) as counted_points
        from entries
        left join
            members
            on members.tenant_id = entries.tenant_id
            and members.member_id = entries.member_id
        where entries.account_kind = 'member'
        group by entries.tenant_id, entries.effective_date
    ),
    totals as (
        select
            tenant_id,
            date,
            sum(all_points) over so_far as all_points,
            sum(counted_points) over so_far as counted_points,
            coalesce(
                lead(date) over (partition by tenant_id order by date), date '9999-12-31'
            ) as next_date
        from changes
        window so_far as (partition by tenant_id order by date)
    ),
    days as (
        select *, lag(date) over (partition by tenant_id order by date) as previous_date from points
    )

select
    coalesce(days.tenant_id, totals.tenant_id) as tenant_id,
    coalesce(days.date, totals.date) as date,
    days.outstanding_points,
    totals.counted_points,
    days.left_out_points,
    totals.all_points
from days
full join
    totals
    on totals.tenant_id = days.tenant_id
    and totals.date <= days.date
    and days.date < totals.next_date
where
    days.date is null
    or days.date - days.previous_date <> 1
    or (days.previous_date is null and totals.date < days.date)
    or days.outstanding_points <> coalesce(totals.counted_points, 0)
    or days.outstanding_points + days.left_out_points <> coalesce(totals.all_points, 0)
