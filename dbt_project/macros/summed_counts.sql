{# Sums daily counts (tenant_id, date, metric, numerator, denominator) over the days of each period: a row per tenant,
   period and metric, with 0 where nothing was counted. #}
{% macro summed_counts(daily_counts, metrics) -%}
    select
        periods.tenant_id,
        periods.grain,
        periods.period_start,
        added_metrics.metric,
        cast(coalesce(sums.numerator, 0) as bigint) as numerator,
        cast(coalesce(sums.denominator, 0) as bigint) as denominator
    from
        (
            select distinct tenant_id, grain, period_start from {{ ref("int_kpi_period_days") }}
        ) as periods
    cross join
        (
            values
                {% for metric in metrics -%} ('{{ metric }}'){{ "," if not loop.last }} {% endfor %}
        ) as added_metrics(metric)
    left join
        (
            select
                period_days.tenant_id,
                period_days.grain,
                period_days.period_start,
                daily_counts.metric,
                sum(daily_counts.numerator) as numerator,
                sum(daily_counts.denominator) as denominator
            from {{ ref("int_kpi_period_days") }} as period_days
            inner join
                {{ daily_counts }} as daily_counts
                on daily_counts.tenant_id = period_days.tenant_id
                and daily_counts.date = period_days.date
            group by
                period_days.tenant_id,
                period_days.grain,
                period_days.period_start,
                daily_counts.metric
        ) as sums
        on sums.tenant_id = periods.tenant_id
        and sums.grain = periods.grain
        and sums.period_start = periods.period_start
        and sums.metric = added_metrics.metric
{%- endmacro %}
