with
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    dates as (select * from {{ ref("int_dates") }}),
    tenant_days as (
        select ranges.tenant_id, dates.date
        from ranges
        inner join dates on dates.date between ranges.first_fact_date and ranges.last_fact_date
    )

select tenant_id, 'day' as grain, date as period_start, date as period_end, date
from tenant_days
union all
select
    tenant_id,
    'month' as grain,
    cast(date_trunc('month', date) as date) as period_start,
    last_day(date) as period_end,
    date
from tenant_days
