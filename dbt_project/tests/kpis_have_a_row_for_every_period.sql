{{ config(tags=["whole_history"]) }}

-- Each tenant with facts has every metric for every day and month from its first fact to its last.
with
    ranges as ({{ staged_fact_ranges() }}),
    dates as (select * from {{ ref("dim_date") }}),
    metrics as (select * from {{ ref("dim_metric") }} where values_mart = 'fct_kpis_monthly'),
    kpis_daily as (select * from {{ ref("fct_kpis_daily") }}),
    kpis_monthly as (select * from {{ ref("fct_kpis_monthly") }}),
    expected as (
        select ranges.tenant_id, 'day' as grain, dates.date as period_start, metrics.metric
        from ranges
        inner join dates on dates.date between ranges.first_fact_date and ranges.last_fact_date
        cross join metrics
        union
        select ranges.tenant_id, 'month' as grain, dates.month_start as period_start, metrics.metric
        from ranges
        inner join dates on dates.date between ranges.first_fact_date and ranges.last_fact_date
        cross join metrics
    ),
    published as (
        select tenant_id, 'day' as grain, date as period_start, metric
        from kpis_daily
        union all
        select tenant_id, 'month' as grain, month as period_start, metric
        from kpis_monthly
    )

select
    expected.tenant_id, expected.grain, expected.period_start, expected.metric, 'missing' as fault
from expected
anti join published using (tenant_id, grain, period_start, metric)
union all
select
    published.tenant_id,
    published.grain,
    published.period_start,
    published.metric,
    'unexpected' as fault
from published
anti join expected using (tenant_id, grain, period_start, metric)
