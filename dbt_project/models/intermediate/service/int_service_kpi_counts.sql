with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    daily_counts as (select * from {{ ref("int_service_counts_daily") }}),
    periods as (select distinct tenant_id, grain, period_start from period_days),
    added_metrics as (
        select metric
        from
            (
                values
                    ('ship_48h_rate'),
                    ('deliver_on_time_rate'),
                    ('after_sales_24h_rate'),
                    ('complaint_rate')
            ) as metrics(metric)
    ),
    sums as (
        select
            period_days.tenant_id,
            period_days.grain,
            period_days.period_start,
            daily_counts.metric,
            sum(daily_counts.numerator) as numerator,
            sum(daily_counts.denominator) as denominator
        from period_days
        inner join
            daily_counts
            on daily_counts.tenant_id = period_days.tenant_id
            and daily_counts.date = period_days.date
        group by
            period_days.tenant_id, period_days.grain, period_days.period_start, daily_counts.metric
    )

select
    periods.tenant_id,
    periods.grain,
    periods.period_start,
    added_metrics.metric,
    cast(coalesce(sums.numerator, 0) as bigint) as numerator,
    cast(coalesce(sums.denominator, 0) as bigint) as denominator
from periods
cross join added_metrics
left join
    sums
    on sums.tenant_id = periods.tenant_id
    and sums.grain = periods.grain
    and sums.period_start = periods.period_start
    and sums.metric = added_metrics.metric
