{{ config(tags=["whole_history"]) }}

-- What remains of all cohorts at the end of a month is what the members hold on its last day.
with
    liability as (select * from {{ ref("fct_points_liability") }}),
    points as (select * from {{ ref("fct_points_daily") }}),
    month_ends as (
        select tenant_id, max(date) as date
        from points
        group by tenant_id, date_trunc('month', date)
    ),
    outstanding as (
        select points.tenant_id, points.date, points.outstanding_points
        from points
        inner join
            month_ends on month_ends.tenant_id = points.tenant_id and month_ends.date = points.date
    ),
    remaining as (
        select tenant_id, as_of_date as date, sum(remaining_points) as remaining_points
        from liability
        group by tenant_id, as_of_date
    )

select
    coalesce(outstanding.tenant_id, remaining.tenant_id) as tenant_id,
    coalesce(outstanding.date, remaining.date) as date,
    outstanding.outstanding_points,
    remaining.remaining_points
from outstanding
full join
    remaining on remaining.tenant_id = outstanding.tenant_id and remaining.date = outstanding.date
where coalesce(outstanding.outstanding_points, 0) <> coalesce(remaining.remaining_points, 0)
