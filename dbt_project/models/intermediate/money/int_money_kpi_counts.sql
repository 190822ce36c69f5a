with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    onboardings as (select * from {{ ref("stg_onboardings") }}),
    periods as (
        select tenant_id, grain, period_start, max(date) as closing_date
        from period_days
        group by tenant_id, grain, period_start
    ),
    settled as (
        {{ summed_counts(ref("int_settlement_counts_daily"), ["settlement_on_time_rate"]) }}
    )

select tenant_id, grain, period_start, metric, numerator, denominator
from settled
union all
select
    periods.tenant_id,
    periods.grain,
    periods.period_start,
    'onboarding_days' as metric,
    cast(coalesce(onboardings.live_on - onboardings.applied_on, 0) as bigint) as numerator,
    cast(case when onboardings.tenant_id is null then 0 else 1 end as bigint) as denominator
from periods
left join
    onboardings
    on onboardings.tenant_id = periods.tenant_id
    and onboardings.live_on <= periods.closing_date
