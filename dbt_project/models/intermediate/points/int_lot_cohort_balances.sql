with
    flows_daily as (select * from {{ ref("int_lot_cohort_flows_daily") }}),
    days as (select * from {{ ref("int_points_balances_daily") }}),
    flows as (
        select
            tenant_id,
            cohort_month,
            cast(date_trunc('month', date) as date) as month,
            sum(issued_points) as issued_points,
            sum(spent_points) as spent_points,
            sum(expired_points) as expired_points,
            sum(change_points) as change_points
        from flows_daily
        group by tenant_id, cohort_month, cast(date_trunc('month', date) as date)
    ),
    cohorts as (
        select
            tenant_id,
            cohort_month,
            cast(sum(lot_count) as bigint) as lot_count,
            case when sum(endless_lot_count) = 0 then max(last_expires_on) end as last_expires_on
        from flows_daily
        group by tenant_id, cohort_month
    ),
    -- The last month is as of the last day that is known.
    months as (
        select
            tenant_id,
            cast(date_trunc('month', date) as date) as as_of_month,
            max(date) as as_of_date
        from days
        group by tenant_id, cast(date_trunc('month', date) as date)
    )

select
    cohorts.tenant_id,
    cohorts.cohort_month,
    months.as_of_month,
    months.as_of_date,
    cast(
        {{ datediff("cohorts.cohort_month", "months.as_of_month", "month") }} as integer
    ) as age_months,
    cohorts.lot_count,
    coalesce(cohorts.last_expires_on <= months.as_of_date, false) as is_closed,
    cast(sum(flows.issued_points) over so_far as bigint) as issued_points,
    cast(sum(flows.spent_points) over so_far as bigint) as spent_points,
    cast(sum(flows.expired_points) over so_far as bigint) as expired_points,
    cast(sum(flows.change_points) over so_far as bigint) as remaining_points
from cohorts
inner join
    months on months.tenant_id = cohorts.tenant_id and months.as_of_month >= cohorts.cohort_month
left join
    flows
    on flows.tenant_id = cohorts.tenant_id
    and flows.cohort_month = cohorts.cohort_month
    and flows.month = months.as_of_month
window so_far as (partition by cohorts.tenant_id, cohorts.cohort_month order by months.as_of_month)
